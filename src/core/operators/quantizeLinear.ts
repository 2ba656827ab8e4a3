// Between real numbers and integers, in the standard domain and in ONNX Runtime's own, which came first.
import { attribute } from '../ir/graph';
import { inputAxis, sameAxes, type ChannelFacts } from './channels';
import { axisOf } from './dimensions';
import { expressions } from './expressions';
import { arriving, GradientRefused, type GradientContext } from './gradient';
import { passesFirst, type NodeContext, type Operator } from './operator';

export const quantizeOperators: readonly Operator[] = ['', 'com.microsoft'].flatMap((domain) => [
  {
    name: 'DequantizeLinear',
    domain,
    passes: passesFirst,
    dequantizes: true,
    shape: sameShape,
    gradient: (context) => [arriving(context)],
    channels: withScales,
  },
  // A stored weight that is quantized while running: what quantization-aware training exports.
  {
    name: 'QuantizeLinear',
    domain,
    passes: passesFirst,
    quantizes: true,
    shape: sameShape,
    gradient: (context) => [straightThrough(context)],
    channels: withScales,
  },
]);

/**
 * The straight-through estimator (Bengio et al., 2013): rounding counts as the identity, and no gradient passes where
 * the value does not fit into the integers. Gradients by quantized values are in the units of the real ones, so that
 * DequantizeLinear passes them on as they are; scales and zero points get none. A value that fits is at most half a
 * step from what it is rounded to, which tells it from one that does not, whatever the integers' type. The margin is
 * for float32, and is a fiftieth of that half step.
 */
function straightThrough(context: GradientContext): string {
  const { build, input, node } = context;
  const e = expressions(build);
  const shape = context.inputShape(0);
  const scales = context.inputShape(1);
  const stated = attribute(node, 'axis', 'int') ?? 1;
  const single = scales.every((size) => size === 1);
  const axis = single ? 0 : axisOf(stated, shape.length);
  if (axis === undefined || scales.length > 1) throw new GradientRefused('QuantizeLinear: scales by block');
  const zeroPoint = input(2) === '' ? undefined : input(2);
  const inputs = [context.output(0), input(1), ...(zeroPoint === undefined ? [] : [zeroPoint])];
  const rounded = build.node('DequantizeLinear', inputs, single ? {} : { axis });
  const step = build.reshape(input(1), single ? [] : shape.map((size, i) => (i === axis ? size : 1)));
  const distance = e.apply('Abs', e.subtract(rounded, input(0)));
  return e.where(e.compare('LessOrEqual', distance, e.multiply(step, 0.51)), arriving(context), 0);
}

export const dynamicQuantizeLinear: Operator = {
  name: 'DynamicQuantizeLinear',
  shape: ({ inputShape }) => [{ shape: inputShape(0) }, { shape: [] }, { shape: [] }],
};

/** Scales and zero points are one, or one for each position of an axis; those by block are not followed. */
function withScales({ node, inputShape }: NodeContext): ChannelFacts | undefined {
  const input = inputShape(0);
  const scales = inputShape(1);
  if (!input || !scales || scales.length > 1) return undefined;
  const axis = axisOf(attribute(node, 'axis', 'int') ?? 1, input.length);
  const own = axis === undefined || scales.length === 0 || scales[0] === 1 ? [] : [1, 2];
  return {
    links: [...sameAxes(input), ...own.map((index) => ({ a: inputAxis(index, 0), b: inputAxis(0, axis!) }))],
  };
}

function sameShape({
  inputShape,
}: NodeContext): readonly { readonly shape: ReturnType<NodeContext['inputShape']> }[] {
  return [{ shape: inputShape(0) }];
}
