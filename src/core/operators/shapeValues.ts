// Operators that make tensors of shapes and numbers: from them networks compute the shapes of Reshape and its like.
import { attribute, type Shape } from '../ir/graph';
import { isInteger } from '../ir/elementType';
import { tensorNumbers } from '../ir/numbers';
import { knownShape } from './dimensions';
import { noGradient } from './gradient';
import { product, type InferredOutput, type NodeContext, type Operator } from './operator';

/** What they give depends on no value of a real number continuously, so that no gradient passes through them. */
const makers: readonly Operator[] = [
  {
    name: 'Shape',
    shape: (context) => [shapeOf(context)],
    channels: () => ({ links: [], readsSizes: true }),
  },
  {
    name: 'Size',
    shape: ({ inputShape }) => {
      const elements = product(inputShape(0));
      return [{ shape: [], values: elements === undefined ? undefined : [elements] }];
    },
  },
  // The analysis knows stored tensors itself; what is left are the forms without one.
  { name: 'Constant' },
  { name: 'ConstantOfShape', shape: (context) => [constantOfShape(context)] },
  {
    name: 'NonZero',
    shape: ({ inputShape }) => [{ shape: inputShape(0) && [inputShape(0)!.length, undefined] }],
  },
  ...['RandomNormal', 'RandomUniform'].map((name): Operator => ({
    name,
    shape: ({ node }) => [{ shape: attribute(node, 'shape', 'ints') }],
  })),
];

export const shapeValueOperators: readonly Operator[] = [
  ...makers.map((operator): Operator => ({ ...operator, gradient: noGradient })),
  { name: 'Range', shape: (context) => [range(context)] },
  { name: 'OneHot', shape: (context) => [{ shape: oneHot(context) }] },
];

function shapeOf({ node, inputShape }: NodeContext): InferredOutput {
  const input = inputShape(0);
  if (!input) return { shape: [undefined] };
  const part = input.slice(
    attribute(node, 'start', 'int') ?? 0,
    attribute(node, 'end', 'int') ?? input.length,
  );
  return { shape: [part.length], values: knownShape(part) };
}

/** Values longer than this are data, not shapes. */
const mostValues = 64;

function constantOfShape({ node, inputShape, inputValues }: NodeContext): InferredOutput {
  const rank = inputShape(0)?.[0];
  const target = inputValues(0);
  if (!target) {
    const unknown: Shape | undefined =
      typeof rank === 'number' ? Array.from({ length: rank }, () => undefined) : undefined;
    return { shape: unknown };
  }
  const fill = attribute(node, 'value', 'tensor');
  const elements = product(target);
  if (!fill || !isInteger(fill.type) || elements === undefined || elements > mostValues)
    return { shape: target };
  return { shape: target, values: Array.from({ length: elements }, () => tensorNumbers(fill)[0]!) };
}

function range({ inputValues }: NodeContext): InferredOutput {
  const [start, limit, delta] = [inputValues(0)?.[0], inputValues(1)?.[0], inputValues(2)?.[0]];
  if (start === undefined || limit === undefined || !delta) return { shape: [undefined] };
  const count = Math.max(Math.ceil((limit - start) / delta), 0);
  if (count > mostValues) return { shape: [count] };
  return { shape: [count], values: Array.from({ length: count }, (_, i) => start + i * delta) };
}

function oneHot({ node, inputShape, inputValues }: NodeContext): Shape | undefined {
  const indices = inputShape(0);
  if (!indices) return undefined;
  const axis = attribute(node, 'axis', 'int') ?? -1;
  const at = axis < 0 ? axis + indices.length + 1 : axis;
  return [...indices.slice(0, at), inputValues(1)?.[0], ...indices.slice(at)];
}
