// Runs models of tests in ONNX Runtime and compares what comes out.
import { planInputs, randomFeeds, type Feeds } from '../../src/core/analysis/sampleInputs';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { pauseFor } from '../../src/core/ir/pacing';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';
import type { RuntimeTensor } from '../../src/core/runtime/runtime';

export type Outputs = Readonly<Record<string, RuntimeTensor>>;

/** What the model gives for the inputs. */
export async function runModel(model: Model, feeds: Feeds): Promise<Outputs> {
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(model), { threads: 1 });
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

/** The largest difference of any output, relative to that output's largest magnitude; infinite where shapes differ. */
export function largestDifference(before: Outputs, after: Outputs): number {
  let largest = 0;
  for (const [name, a] of Object.entries(before)) {
    const b = after[name];
    if (!b || b.shape.join() !== a.shape.join() || b.type !== a.type) return Infinity;
    const x = numbersOf(a);
    const y = numbersOf(b);
    const size = x.reduce((max, value) => (Number.isFinite(value) ? Math.max(max, Math.abs(value)) : max), 0);
    x.forEach((value, i) => {
      if (Object.is(value, y[i]) || value === y[i]) return;
      largest = Math.max(largest, Math.abs(value - y[i]!) / (size || 1) || Infinity);
    });
  }
  return largest;
}

function numbersOf({ data }: RuntimeTensor): number[] {
  return Array.from(data as unknown as ArrayLike<number | bigint>, Number);
}
