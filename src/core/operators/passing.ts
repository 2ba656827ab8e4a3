// Operators that give their input as it is, or nearly. Layers look through them for their weights.
import { attribute } from '../ir/graph';
import { eachElement } from './channels';
import { dropoutForm } from './dropoutForm';
import { arriving, noGradient, type GradientRule } from './gradient';
import { passesOnGrid } from './quantizedUse';
import { passesFirst, type Operator } from './operator';

/** ONNX's numbers of the integer types and of bool: values of others are not followed. */
const wholeTypes: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 9, 12, 13]);

export const passingOperators: readonly Operator[] = [
  {
    name: 'Identity',
    channels: eachElement,
    quantized: passesOnGrid,
    passes: passesFirst,
    gradient: (context) => [arriving(context)],
    shape: ({ inputShape, inputValues }) => [{ shape: inputShape(0), values: inputValues(0) }],
  },
  {
    name: 'Cast',
    channels: eachElement,
    passes: passesFirst,
    gradient: (context) =>
      wholeTypes.has(attribute(context.node, 'to', 'int') ?? 0) ? noGradient(context) : castBack(context),
    shape: ({ node, inputShape, inputValues }) => {
      const whole = wholeTypes.has(attribute(node, 'to', 'int') ?? 0);
      return [{ shape: inputShape(0), values: whole ? inputValues(0) : undefined }];
    },
  },
  {
    name: 'CastLike',
    passes: passesFirst,
    shape: ({ inputShape }) => [{ shape: inputShape(0) }],
    gradient: castBack,
  },
  {
    name: 'Dropout',
    channels: eachElement,
    quantized: passesOnGrid,
    trainingForm: dropoutForm,
    passes: passesFirst,
    shape: ({ node, inputShape }) => node.outputs.map(() => ({ shape: inputShape(0) })),
  },
];

/** The gradient in the type of the input, which conversions between types of real numbers pass on as it is. */
function castBack(context: Parameters<GradientRule>[0]): ReturnType<GradientRule> {
  return [context.build.node('CastLike', [arriving(context), context.input(0)])];
}
