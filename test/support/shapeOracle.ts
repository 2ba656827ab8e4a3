// ONNX Runtime as the judge of inferred shapes: it runs a model on zeros and is asked for every value.
import { expect } from 'vitest';
import { inputSizes, type InputSizes } from '../../src/core/analysis/inputSizes';
import { inferByRules } from '../../src/core/analysis/shapeRules';
import { withOutputs, zeroFeeds } from '../../src/core/analysis/shapeRuns';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model, Shape } from '../../src/core/ir/graph';
import { knownShape } from '../../src/core/operators/dimensions';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import { CounterweightError } from '../../src/shared/base/errors';

export interface Comparison {
  /** Values whose inferred shape is the one that they have when the model runs. */
  readonly equal: number;
  /** Values that the rules do not know, with what they know of them. */
  readonly unknown: readonly string[];
}

/** Compares the rules' shape of every value between nodes with the runtime's; undefined where that refuses the model. */
export async function compareWithRuntime(
  model: Model,
  sizes: InputSizes = firstSizes(model),
): Promise<Comparison | undefined> {
  const actual = await actualShapes(model, sizes);
  if (!actual) return undefined;
  const rules = inferByRules(model, sizes);
  const unknown: string[] = [];
  let equal = 0;
  for (const [name, shape] of actual) {
    const inferred = rules.shape(model.graph, name);
    if (knownShape(inferred)) {
      expect(inferred, name).toEqual(shape);
      equal++;
    } else {
      unknown.push(`${name} ${JSON.stringify(inferred)}`);
      // What is known of it must be right as well.
      if (inferred) expect(compatible(inferred, shape), `${name} ${JSON.stringify(inferred)}`).toBe(true);
    }
  }
  return { equal, unknown };
}

/** The shapes of all values that nodes make; undefined where the runtime refuses the model. */
async function actualShapes(
  model: Model,
  sizes: InputSizes,
): Promise<ReadonlyMap<string, readonly number[]> | undefined> {
  const stored = new Set(model.graph.initializers.map(({ name }) => name));
  const made = model.graph.nodes.flatMap((node) => node.outputs);
  const names = [...new Set(made)].filter((name) => name !== '' && !stored.has(name));
  try {
    const session = await (await onnxRuntime()).load(modelToBytes(withOutputs(model, names)));
    const readable = session.outputs.filter(({ type }) => type).map(({ name }) => name);
    const results = await session.run(zeroFeeds(model, sizes)!, readable);
    await session.dispose();
    return new Map(Object.entries(results).map(([name, { shape }]) => [name, shape]));
  } catch (error) {
    if (CounterweightError.is(error, 'RUNTIME_REFUSED')) return undefined;
    throw error;
  }
}

function compatible(inferred: Shape, actual: readonly number[]): boolean {
  return (
    inferred.length === actual.length &&
    inferred.every((size, i) => typeof size !== 'number' || size === actual[i])
  );
}

function firstSizes(model: Model): InputSizes {
  const [first] = inputSizes(model);
  return first!;
}
