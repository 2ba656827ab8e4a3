// Runs models of tests in ONNX Runtime and compares what comes out.
import { planInputs, randomFeeds, type Feeds } from '../../src/core/analysis/sampleInputs';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { pauseFor } from '../../src/core/ir/pacing';
import { float16ToNumber } from '../../src/core/ir/smallFloats';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import type { RuntimeTensor } from '../../src/core/runtime/runtime';

export type Outputs = Readonly<Record<string, RuntimeTensor>>;

/**
 * What the model gives for the inputs. Products with int8 matrices are computed exactly; left alone the runtime would
 * round activations to 8 bits there.
 */
export async function runModel(model: Model, feeds: Feeds): Promise<Outputs> {
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(model), {
    threads: 1,
    config: { 'session.qdq_matmulnbits_accuracy_level': '1' },
  });
  try {
    return await session.run(feeds);
  } finally {
    await session.dispose();
  }
}

/** Inputs that the model runs with, one for each sample; undefined where the runtime does not run it. */
export async function inputsFor(model: Model, samples: number): Promise<Feeds[] | undefined> {
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(model), { threads: 1 }).catch(() => undefined);
  if (!session) return undefined;
  try {
    const plan = await planInputs(session, model, pauseFor(new AbortController().signal));
    if (!('shapes' in plan)) return undefined;
    return Array.from({ length: samples }, (_, sample) => randomFeeds(session.inputs, plan, sample));
  } finally {
    await session.dispose();
  }
}

/**
 * The largest difference of any output, relative to the largest magnitude of all outputs; infinite where types or
 * shapes differ.
 */
export function largestDifference(before: Outputs, after: Outputs): number {
  let largest = 0;
  let size = 0;
  for (const [name, a] of Object.entries(before)) {
    const b = after[name];
    if (!b || b.shape.join() !== a.shape.join() || b.type !== a.type) return Infinity;
    const x = numbersOf(a);
    const y = numbersOf(b);
    for (const [i, value] of x.entries()) {
      if (Number.isFinite(value)) size = Math.max(size, Math.abs(value));
      if (!Object.is(value, y[i]) && value !== y[i]) {
        const difference = Math.abs(value - y[i]!);
        largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
      }
    }
  }
  return largest === 0 ? 0 : largest / size;
}

function numbersOf({ data, type }: RuntimeTensor): number[] {
  if (type === 'float16') return Array.from(data as Uint16Array, float16ToNumber);
  return Array.from(data as unknown as ArrayLike<number | bigint>, Number);
}
