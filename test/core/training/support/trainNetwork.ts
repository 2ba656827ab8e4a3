// Small networks and trainers for them.
import type { Batch, Targets } from '../../../../src/core/data/dataSet';
import type { Model, Node } from '../../../../src/core/ir/graph';
import { tensorNumbers } from '../../../../src/core/ir/numbers';
import type { Forms } from '../../../../src/core/training/forms';
import { createTrainer, type StepOptions, type Trainer } from '../../../../src/core/training/trainer';
import { trainSchema } from '../../../../src/core/training/trainOptions';
import { normals, seedOf, uniform } from '../../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../../support/build';

export const classes = (count: number): Targets => ({ kind: 'classes', count });
export const values = (...shape: readonly number[]): Targets => ({ kind: 'values', shape });

export interface TrainerInit {
  readonly model: Model;
  readonly sample: readonly number[];
  readonly targets: Targets;
  readonly options?: Partial<StepOptions>;
  readonly keepZeros?: boolean;
  readonly masked?: true;
  readonly forms?: Forms;
  readonly signal?: AbortSignal;
}

/** A trainer with the options of a recipe that states nothing else. */
export function trainerFor({
  signal = new AbortController().signal,
  options = {},
  keepZeros = false,
  sample,
  ...init
}: TrainerInit): Promise<Trainer> {
  return createTrainer({
    ...init,
    path: 'net.onnx',
    data: 'samples',
    inputs: [{ shape: sample }],
    options: { ...trainSchema.parse({}), ...options },
    keepZeros,
    signal,
  });
}

/** A step with each of the batches; gives their losses. */
export async function steps(
  trainer: Trainer,
  batches: readonly Batch[],
  learningRate = 0.02,
): Promise<number[]> {
  const losses: number[] = [];
  for (const [seed, batch] of batches.entries())
    losses.push((await trainer.step(batch, { learningRate, seed })).loss);
  return losses;
}

/** The elements of an initializer. */
export function content(of: Model, name: string): readonly number[] {
  return [...tensorNumbers(of.graph.initializers.find((tensor) => tensor.name === name)!)];
}

/** Standard normal samples, with labels or values at random. */
export function randomBatch(count: number, sample: readonly number[], targets: Targets, seed: number): Batch {
  const inputs = [normals(count * size(sample), seedOf(seed, 0))];
  if (targets.kind === 'values')
    return { count, inputs, values: normals(count * size(targets.shape), seedOf(seed, 1)) };
  const next = uniform(seedOf(seed, 2));
  return {
    count,
    inputs,
    labels: Int32Array.from({ length: count }, () => Math.floor(next() * targets.count)),
  };
}

/** Fully connected layers of the given widths with Tanh between them, and nodes that make `y` of the last one's `h`. */
export function denseNetwork(
  widths: readonly number[],
  head: readonly Node[] = [node('Identity', ['h'], ['y'])],
): Model {
  const nodes: Node[] = [];
  const initializers = [];
  let value = 'x';
  for (let i = 1; i < widths.length; i++) {
    const [from, to] = [widths[i - 1]!, widths[i]!];
    initializers.push(
      floats(
        `w${i}`,
        [from, to],
        normals(from * to, i).map((w) => w / Math.sqrt(from)),
      ),
    );
    initializers.push(
      floats(
        `b${i}`,
        [to],
        normals(to, 100 + i).map((b) => b / 10),
      ),
    );
    const last = i === widths.length - 1;
    nodes.push(node('Gemm', [value, `w${i}`, `b${i}`], [last ? 'h' : `z${i}`], {}, `fc${i}`));
    if (!last) nodes.push(node('Tanh', [`z${i}`], [`a${i}`], {}, `tanh${i}`));
    value = `a${i}`;
  }
  const outputs = [{ name: 'y', type: 'float32' as const }];
  const inputs = [input('x', ['batch', widths[0]!])];
  return model(graph({ nodes: [...nodes, ...head], inputs, outputs, initializers }), 17);
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, each) => product * each, 1);
}
