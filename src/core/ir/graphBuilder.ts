// Writes a graph node by node: what rules that emit ONNX are written with. It names values, stores constants once,
// and knows which form an operator has in the opset at hand.
import { encodeNumbers } from './numbers';
import type { FreshName } from './freshNames';
import type { Attribute, Node } from './graph';
import { Tensor } from './tensor';

/** Whole numbers and lists of numbers are ints; floats are written `float(0.5)` and `floats([…])`. */
export type AttributeInit = number | string | readonly number[] | FloatInit;

interface FloatInit {
  readonly float: number | readonly number[];
}

export function float(value: number): FloatInit {
  return { float: value };
}

export interface GraphBuilderOptions {
  readonly fresh: FreshName;
  readonly opset: number;
  /** Type of the constants that are no integers. */
  readonly type: 'float32' | 'float64';
}

export class GraphBuilder {
  readonly nodes: Node[] = [];
  /** Constants, to be stored as initializers. */
  readonly tensors: Tensor[] = [];
  readonly opset: number;
  readonly type: 'float32' | 'float64';
  private readonly fresh: FreshName;
  private readonly constants = new Map<string, string>();

  constructor(options: GraphBuilderOptions) {
    this.fresh = options.fresh;
    this.opset = options.opset;
    this.type = options.type;
  }

  /** Adds a node with one output and gives the output's name. An undefined input is one that is left out. */
  node(
    operator: string,
    inputs: readonly (string | undefined)[],
    attributes: Readonly<Record<string, AttributeInit>> = {},
  ): string {
    return this.nodeWithOutputs(operator, inputs, 1, attributes)[0] ?? '';
  }

  /** Adds a node with several outputs. */
  nodeWithOutputs(
    operator: string,
    inputs: readonly (string | undefined)[],
    outputs: number,
    attributes: Readonly<Record<string, AttributeInit>> = {},
  ): string[] {
    const name = this.fresh(operator);
    const names = Array.from({ length: outputs }, () => this.fresh(`${name}_out`));
    this.nodes.push({
      name,
      domain: '',
      operator,
      inputs: inputs.map((input) => input ?? ''),
      outputs: names,
      attributes: Object.entries(attributes).map(([key, value]) => toAttribute(key, value)),
    });
    return names;
  }

  /** Adds a node whose outputs have names already. */
  nodeNamed(
    operator: string,
    inputs: readonly (string | undefined)[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, AttributeInit>> = {},
  ): void {
    this.nodes.push({
      name: this.fresh(operator),
      domain: '',
      operator,
      inputs: inputs.map((input) => input ?? ''),
      outputs,
      attributes: Object.entries(attributes).map(([key, value]) => toAttribute(key, value)),
    });
  }

  /** A fresh name, for a value that is made elsewhere. */
  name(wanted: string): string {
    return this.fresh(wanted);
  }

  /** A one-dimensional int64 constant: axes, shapes, pads. */
  ints(values: readonly number[]): string {
    return this.constant('int64', [values.length], values);
  }

  /** An int64 constant without dimensions. */
  int(value: number): string {
    return this.constant('int64', [], [value]);
  }

  /** A float constant without dimensions. */
  scalar(value: number): string {
    return this.constant(this.type, [], [value]);
  }

  /** A float constant. */
  floats(shape: readonly number[], values: readonly number[]): string {
    return this.constant(this.type, shape, values);
  }

  /** One of ReduceSum, ReduceMean, ReduceMax and the like; their axes became an input in different opsets. */
  reduce(operator: string, input: string, axes: readonly number[], options: { keep: boolean }): string {
    const keepdims = options.keep ? 1 : 0;
    const since = operator === 'ReduceSum' ? 13 : 18;
    return this.opset >= since
      ? this.node(operator, [input, this.ints(axes)], { keepdims })
      : this.node(operator, [input], { axes, keepdims });
  }

  /** A value in another shape. */
  reshape(input: string, shape: readonly number[]): string {
    return this.node('Reshape', [input, this.ints(shape)]);
  }

  /** Parts of a value along an axis. */
  split(input: string, axis: number, sizes: readonly number[]): string[] {
    if (sizes.length === 1) return [this.node('Identity', [input])];
    return this.nodeWithOutputs('Split', [input, this.ints(sizes)], sizes.length, { axis });
  }

  private constant(
    type: 'int64' | 'float32' | 'float64',
    shape: readonly number[],
    values: readonly number[],
  ): string {
    const key = `${type}:${shape.join()}:${values.join()}`;
    const found = this.constants.get(key);
    if (found !== undefined) return found;
    const name = this.fresh('constant');
    this.tensors.push(Tensor.fromBytes(name, type, shape, encodeNumbers(type, values)));
    this.constants.set(key, name);
    return name;
  }
}

function toAttribute(name: string, value: AttributeInit): Attribute {
  if (typeof value === 'number') return { name, kind: 'int', value };
  if (typeof value === 'string') return { name, kind: 'string', value };
  if (!('float' in value)) return { name, kind: 'ints', value };
  return typeof value.float === 'number'
    ? { name, kind: 'float', value: value.float }
    : { name, kind: 'floats', value: value.float };
}
