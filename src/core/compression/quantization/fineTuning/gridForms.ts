// The grids of a plan as forms of what is trained: the network runs with numbers on them, and their step sizes are
// trained with the weights.
import { float32Tensor } from '../../../ir/numbers';
import type { GraphBuilder } from '../../../ir/graphBuilder';
import type { ValueForm, WeightForm } from '../../../training/forms';
import { toScale, type AffineGrid } from '../grids/affineGrid';
import { roundToGrid } from '../grids/onGrid';
import type { UniformGrid } from '../grids/weightGrid';
import { fakeQuantizer, gradientFactor, type Reach } from './fakeQuantizer';
import { gridView } from './gridView';

/** Whether step sizes are trained, or stay what they were. */
export type StepSizes = 'learned' | 'kept';

/** The grid of a weight with the step sizes that a form has learned. */
export function learnedGrid(grid: UniformGrid, own: Readonly<Record<string, Float32Array>>): UniformGrid {
  const { step } = own;
  if (!step) return grid;
  const least = leastStep(grid.scales);
  return { ...grid, scales: step.map((size) => Math.max(size, least)) };
}

/** The grid of an activation with the step size that a form has learned. */
export function learnedActivationGrid(
  grid: AffineGrid,
  own: Readonly<Record<string, Float32Array>>,
): AffineGrid {
  const { step } = own;
  return step ? { ...grid, scale: Math.max(step[0]!, leastStep([grid.scale])) } : grid;
}

/** The form of a weight of the given shape. */
export function weightGridForm(shape: readonly number[], grid: UniformGrid, steps: StepSizes): WeightForm {
  const view = gridView(shape, grid.layout);
  const reach = reachOf(grid, view.gridShape);
  const factor = gradientFactor(view.elementsPerGrid, grid.highest);
  const initial = float32Tensor('step', view.gridShape, grid.scales);
  return {
    own: steps === 'learned' ? { step: initial } : {},
    fed: steps === 'learned' ? {} : { step: { type: 'float32', shape: view.gridShape, data: grid.scales } },
    write: ({ build, value, input, own, fed }) => {
      const scale = stepOf(build, own['step'], fed['step'], leastStep(grid.scales));
      const quantized = fakeQuantizer(build, { input: view.from(build, input), scale, reach });
      view.to(build, quantized.value, value);
      return {
        input: (gradient) => view.to(build, quantized.inputGradient(view.from(build, gradient))),
        own: (gradient) => ({
          step: quantized.scaleGradient(view.from(build, gradient), view.shape, factor),
        }),
      };
    },
    visible: (numbers, own) => {
      const rounded = numbers.slice();
      roundToGrid(rounded, 0, learnedGrid(grid, own));
      return rounded;
    },
  };
}

/** The form of a value between layers. A step size is shared by the elements of a sample: N of the factor counts those. */
export function activationForm(grid: AffineGrid, steps: StepSizes): ValueForm {
  const { lowest, highest, scale, zeroPoint } = grid;
  const reach = { lowest: lowest - zeroPoint, highest: highest - zeroPoint, gridShape: [1] };
  const start = Float32Array.of(scale);
  return {
    own: steps === 'learned' ? { step: float32Tensor('step', [1], start) } : {},
    fed: steps === 'learned' ? {} : { step: { type: 'float32', shape: [1], data: start } },
    write: ({ build, value, input, own, fed }) => {
      const step = stepOf(build, own['step'], fed['step'], leastStep([scale]));
      const quantized = fakeQuantizer(build, { input, scale: step, reach, output: value });
      return {
        input: quantized.inputGradient,
        own: (gradient, shape) => {
          const features = shape.slice(1).reduce((product, size) => product * size, 1);
          const factor = gradientFactor(features, Math.max(reach.highest, -reach.lowest));
          return { step: quantized.scaleGradient(gradient, shape, factor) };
        },
      };
    },
  };
}

/** What a step size that is trained does not fall below, so that it stays positive. Its gradient is not changed. */
function leastStep(scales: ArrayLike<number>): number {
  return toScale(Array.from(scales).reduce((least, scale) => Math.min(least, scale), Infinity) / 1000);
}

function stepOf(
  build: GraphBuilder,
  own: string | undefined,
  fed: string | undefined,
  least: number,
): string {
  return own === undefined ? fed! : build.node('Max', [own, build.scalar(least)]);
}

function reachOf({ lowest, highest, zeroPoints }: UniformGrid, gridShape: readonly number[]): Reach {
  const [first = 0] = zeroPoints;
  if (zeroPoints.every((zeroPoint) => zeroPoint === first)) {
    return { lowest: lowest - first, highest: highest - first, gridShape };
  }
  return {
    lowest: Array.from(zeroPoints, (zeroPoint) => lowest - zeroPoint),
    highest: Array.from(zeroPoints, (zeroPoint) => highest - zeroPoint),
    gridShape,
  };
}
