// Which values of a network are rounded to grids, so that a runtime's integer kernels compute between them: what comes
// into products with stored integers, what these give, and what is computed from values on grids alone. Each operator
// tells what it does with such values (`quantized` in its facts).
import { nodeOrder } from '../../../analysis/nodeOrder';
import { isFloat } from '../../../ir/elementType';
import type { Model, Node } from '../../../ir/graph';
import { graphsWithin, nodeLabels, subgraphs } from '../../../ir/traversal';
import { operatorOf } from '../../../operators/operators';
import type { QuantizedUse } from '../../../operators/quantizedUse';
import { scopeOf } from '../../../operators/scope';
import { pathFinder } from '../../../operators/storedPaths';
import type { WeightGrids } from '../grids/weightGrid';

/** A value that is put together from others, and can share its grid with them. */
export interface Join {
  readonly output: string;
  /** Those of them that nothing else reads and that have grids of their own. */
  readonly inputs: readonly JoinedInput[];
}

export interface JoinedInput {
  readonly value: string;
  /** Limits before it are left to the grid, whose lowest level has to be that of the limit. */
  readonly isLimited: boolean;
}

export interface RealLayer {
  readonly layer: string;
  readonly reason: string;
}

export interface QuantizedValues {
  /** Values with a grid of their own, in the order in which they are computed. */
  readonly own: readonly string[];
  /** Values with the grid of another one: mostly of the value whose elements they have. */
  readonly passed: ReadonlyMap<string, string>;
  /** In the order in which they are computed. */
  readonly joins: readonly Join[];
  /** Layers with quantized weights, or products, that compute with real numbers. */
  readonly real: readonly RealLayer[];
}

export interface ValueOptions {
  /** Whether a value can have a grid; all can, as far as is known before they were seen. */
  readonly isUsable: (value: string) => boolean;
  /** Whether grids cut off where a Relu before them does. Grids around zero do not. */
  readonly foldsLimits: boolean;
}

/** Finds the values of the outermost graph for weights on uniform grids. */
export function quantizedValues(model: Model, weights: WeightGrids, options: ValueOptions): QuantizedValues {
  const flow = dataFlow(model, weights);
  const real: RealLayer[] = [];
  const products = new Set<Node>();
  const wanted = new Set<string>();
  const labels = nodeLabels(model.graph);
  for (const node of flow.order) {
    const use = useOf(node);
    if (use?.kind !== 'multiplies') continue;
    const reason = obstacle(node, use, flow, options);
    if (reason === undefined) {
      products.add(node);
      for (const value of computedReads(node, use, flow)) wanted.add(value);
    } else {
      real.push({ layer: labels.get(node)!, reason });
    }
  }

  // What only passes a value on to a product does so with integers as well.
  for (const node of flow.order.toReversed()) {
    const use = useOf(node);
    const [value, ...others] = use?.kind === 'passes' ? computedReads(node, use, flow) : [];
    if (value === undefined || others.length > 0 || node.outputs.length > 1) continue;
    if (wanted.has(node.outputs[0]!) && flow.uses(value) === 1) wanted.add(value);
  }

  const found = new Set<string>();
  const passed = new Map<string, string>();
  const joins: { readonly node: Node; readonly output: string }[] = [];
  const limited = new Set<string>();
  const isThere = (value: string): boolean => found.has(value) || wanted.has(value);
  /** The result of integers, or what is left of it after limits. */
  const give = (node: Node): void => {
    const output = node.outputs[0]!;
    const last = behind(output, flow, options);
    if (last !== output) limited.add(last);
    found.add(last);
    const later = options.foldsLimits ? flow.limitedLater(last) : undefined;
    if (!later) return;
    // A grid that ends where the later limit does cuts off before what passes the value on.
    for (const value of [last, ...later.passed]) {
      found.add(value);
      passed.set(value, later.last);
    }
    found.add(later.last);
    limited.add(later.last);
  };
  for (const node of flow.order) {
    const use = useOf(node);
    const output = node.outputs[0] ?? '';
    if (!use) continue;
    if (use.kind === 'multiplies') {
      if (!products.has(node)) continue;
      const sum = use.givesReals ? flow.biasSum(node) : undefined;
      if (sum) give(sum);
      // Only what is read on a grid has to be on one, where the kernel can give real numbers.
      else if (use.givesReals !== true || wanted.has(behind(output, flow, options))) give(node);
      continue;
    }
    const reads = computedReads(node, use, flow);
    const complete = reads.length > 0 && reads.length === use.reads.length && reads.every(isThere);
    if (use.kind === 'passes') {
      if (complete) for (const each of node.outputs) passed.set(each, reads[0]!);
    } else if (use.kind !== 'limits' && complete && node.outputs.every(options.isUsable)) {
      for (const value of reads) wanted.add(value);
      if (use.kind === 'joins') joins.push({ node, output });
      give(node);
    }
  }
  return settled({ flow, options, found, wanted, passed, joins, limited, real });
}

