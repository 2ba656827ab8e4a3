// Lets the splits of a run speak of the same classes: a split that lacks one must not shift the others.
import { dataProblem } from './dataProblem';
import type { ClassTargets, DataSet, DataSplits } from './dataSet';

/** The splits with one list of classes, by name where they have names. Throws DATA_INVALID where they do not fit. */
export function unifyClasses(splits: DataSplits): DataSplits {
  const parts = [splits.train, splits.validation, ...(splits.test ? [splits.test] : [])];
  const targets = parts.map(({ targets: own }) => own);
  const [first] = targets;
  for (const [i, own] of targets.entries()) {
    if (own?.kind !== first?.kind) {
      return dataProblem(
        parts[i]!.name,
        `its targets are ${own?.kind ?? 'unknown'}, but those of ${splits.train.name} are ${first?.kind ?? 'unknown'}`,
      );
    }
  }
  if (first?.kind !== 'classes') return splits;
  const classes = unified(targets as readonly ClassTargets[]);
  return {
    train: withClasses(splits.train, classes),
    validation: withClasses(splits.validation, classes),
    ...(splits.test && { test: withClasses(splits.test, classes) }),
  };
}

/** Names of train come first, so that its class indices stay; others follow in their order. */
function unified(targets: readonly ClassTargets[]): ClassTargets {
  const count = targets.reduce((most, own) => Math.max(most, own.count), 0);
  if (!targets.every(({ names }) => names)) return { kind: 'classes', count };
  const names = [...new Set(targets.flatMap((own) => own.names ?? []))];
  return { kind: 'classes', count: names.length, names };
}

function withClasses(data: DataSet, targets: ClassTargets): DataSet {
  const own = data.targets as ClassTargets;
  const { names } = targets;
  if (!names || !own.names || own.names.every((name, i) => name === names[i])) return { ...data, targets };
  const places = Int32Array.from(own.names, (name) => names.indexOf(name));
  const moved = (labels: Int32Array): Int32Array => labels.map((label) => places[label]!);
  return {
    ...data,
    targets,
    ...(data.labels && { labels: moved(data.labels) }),
    rows: async (indices) => {
      const batch = await data.rows(indices);
      return { ...batch, ...(batch.labels && { labels: moved(batch.labels) }) };
    },
  };
}
