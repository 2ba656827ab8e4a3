// Operators that move elements, in ONNX and in PyTorch.
import { floats, int64s, node } from '../../../../support/build';
import type { PytorchCase } from './pytorchCase';

type Attributes = NonNullable<Parameters<typeof node>[3]>;

function pad(mode: string, torch: string): PytorchCase {
  return {
    name: `Pad, ${mode}`,
    nodes: [node('Pad', ['x', 'pads'], ['y'], { mode })],
    inputs: { x: [1, 2, 3, 4] },
    tensors: [int64s('pads', [8], [0, 0, 1, 2, 0, 0, 2, 1])],
    torch: `F.pad(x, (2, 1, 1, 2), mode='${torch}')`,
  };
}

function resize(name: string, scales: readonly number[], attributes: Attributes, torch: string): PytorchCase {
  return {
    name: `Resize, ${name}`,
    nodes: [node('Resize', ['x', '', 'scales'], ['y'], attributes)],
    inputs: { x: [1, 2, 4, 6] },
    tensors: [floats('scales', [4], [1, 1, ...scales])],
    torch,
  };
}

export const layouts: readonly PytorchCase[] = [
  {
    name: 'Concat',
    nodes: [node('Concat', ['a', 'b', 'a'], ['y'], { axis: 1 })],
    inputs: { a: [2, 3], b: [2, 1] },
    torch: 'torch.cat([a, b, a], 1)',
  },
  {
    name: 'Split',
    nodes: [node('Split', ['x', 'sizes'], ['a', 'b'], { axis: 1 })],
    inputs: { x: [2, 5] },
    outputs: ['a', 'b'],
    tensors: [int64s('sizes', [2], [2, 3])],
    torch: 'x.split([2, 3], 1)',
  },
  {
    name: 'Slice',
    nodes: [node('Slice', ['x', 'starts', 'ends', 'axes', 'steps'], ['y'])],
    inputs: { x: [5, 7] },
    tensors: [
      int64s('starts', [2], [1, 0]),
      int64s('ends', [2], [4, 7]),
      int64s('axes', [2], [0, 1]),
      int64s('steps', [2], [1, 3]),
    ],
    torch: 'x[1:4, 0:7:3]',
  },
  pad('constant', 'constant'),
  pad('reflect', 'reflect'),
  pad('edge', 'replicate'),
  {
    name: 'Gather',
    nodes: [node('Gather', ['x', 'indices'], ['y'])],
    inputs: { x: [5, 3] },
    tensors: [int64s('indices', [2, 3], [0, 4, 0, 2, 0, 4])],
    torch: 'F.embedding(torch.tensor([[0, 4, 0], [2, 0, 4]]), x)',
  },
  {
    name: 'GatherElements',
    nodes: [node('GatherElements', ['x', 'indices'], ['y'], { axis: 1 })],
    inputs: { x: [2, 4] },
    tensors: [int64s('indices', [2, 3], [0, 0, 3, 1, 2, 1])],
    torch: 'x.gather(1, torch.tensor([[0, 0, 3], [1, 2, 1]]))',
  },
  {
    name: 'Expand',
    nodes: [node('Expand', ['x', 'shape'], ['y'])],
    inputs: { x: [3, 1] },
    tensors: [int64s('shape', [3], [2, 3, 4])],
    torch: 'x.expand(2, 3, 4)',
  },
  {
    name: 'Tile',
    nodes: [node('Tile', ['x', 'repeats'], ['y'])],
    inputs: { x: [2, 3] },
    tensors: [int64s('repeats', [2], [2, 3])],
    torch: 'x.repeat(2, 3)',
  },
  {
    name: 'Transpose',
    nodes: [node('Transpose', ['x'], ['y'], { perm: [2, 0, 1] })],
    inputs: { x: [2, 3, 4] },
    torch: 'x.permute(2, 0, 1)',
  },
  {
    name: 'DepthToSpace',
    nodes: [node('DepthToSpace', ['x'], ['y'], { blocksize: 2, mode: 'CRD' })],
    inputs: { x: [2, 8, 2, 3] },
    torch: 'F.pixel_shuffle(x, 2)',
  },
  resize(
    'nearest',
    [2, 1.5],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    'F.interpolate(x, scale_factor=(2, 1.5))',
  ),
  resize(
    'linear between centres',
    [2, 1.5],
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    "F.interpolate(x, scale_factor=(2, 1.5), mode='bilinear')",
  ),
  resize(
    'linear between corners',
    [2, 0.5],
    { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
    "F.interpolate(x, scale_factor=(2, 0.5), mode='bilinear', align_corners=True)",
  ),
];
