// Matrix products with NumPy's batching: [… m, k] × [… k, n].
import { attribute, type Shape } from '../ir/graph';
import { broadcastAxes, inputAxis, outputAxis, type ChannelFacts } from './channels';
import { broadcast, times } from './dimensions';
import { matMulGradient } from './matMulGradient';
import { product, type NodeContext, type Operator, type WeightInput } from './operator';

interface MatMulInit {
  readonly name: string;
  readonly domain?: string;
  /** Indices of the two factors. */
  readonly a?: number;
  readonly b?: number;
  readonly bias?: number;
  readonly quantized?: boolean;
  /** Of the second factor. */
  readonly grid?: WeightInput['grid'];
}

const microsoft = 'com.microsoft';

export const matMulOperators: readonly Operator[] = [
  {
    ...matrixProduct({ name: 'MatMul' }),
    gradient: matMulGradient,
    channels: productAxes,
    quantized: () => ({ kind: 'multiplies', reads: [0, 1], givesReals: true }),
  },
  matrixProduct({ name: 'MatMulInteger', quantized: true }),
  matrixProduct({ name: 'QLinearMatMul', b: 3, quantized: true, grid: { scale: 4, zeroPoint: 5 } }),
  matrixProduct({ name: 'MatMulInteger16', domain: microsoft, quantized: true }),
  matrixProduct({
    name: 'MatMulIntegerToFloat',
    domain: microsoft,
    bias: 6,
    quantized: true,
    grid: { scale: 3, zeroPoint: 5 },
  }),
  matrixProduct({
    name: 'DynamicQuantizeMatMul',
    domain: microsoft,
    bias: 4,
    quantized: true,
    grid: { scale: 2, zeroPoint: 3 },
  }),
  matrixProduct({ name: 'FusedMatMul', domain: microsoft }),
  matrixProduct({ name: 'TransposeMatMul', domain: microsoft }),
  matrixProduct({ name: 'FusedMatMulActivation', domain: microsoft }),
  {
    name: 'MatMulNBits',
    domain: microsoft,
    weights: (node) => [
      {
        input: 1,
        role: 'weight',
        outputAxis: 0,
        quantized: true,
        packedWeights: (attribute(node, 'K', 'int') ?? 0) * (attribute(node, 'N', 'int') ?? 0),
      },
      { input: 5, role: 'bias' },
    ],
    shape: ({ node, inputShape }) => {
      const a = inputShape(0);
      return [{ shape: a && [...a.slice(0, -1), attribute(node, 'N', 'int')] }];
    },
    macs: ({ node, outputShape }) => times(product(outputShape(0)), attribute(node, 'K', 'int')),
  },
];

function matrixProduct(init: MatMulInit): Operator {
  const { name, a = 0, b = 1, bias } = init;
  const quantized = init.quantized === true ? { quantized: true } : {};
  const grid = init.grid ? { grid: init.grid } : {};
  // The contrib operators' transBatchA and transBatchB move the axes elsewhere.
  const isPlain = init.domain === undefined && init.quantized !== true;
  return {
    name,
    ...(init.domain === undefined ? {} : { domain: init.domain }),
    // A network that multiplies from the left has its weights in the first factor.
    weights: ({ attributes }) => {
      const transposed = (key: string): boolean =>
        attributes.some((found) => found.name === key && found.kind === 'int' && found.value === 1);
      const inputs: WeightInput[] = [
        {
          input: b,
          role: 'weight',
          outputAxis: transposed('transB') ? -2 : -1,
          multiplies: a,
          ...(isPlain && { sums: { input: a, over: -1 } }),
          ...quantized,
          ...grid,
        },
        {
          input: a,
          role: 'weight',
          outputAxis: transposed('transA') ? -1 : -2,
          multiplies: b,
          ...(isPlain && { sums: { input: b, over: -2 } }),
          ...quantized,
        },
      ];
      if (bias !== undefined) inputs.push({ input: bias, role: 'bias', ...quantized });
      return inputs;
    },
    shape: (context) => [{ shape: productShape(factor(context, a, 'transA'), factor(context, b, 'transB')) }],
    macs: (context) => {
      const left = factor(context, a, 'transA');
      const right = factor(context, b, 'transB');
      return times(product(productShape(left, right)), left?.at(-1));
    },
  };
}

/** The summed axes of both factors belong together; products of two activations are counted by heads. */
function productAxes(context: NodeContext): ChannelFacts | undefined {
  const [left, right] = [context.inputShape(0)?.length, context.inputShape(1)?.length];
  const output = context.outputShape(0)?.length;
  if (left === undefined || right === undefined || output === undefined) return undefined;
  const heads = !context.inputTensor(0) && !context.inputTensor(1) ? { heads: true as const } : {};
  const batch = [0, 1].flatMap((input) => {
    const rank = input === 0 ? left : right;
    // The batch axes are counted from the last one, before the axes of the matrices.
    const shift = output - (Math.min(left, 2) + Math.min(right, 2) - 2) - (rank - 2);
    return broadcastAxes(context, input, shift)
      .filter(({ a }) => a.axis < rank - 2)
      .map((link) => ({ ...link, ...heads }));
  });
  const rows =
    left < 2 ? [] : [{ a: inputAxis(0, left - 2), b: outputAxis(0, output - (right < 2 ? 1 : 2)) }];
  const columns = right < 2 ? [] : [{ a: inputAxis(1, right - 1), b: outputAxis(0, output - 1) }];
  const summed = { a: inputAxis(0, left - 1), b: inputAxis(1, Math.max(right - 2, 0)) };
  return { links: [...batch, ...rows, ...columns, summed] };
}

/** A factor's shape, with its last two dimensions exchanged where the attribute says so. */
function factor(context: NodeContext, input: number, transposed: string): Shape | undefined {
  const shape = context.inputShape(input);
  // The contrib operators' transBatchA and transBatchB rotate further dimensions.
  const batched = attribute(context.node, `transBatch${transposed.slice(-1)}`, 'int') === 1;
  if (!shape || batched) return undefined;
  if (attribute(context.node, transposed, 'int') !== 1 || shape.length < 2) return shape;
  return [...shape.slice(0, -2), shape.at(-1), shape.at(-2)];
}

function productShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  if (!batch) return undefined;
  // A vector on the left is a row and one on the right a column; the dimension that this adds is dropped again.
  const rows = a.length === 1 ? [] : [a.at(-2)];
  const columns = b.length === 1 ? [] : [b.at(-1)];
  return [...batch, ...rows, ...columns];
}
