// Quantization as a straight-through estimator: the gradient of what fits into the integers passes, the rest does not.
import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../../src/core/ir/tensor';
import { floats, node } from '../../../support/build';
import { gradientsAt } from '../../../support/checkGradient';

const bytes = (name: string, type: 'int8' | 'uint8', values: readonly number[]): Tensor =>
  Tensor.fromBytes(name, type, values.length === 1 ? [] : [values.length], Uint8Array.from(values));

describe('the gradient of quantization', () => {
  it.each([
    // What fits is −128.5 … 127.5 steps of 0.1, around the zero point.
    ['int8', 0, [-13, -12.84, -12.8, 0, 0.33, 12.74, 12.78, 13], [0, 1, 1, 1, 1, 1, 0, 0]],
    ['uint8', 128, [-13, -12.84, -12.8, 0, 0.33, 12.74, 12.78, 13], [0, 1, 1, 1, 1, 1, 0, 0]],
    ['uint8', 0, [-1, -0.04, 0, 25.54, 25.58], [0, 1, 1, 1, 0]],
  ] as const)('passes where %s with zero point %i holds the value', async (type, zero, x, expected) => {
    const found = await gradientsAt(
      {
        nodes: [
          node('QuantizeLinear', ['x', 'scale', 'zero'], ['q']),
          node('DequantizeLinear', ['q', 'scale', 'zero'], ['y']),
        ],
        inputs: { x: [x.length] },
        tensors: [floats('scale', [], [0.1]), bytes('zero', type, [zero])],
        outputs: ['y'],
        float32: true,
      },
      { x },
    );
    expect(found['x']).toEqual(expected);
  });

  it('takes the scale of each channel, and unsigned bytes where no zero point is given', async () => {
    const found = await gradientsAt(
      {
        nodes: [
          node('QuantizeLinear', ['x', 'scale'], ['q'], { axis: 0 }),
          node('DequantizeLinear', ['q', 'scale'], ['y'], { axis: 0 }),
        ],
        inputs: { x: [2, 3] },
        tensors: [floats('scale', [2], [0.1, 1])],
        outputs: ['y'],
        float32: true,
      },
      { x: [-1, 20, 30, -1, 200, 300] },
    );
    expect(found['x']).toEqual([0, 1, 0, 0, 1, 0]);
  });
});
