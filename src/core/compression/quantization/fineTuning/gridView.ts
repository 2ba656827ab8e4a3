// A weight in a shape in which its grids' scales can be repeated over what shares them: [before, grids, behind] for
// channels, and an axis more for groups. Groups that the inputs do not fill are filled up with zeros, which lie on every
// grid and have no part in any gradient of a step size.
import { elementsOf } from '../../../ir/elements';
import type { GraphBuilder } from '../../../ir/graphBuilder';
import type { GridLayout } from '../grids/gridLayout';

export interface GridView {
  /** Of the weight, and of one number for each of its grids, in the order of the grids. */
  readonly shape: readonly number[];
  readonly gridShape: readonly number[];
  /** Elements of the weight itself that share a grid, at most. */
  readonly elementsPerGrid: number;
  /** Writes the weight in the view's shape, and a value of that shape in the weight's own. */
  readonly from: (build: GraphBuilder, weight: string) => string;
  readonly to: (build: GraphBuilder, viewed: string, output?: string) => string;
}

/** The view of a weight of the given shape. */
export function gridView(
  shape: readonly number[],
  { axis, inner, length, groupSize, count }: GridLayout,
): GridView {
  const elements = elementsOf(shape);
  if (axis === undefined) return reshaped(shape, [elements], [1], elements);
  const before = elements / (length * inner);
  if (groupSize === undefined) {
    return reshaped(shape, [before, length, inner], [1, length, 1], before * inner);
  }
  const groups = Math.ceil(length / groupSize);
  const viewShape = [before, groups, groupSize, inner];
  const gridShape = [before, groups, 1, count / (before * groups)];
  const missing = groups * groupSize - length;
  const plain = reshaped(shape, viewShape, gridShape, groupSize);
  if (missing === 0) return plain;
  const filled = [before, groups * groupSize, inner];
  return {
    ...plain,
    from: (build, weight) => {
      const lines = build.reshape(weight, [before, length, inner]);
      return build.reshape(build.node('Pad', [lines, build.ints([0, 0, 0, 0, missing, 0])]), viewShape);
    },
    to: (build, viewed, output) => {
      const ends = [build.ints([0]), build.ints([length]), build.ints([1])];
      const lines = build.node('Slice', [build.reshape(viewed, filled), ...ends]);
      return inShape(build, lines, shape, output);
    },
  };
}

function reshaped(
  own: readonly number[],
  shape: readonly number[],
  gridShape: readonly number[],
  elementsPerGrid: number,
): GridView {
  return {
    shape,
    gridShape,
    elementsPerGrid,
    from: (build, weight) => build.reshape(weight, shape),
    to: (build, viewed, output) => inShape(build, viewed, own, output),
  };
}

function inShape(
  build: GraphBuilder,
  value: string,
  shape: readonly number[],
  output: string | undefined,
): string {
  if (output === undefined) return build.reshape(value, shape);
  build.nodeNamed('Reshape', [value, build.ints(shape)], [output]);
  return output;
}
