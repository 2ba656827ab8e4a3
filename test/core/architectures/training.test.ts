// Every architecture can be trained: all of its layers take part, and a few steps on a batch lower the loss on it.
import { expect, it } from 'vitest';
import { architectures, newModel } from '../../../src/core/architectures/architectures';
import type { Batch, Targets } from '../../../src/core/data/dataSet';
import { createTrainer } from '../../../src/core/training/trainer';
import { trainSchema } from '../../../src/core/training/trainOptions';
import { normals } from '../../../src/shared/base/random';

const count = 8;
const classes = 3;
const { signal } = new AbortController();

it.each(architectures)(
  '$id learns a batch, with all of its layers',
  async ({ id, example, widths, reconstructs }) => {
    const isLarge = example[1] === 224;
    const input = isLarge ? [3, 32, 32] : example;
    const width = isLarge ? (widths?.[0] ?? 0.25) : 1;
    const elements = input.reduce((a, b) => a * b);
    const inputs = normals(count * elements, 1);
    const targets: Targets = reconstructs
      ? { kind: 'values', shape: [elements] }
      : { kind: 'classes', count: classes };
    const batch: Batch = {
      count,
      inputs: [inputs],
      ...(reconstructs
        ? { values: inputs }
        : { labels: Int32Array.from({ length: count }, (_, i) => i % classes) }),
    };
    const trainer = await createTrainer({
      model: newModel({ architecture: id, input, width, seed: 1, ...(!reconstructs && { classes }) }),
      path: `${id}.onnx`,
      inputs: [{ shape: input }],
      targets,
      options: trainSchema.parse({ batch: count }),
      keepZeros: false,
      signal,
    });
    const losses: number[] = [];
    for (let step = 0; step < 8; step++) {
      losses.push((await trainer.step(batch, { learningRate: 1e-3, seed: step })).loss);
    }
    const { frozen } = trainer;
    await trainer.dispose();
    expect(frozen).toEqual([]);
    expect(losses.at(-1)).toBeLessThan(0.8 * losses[0]!);
  },
);
