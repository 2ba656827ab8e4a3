// The gradient of Pad: what was padded is cut off, and where the padding repeats elements it is added to those.
import { attribute } from '../ir/graph';
import { axesOf } from './dimensions';
import { arriving, GradientRefused, type GradientContext, type GradientRule } from './gradient';

export const padGradient: GradientRule = (context) => {
  const { build, wants } = context;
  const shape = context.inputShape(0);
  const pads = padsOf(context, shape.length);
  const mode = attribute(context.node, 'mode', 'string') ?? 'constant';
  const gradient = arriving(context);
  if (mode === 'constant') {
    const cut = cropped(context, gradient, pads);
    // The padded value moves every element that is not of the input.
    const axes = shape.map((_, axis) => axis);
    const sum = (value: string): string => build.reduce('ReduceSum', value, axes, { keep: false });
    const outside = wants(2) ? build.node('Sub', [sum(gradient), sum(cut)]) : undefined;
    return [
      cut,
      undefined,
      outside === undefined ? undefined : build.reshape(outside, context.inputShape(2)),
    ];
  }
  if (mode !== 'reflect' && mode !== 'edge') throw new GradientRefused(`Pad: mode ${mode}`);
  if (pads.some(({ before, after }) => before < 0 || after < 0))
    throw new GradientRefused(`Pad: mode ${mode} with negative pads`);
  // One axis after the other, each as if it alone had been padded.
  return [
    pads.reduce(
      (value, pad, axis) =>
        folded(context, value, { ...pad, axis, rank: shape.length, size: shape[axis]!, mode }),
      gradient,
    ),
  ];
};

interface Pads {
  readonly before: number;
  readonly after: number;
}

interface Fold extends Pads {
  readonly axis: number;
  readonly rank: number;
  readonly size: number;
  readonly mode: 'reflect' | 'edge';
}

function padsOf({ node, inputValues }: GradientContext, rank: number): readonly Pads[] {
  const pads = attribute(node, 'pads', 'ints') ?? attribute(node, 'paddings', 'ints') ?? inputValues(1);
  const given = (node.inputs[3] ?? '') !== '';
  const stated = given ? inputValues(3) : Array.from({ length: rank }, (_, axis) => axis);
  const axes = stated && axesOf(stated, rank);
  if (!pads || !axes) throw new GradientRefused('Pad: pads that are not known before running');
  return Array.from({ length: rank }, (_, axis) => {
    const at = axes.indexOf(axis);
    return at < 0 ? { before: 0, after: 0 } : { before: pads[at] ?? 0, after: pads[at + axes.length] ?? 0 };
  });
}

/** Takes the padding away; what a negative pad took away comes back as 0. */
function cropped({ build, outputShape }: GradientContext, value: string, pads: readonly Pads[]): string {
  if (pads.every(({ before, after }) => before === 0 && after === 0)) return value;
  const sides = [...pads.map(({ before }) => -before), ...pads.map(({ after }) => -after)];
  if (sides.some((side) => side > 0)) return build.node('Pad', [value, build.ints(sides)]);
  const ends = outputShape(0).map((size, axis) => size - pads[axis]!.after);
  return build.node('Slice', [value, build.ints(pads.map(({ before }) => before)), build.ints(ends)]);
}

/** Adds the gradients of the border to the elements that it repeats. */
function folded({ build }: GradientContext, value: string, fold: Fold): string {
  const { axis, rank, size, before, after, mode } = fold;
  if (before === 0 && after === 0) return value;
  const part = (start: number, end: number, step = 1): string =>
    build.node('Slice', [value, ...[[start], [end], [axis], [step]].map((one) => build.ints(one))]);
  const placed = (border: string, width: number, at: number): string => {
    const pads = Array.from({ length: 2 * rank }, () => 0);
    return build.node('Pad', [border, build.ints(pads.with(axis, at).with(rank + axis, size - at - width))]);
  };
  const reversed = (border: string): string =>
    build.node('Slice', [
      border,
      ...[[-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]].map((one) => build.ints(one)),
    ]);
  const sum = (border: string): string => build.reduce('ReduceSum', border, [axis], { keep: true });
  const parts = [part(before, before + size)];
  if (before > 0) {
    const border = part(0, before);
    parts.push(mode === 'edge' ? placed(sum(border), 1, 0) : placed(reversed(border), before, 1));
  }
  if (after > 0) {
    const border = part(before + size, before + size + after);
    parts.push(
      mode === 'edge' ? placed(sum(border), 1, size - 1) : placed(reversed(border), after, size - 1 - after),
    );
  }
  return build.node('Sum', parts);
}