interface Findings {
  readonly flow: DataFlow;
  readonly options: ValueOptions;
  readonly found: ReadonlySet<string>;
  readonly wanted: ReadonlySet<string>;
  readonly passed: ReadonlyMap<string, string>;
  readonly joins: readonly { readonly node: Node; readonly output: string }[];
  readonly limited: ReadonlySet<string>;
  readonly real: readonly RealLayer[];
}

/** What passes elements on keeps their grid, where the elements before it have one and those after it are to. */
function settled({ flow, options, found, wanted, passed, joins, limited, real }: Findings): QuantizedValues {
  const all = new Set([...found, ...wanted].filter(options.isUsable));
  const followers = new Map<string, string>();
  for (const [value, from] of passed) if (all.has(value) && all.has(from)) followers.set(value, from);
  const sources = new Set(followers.values());
  const isFree = (value: string): boolean =>
    all.has(value) && !followers.has(value) && !sources.has(value) && flow.uses(value) === 1;
  return {
    own: flow.inOrder([...all].filter((value) => !followers.has(value))),
    passed: followers,
    joins: joins.flatMap(({ node, output }) => {
      const last = behind(output, flow, options);
      const inputs = node.inputs.filter(isFree).map((value) => ({ value, isLimited: limited.has(value) }));
      return all.has(last) && last === output && inputs.length > 0 ? [{ output, inputs }] : [];
    }),
    real,
  };
}

function behind(value: string, flow: DataFlow, { foldsLimits }: ValueOptions): string {
  return foldsLimits ? flow.behindLimits(value) : value;
}

function useOf(node: Node): QuantizedUse | undefined {
  return operatorOf(node)?.quantized?.(node);
}

/** What a node reads on grids that is computed while running. */
function computedReads(node: Node, { reads }: QuantizedUse, flow: DataFlow): readonly string[] {
  return reads
    .map((input) => node.inputs[input] ?? '')
    .filter((value) => value !== '' && !flow.isConstant(value));
}

/** Why a product is one of real numbers; undefined where it can be one of integers. */
function obstacle(
  node: Node,
  use: QuantizedUse & { readonly kind: 'multiplies' },
  flow: DataFlow,
  { isUsable }: ValueOptions,
): string | undefined {
  const computed = computedReads(node, use, flow);
  for (const input of use.reads) {
    const value = node.inputs[input] ?? '';
    const reason = flow.isConstant(value) ? flow.weightObstacle(value) : undefined;
    if (reason !== undefined) return reason;
  }
  if (computed.length === 0) return 'it multiplies constants';
  if (!computed.every(isUsable)) return 'what it multiplies is no finite float32 number, or was not seen';
  const sum = use.givesReals ? flow.biasSum(node) : undefined;
  if (use.givesReals && flow.isOutput((sum ?? node).outputs[0]!) && sum) {
    return 'its result is an output of the model, which is not rounded';
  }
  const given = (sum ?? node).outputs[0]!;
  return use.givesReals || isUsable(given)
    ? undefined
    : 'its result is no finite float32 number, or was not seen';
}

