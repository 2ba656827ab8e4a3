// Differences of two models in their outputs, by running both files on the same inputs.
import { note, type Note } from '../../shared/base/messages';
import type { AccuracyView, OutputChangeView } from '../../shared/contracts/viewModels';
import { isFloat } from '../ir/elementType';
import type { Pause } from '../ir/pacing';
import type { RuntimeTensor, RuntimeValue, Session } from '../runtime/runtime';
import {
  labelSums,
  scoreKind,
  scoreRows,
  scoreSums,
  type LabelSums,
  type ScoreRows,
  type ScoreSums,
} from './classScores';
import { errorSums } from './errorMeasures';
import { sameShape } from './layerPairs';
import { runtimeNumbers } from './runtimeNumbers';
import type { SampleBatch } from './dataInputs';

export interface OutputComparison {
  readonly outputs: readonly OutputChangeView[];
  /** Of the first output that is class scores, on labelled samples. */
  readonly accuracy?: { readonly before: AccuracyView; readonly after: AccuracyView };
  readonly samples: number;
  readonly notes: readonly Note[];
}

export interface SessionPair {
  readonly before: Session;
  readonly after: Session;
}

export interface OutputOptions {
  readonly classes?: number | undefined;
  readonly pause: Pause;
}

/** Runs both models on the batches, which may end early. Throws RUNTIME_REFUSED where one of them does not run. */
export async function compareOutputs(
  { before, after }: SessionPair,
  batches: Iterable<SampleBatch> | AsyncIterable<SampleBatch>,
  { classes, pause }: OutputOptions,
): Promise<OutputComparison> {
  const { compared, notes } = comparableOutputs(before, after);
  const names = compared.map(({ name }) => name);
  const onlyOutput = before.outputs.filter(({ type }) => type && isFloat(type)).length === 1;
  const comparisons = compared.map(({ name }) => outputSums(name, onlyOutput, classes));
  let samples = 0;
  for await (const batch of names.length > 0 ? batches : []) {
    await pause();
    const original = await before.run(batch.feeds, names);
    await pause();
    const changed = await after.run(batch.feeds, names);
    const rows = Object.values(batch.feeds)[0]?.shape[0] ?? 1;
    for (const sums of comparisons) sums.add(original[sums.name]!, changed[sums.name]!, batch, rows);
    samples += batch.samples;
  }
  const accuracy = comparisons.map((sums) => sums.accuracy()).find((found) => found !== undefined);
  return {
    outputs: comparisons.flatMap((sums) => sums.view() ?? []),
    ...(accuracy ? { accuracy } : {}),
    samples,
    notes: [...notes, ...comparisons.flatMap((sums) => sums.notes())],
  };
}

/** What keeps two models from being run on the same inputs, in words. */
export function inputProblem(before: Session, after: Session): string | undefined {
  const [a, b] = [before, after].map(({ inputs }) => inputs.map(described).toSorted().join('; '));
  return a === b ? undefined : `their inputs differ (${a} and ${b}).`;
}

function described({ name, type, shape }: RuntimeValue): string {
  const dimensions = (shape ?? []).map((dimension) => dimension ?? '?').join(', ');
  return `${name}: ${type ?? 'no tensor'} [${dimensions}]`;
}

function comparableOutputs(before: Session, after: Session): { compared: RuntimeValue[]; notes: Note[] } {
  const notes: Note[] = [];
  const skip = (output: string, problem: string) => {
    notes.push(note('OUTPUT_NOT_COMPARED', { output, problem }));
    return false;
  };
  const compared = before.outputs.filter(({ name, type }) => {
    const other = after.outputs.find((candidate) => candidate.name === name);
    if (!other) return skip(name, 'only the first model has it');
    if (type === undefined || other.type === undefined) return skip(name, 'it is no tensor');
    if (type === 'string' || other.type === 'string') return skip(name, 'it is text');
    return true;
  });
  for (const { name } of after.outputs) {
    if (!before.outputs.some((candidate) => candidate.name === name))
      skip(name, 'only the second model has it');
  }
  return { compared, notes };
}

interface OutputSums {
  readonly name: string;
  add(before: RuntimeTensor, after: RuntimeTensor, batch: SampleBatch, rows: number): void;
  /** Undefined where nothing could be compared. */
  view(): OutputChangeView | undefined;
  accuracy(): OutputComparison['accuracy'];
  notes(): readonly Note[];
}

interface Scores {
  readonly change: ScoreSums;
  readonly before: LabelSums;
  readonly after: LabelSums;
}

/** Whether an output is class scores is decided on the first batch of the original. */
function outputSums(name: string, onlyOutput: boolean, classes: number | undefined): OutputSums {
  const errors = errorSums();
  let shapesDiffer = false;
  let scores: Scores | undefined | 'undecided' = 'undecided';
  let labelled = false;
  return {
    name,
    add(before, after, batch, rows) {
      const x = runtimeNumbers(before);
      const y = runtimeNumbers(after);
      if (!x || !y) return;
      if (!sameShape(before.shape, after.shape)) {
        shapesDiffer = true;
        return;
      }
      // The last batch of a data set may be filled up with repeated samples.
      const used = before.shape[0] === rows ? batch.samples / rows : 1;
      errors.add(x.subarray(0, x.length * used), y.subarray(0, y.length * used));
      const p = isFloat(before.type) ? scoreRows(before.shape, rows, x) : undefined;
      const q = scoreRows(after.shape, rows, y);
      if (scores === 'undecided') scores = p && startScores(p, onlyOutput, classes);
      if (!scores || !p || !q) return;
      scores.change.add(firstRows(p, batch.samples), firstRows(q, batch.samples));
      if (!batch.labels) return;
      labelled = true;
      scores.before.add(firstRows(p, batch.samples), batch.labels);
      scores.after.add(firstRows(q, batch.samples), batch.labels);
    },
    view() {
      const { mse, sqnrDb, maxError, count } = errors.measures();
      if (count === 0) return undefined;
      const change = typeof scores === 'object' ? scores.change.measures() : {};
      return { name, mse, sqnrDb, maxError, ...change };
    },
    accuracy: () =>
      typeof scores === 'object' && labelled
        ? { before: scores.before.measures(), after: scores.after.measures() }
        : undefined,
    notes() {
      const { count, notFinite } = errors.measures();
      const notes: Note[] = [];
      if (shapesDiffer) {
        notes.push(
          note('OUTPUT_NOT_COMPARED', {
            output: name,
            problem: 'its size depends on its values and differs',
          }),
        );
      } else if (count === 0) {
        notes.push(
          note('OUTPUT_NOT_COMPARED', { output: name, problem: 'it has no finite values in common' }),
        );
      }
      if (notFinite > 0) notes.push(note('OUTPUT_NOT_FINITE', { output: name, count: notFinite }));
      return notes;
    },
  };
}

function startScores(
  p: ScoreRows,
  onlyOutput: boolean,
  labelledClasses: number | undefined,
): Scores | undefined {
  const kind = scoreKind(p, { onlyOutput, labelledClasses });
  return kind && { change: scoreSums(kind), before: labelSums(kind), after: labelSums(kind) };
}

function firstRows(scores: ScoreRows, rows: number): ScoreRows {
  return { ...scores, rows };
}
