// A weight as int8 with its scales and zero points. The int8 content is made when it is read, so that quantizing a
// large model takes no memory of its own.
import { numbersWithin, float32Tensor } from '../../ir/numbers';
import { Tensor } from '../../ir/tensor';
import { quantizeValue, type AffineGrid } from './affineGrid';
import { channelsOf, eachRun } from './channels';

export interface QuantizedTensor {
  readonly stored: Tensor;
  /** Scalar, or one per channel. */
  readonly scale: Tensor;
  /** int8, of the scale's shape. */
  readonly zeroPoint: Tensor;
  /** Axis of the channels; undefined for one grid per tensor. */
  readonly axis: number | undefined;
}

export interface QuantizedNames {
  readonly stored: string;
  readonly scale: string;
  readonly zeroPoint: string;
}

/** The tensor on the given grids, one for each channel along `axis`, or a single one without an axis. */
export function quantizedTensor(
  tensor: Tensor,
  axis: number | undefined,
  grids: readonly AffineGrid[],
  names: QuantizedNames,
): QuantizedTensor {
  const channels = channelsOf(tensor.shape, axis);
  const shape = axis === undefined ? [] : [channels.count];
  const zeroPoints = Int8Array.from(grids, ({ zeroPoint }) => zeroPoint);
  return {
    stored: new Tensor({
      name: names.stored,
      type: 'int8',
      shape: tensor.shape,
      read: (start, count) => {
        const values = numbersWithin(tensor, start, count);
        const stored = new Int8Array(count);
        eachRun(channels, start, count, (channel, from, to) => {
          const grid = grids[channel]!;
          for (let i = from; i < to; i++) stored[i] = quantizeValue(values[i]!, grid);
        });
        return new Uint8Array(stored.buffer);
      },
    }),
    scale: float32Tensor(
      names.scale,
      shape,
      Float32Array.from(grids, ({ scale }) => scale),
    ),
    zeroPoint: Tensor.fromBytes(names.zeroPoint, 'int8', shape, new Uint8Array(zeroPoints.buffer)),
    axis,
  };
}
