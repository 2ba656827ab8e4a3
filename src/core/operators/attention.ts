// Attention and transformer blocks of ONNX Runtime's own domain, and the standard Attention.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { add, multiply, times } from './dimensions';
import { product, type InferredOutput, type NodeContext, type Operator, type WeightInput } from './operator';

const microsoft = 'com.microsoft';

export const attentionOperators: readonly Operator[] = [
  selfAttention('Attention', 5, [
    { input: 1, role: 'weight', outputAxis: 1 },
    { input: 2, role: 'bias' },
  ]),
  selfAttention('QAttention', 8, [
    { input: 1, role: 'weight', outputAxis: 1, quantized: true, grid: { scale: 4, zeroPoint: 7 } },
    { input: 2, role: 'bias' },
  ]),
  {
    name: 'MultiHeadAttention',
    domain: microsoft,
    weights: () => [{ input: 3, role: 'bias' }],
    shape: ({ inputShape }) => {
      const query = inputShape(0);
      const value = inputShape(2);
      if (query?.length !== 3 || value?.length !== 3) return [{ shape: undefined }];
      return [{ shape: [query[0], query[1], value[2]] }];
    },
    macs: ({ inputShape }) => {
      const query = inputShape(0);
      const key = inputShape(1);
      const value = inputShape(2);
      if (query?.length !== 3 || key?.length !== 3 || value?.length !== 3) return undefined;
      return bothProducts(query[0], query[1], key[1], query[2], value[2]);
    },
  },
  { name: 'Attention', shape: standardShape, macs: standardMacs },
];

/**
 * Self-attention with its projection. The weight is [input, 3·hidden] for query, key and value; a past of
 * [2, batch, heads, steps, head size] may precede the sequence.
 */
function selfAttention(name: string, past: number, weights: readonly WeightInput[]): Operator {
  return {
    name,
    domain: microsoft,
    weights: () => weights,
    shape: (context): readonly InferredOutput[] => {
      const input = context.inputShape(0);
      if (!input) return [{ shape: undefined }];
      const output: InferredOutput = { shape: [input[0], input[1], hiddenOf(context)[2]] };
      return context.node.outputs[1] ? [output, { shape: presentShape(context, past) }] : [output];
    },
    macs: (context) => {
      const input = context.inputShape(0);
      if (!input) return undefined;
      const [query, , value] = hiddenOf(context);
      const steps = add(input[1], pastSteps(context, past));
      const projection = times(product(input), context.inputShape(1)?.[1]);
      return add(projection, bothProducts(input[0], input[1], steps, query, value));
    },
  };
}

/** Sizes of query, key and value over all heads. */
function hiddenOf({ node, inputShape }: NodeContext): readonly Dimension[] {
  const stated = attribute(node, 'qkv_hidden_sizes', 'ints');
  if (stated) return stated;
  const columns = inputShape(1)?.[1];
  const each = typeof columns === 'number' ? columns / 3 : undefined;
  return [each, each, each];
}

function pastSteps({ node, inputShape }: NodeContext, past: number): Dimension {
  return (node.inputs[past] ?? '') === '' ? 0 : inputShape(past)?.[3];
}

function presentShape(context: NodeContext, past: number): Shape | undefined {
  const input = context.inputShape(0);
  const heads = attribute(context.node, 'num_heads', 'int');
  const key = hiddenOf(context)[1];
  if (!input || !heads || typeof key !== 'number') return undefined;
  return [2, input[0], heads, add(input[1], pastSteps(context, past)), key / heads];
}

/** Query × key, then scores × value (Vaswani et al. 2017, eq. 1); sizes are those of all heads together. */
function bothProducts(
  batch: Dimension,
  queries: Dimension,
  keys: Dimension,
  querySize: Dimension,
  valueSize: Dimension,
): number | undefined {
  return times(batch, queries, keys, add(querySize, valueSize));
}

/** Inputs are [batch, heads, steps, size], or [batch, steps, heads·size] with the numbers of heads as attributes. */
function standardShape({ node, inputShape }: NodeContext): readonly InferredOutput[] {
  const query = inputShape(0);
  const value = inputShape(2);
  if (!query || !value) return [{ shape: undefined }];
  if (query.length === 4) return [{ shape: [...query.slice(0, 3), value.at(-1)] }];
  const queryHeads = attribute(node, 'q_num_heads', 'int');
  const valueHeads = attribute(node, 'kv_num_heads', 'int');
  const size = value.at(-1);
  if (!queryHeads || !valueHeads || typeof size !== 'number') return [{ shape: undefined }];
  return [{ shape: [query[0], query[1], multiply(queryHeads, size / valueHeads)] }];
}

function standardMacs(context: NodeContext): number | undefined {
  const query = context.inputShape(0);
  const key = context.inputShape(1);
  const output = context.outputShape(0);
  if (!query || !key || !output) return undefined;
  const past = (context.node.inputs[4] ?? '') === '' ? 0 : context.inputShape(4)?.at(-2);
  return times(add(product(query), product(output)), add(key.at(-2), past));
}