interface DataFlow {
  readonly order: readonly Node[];
  /** Whether a value is made of stored elements alone. */
  readonly isConstant: (value: string) => boolean;
  /** Why a constant factor is none of integers. */
  readonly weightObstacle: (value: string) => string | undefined;
  readonly isOutput: (value: string) => boolean;
  /** How often nodes, graphs within them and the model's outputs use a value. */
  readonly uses: (value: string) => number;
  /** The value after limits that follow it and that nothing else reads. */
  readonly behindLimits: (value: string) => string;
  /** Values that pass the elements of a value on to limits and that nothing else reads, and what the limits give. */
  readonly limitedLater: (
    value: string,
  ) => { readonly passed: readonly string[]; readonly last: string } | undefined;
  /** The sum with a stored vector that alone reads what a node without a bias gives. */
  readonly biasSum: (node: Node) => Node | undefined;
  /** The values in the order in which they are computed. */
  readonly inOrder: (values: readonly string[]) => readonly string[];
}

function dataFlow({ graph }: Model, weights: WeightGrids): DataFlow {
  const order = nodeOrder(graph);
  const readers = new Map<string, Node[]>();
  const uses = new Map<string, number>();
  const count = (value: string): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
  for (const node of order) {
    for (const value of node.inputs) {
      count(value);
      readers.set(value, [...(readers.get(value) ?? []), node]);
    }
    for (const inner of subgraphs(node)) {
      for (const each of graphsWithin(inner)) each.nodes.flatMap(({ inputs }) => inputs).forEach(count);
    }
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  outputs.forEach(count);
  const find = pathFinder();
  const scope = scopeOf(graph);
  const isConstant = (value: string): boolean => value !== '' && find(scope, value).length > 0;
  const onlyReader = (value: string): Node | undefined =>
    uses.get(value) === 1 ? readers.get(value)?.[0] : undefined;
  const behindLimits = (value: string): string => {
    let last = value;
    for (;;) {
      const reader = onlyReader(last);
      if (!reader || useOf(reader)?.kind !== 'limits' || reader.inputs[0] !== last) return last;
      last = reader.outputs[0]!;
    }
  };
  return {
    order,
    isConstant,
    uses: (value) => uses.get(value) ?? 0,
    isOutput: (value) => outputs.has(value),
    weightObstacle: (value) => {
      const tensor = scope.stored.get(value);
      if (!tensor) return 'its weight is put together from stored ones before it is used';
      const grid = weights.get(tensor);
      if (!grid) return 'its weight is not quantized';
      if (grid.kind !== 'uniform') return 'its weight is on no uniform grid';
      if (grid.layout.groupSize !== undefined) return 'its weight has a scale for each group';
      return tensor.type === 'float32' ? undefined : `it computes in ${tensor.type}`;
    },
    behindLimits,
    limitedLater: (value) => {
      const passed: string[] = [];
      for (let at = value; ;) {
        const reader = onlyReader(at);
        const isPassed = reader && useOf(reader)?.kind === 'passes' && reader.inputs[0] === at;
        if (!isPassed || reader.outputs.length > 1) return undefined;
        at = reader.outputs[0]!;
        passed.push(at);
        const last = behindLimits(at);
        if (last !== at) return { passed, last };
      }
    },
    biasSum: (node) => {
      const sum = onlyReader(node.outputs[0]!);
      const use = sum && useOf(sum);
      if (!sum || use?.kind !== 'computes' || !use.addsBias || (node.inputs[2] ?? '') !== '')
        return undefined;
      const other = scope.stored.get(sum.inputs.find((value) => value !== node.outputs[0]) ?? '');
      return other && isFloat(other.type) && other.shape.length === 1 && other.elements > 1 ? sum : undefined;
    },
    inOrder: (values) => {
      const wanted = new Set(values);
      const made = [...graph.inputs.map(({ name }) => name), ...order.flatMap((node) => node.outputs)];
      return made.filter((value) => wanted.has(value));
    },
  };
}
