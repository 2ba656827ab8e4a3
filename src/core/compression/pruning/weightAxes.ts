// How the elements of a weight lie between outputs and inputs, which patterns of zeros follow.
import { elementsOf } from '../../ir/elements';
import type { Weight } from '../weights';

/** A weight as a matrix of outputs by inputs, whatever the order of its axes. */
export interface MatrixView {
  /** Outputs; 1 where the weight has no axis of them and only one axis at all. */
  readonly rows: number;
  readonly columns: number;
  /** Row and column of an element. */
  readonly rowOf: (index: number) => number;
  readonly columnOf: (index: number) => number;
}

type Shaped = Pick<Weight, 'tensor' | 'outputAxis'>;

/** Columns are the other axes in their order, the last one fastest. */
export function matrixView({ tensor, outputAxis }: Shaped): MatrixView {
  const { shape, elements } = tensor;
  if (shape.length < 2) {
    return { rows: 1, columns: elements, rowOf: () => 0, columnOf: (index) => index };
  }
  const axis = outputAxis ?? 0;
  const rows = shape[axis]!;
  const inner = elementsOf(shape.slice(axis + 1));
  return {
    rows,
    columns: elements / rows,
    rowOf: (index) => Math.floor(index / inner) % rows,
    columnOf: (index) => Math.floor(index / (inner * rows)) * inner + (index % inner),
  };
}

/** Consecutive inputs of one output and one place of the kernel: elements at `start`, `start + stride`, and so on. */
export interface InputLines {
  readonly length: number;
  readonly stride: number;
  readonly starts: Iterable<number>;
}

/**
 * The lines of a weight along its axis of input channels: the one after that of the outputs where these come first
 * (Conv, Gemm), else the one before (MatMul, ConvTranspose), else the last.
 */
export function inputLines({ tensor, outputAxis }: Shaped): InputLines {
  const { shape } = tensor;
  const axis = inputAxisOf(shape, outputAxis);
  const length = shape[axis] ?? 1;
  const stride = elementsOf(shape.slice(axis + 1));
  const outer = elementsOf(shape.slice(0, axis));
  return { length, stride, starts: startsOf(outer, length, stride) };
}

function inputAxisOf(shape: readonly number[], outputAxis: number | undefined): number {
  const last = shape.length - 1;
  if (outputAxis === undefined || last < 1) return Math.max(0, last);
  if (outputAxis === 0) return 1;
  return shape[outputAxis - 1] === 1 && outputAxis < last ? outputAxis + 1 : outputAxis - 1;
}

function* startsOf(outer: number, length: number, stride: number): Generator<number> {
  for (let i = 0; i < outer; i++) for (let j = 0; j < stride; j++) yield i * length * stride + j;
}
