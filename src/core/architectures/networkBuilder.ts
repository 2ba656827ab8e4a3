// Writes an untrained network layer by layer: what the architectures are written with. Names are those that PyTorch
// gives to modules and their tensors; shapes are checked as the layers are added.
import { CounterweightError } from '../../shared/base/errors';
import { formatInteger } from '../../shared/base/numbers';
import type { Attribute, Model, Node } from '../ir/graph';
import { encodeNumbers, float32Tensor } from '../ir/numbers';
import { Tensor } from '../ir/tensor';
import { glorotNormal, heNormal, type LayerInput } from './initialization';

/** A value between layers. */
export interface Value {
  readonly name: string;
  /** Of one sample: [channels, height, width] or [features]. */
  readonly shape: readonly number[];
  readonly kind: LayerInput;
}

export interface ConvOptions {
  readonly channels: number;
  /** Height and width. */
  readonly kernel: number | readonly [number, number];
  /** 1 where not given. */
  readonly stride?: number;
  /**
   * `half` adds (kernel − 1) / 2 pixels on each side; `same` as many as it takes to give size / stride, rounded up, the
   * odd one at the end; `none` adds none. `half` where not given.
   */
  readonly padding?: 'half' | 'same' | 'none';
  /** Each channel is filtered for itself; `channels` is the number of input channels. */
  readonly depthwise?: true;
  /** Parts of the channels that are filtered apart from each other; 1 where not given. */
  readonly groups?: number;
  readonly bias: boolean;
  /**
   * The layer ends one of so many branches that are added to the signal one after the other. Their variances are
   * divided by that number, so that the sums do not grow with it (S. Hayou et al., "Stable ResNet", 2021). Where a
   * normalization follows, that holds until it has seen data.
   */
  readonly branches?: number;
}

export interface PoolWindow {
  readonly kernel: number;
  readonly stride: number;
  /** Pixels on each side; 0 where not given. */
  readonly pad?: number;
}

export interface LinearOptions {
  readonly features: number;
  /** What the outputs go into: hidden ones into a rectifier, others are the network's answer. */
  readonly role: 'hidden' | 'output';
}

/** About 1 GB of weights. */
const mostParameters = 250_000_000;
const opset = 17;
const irVersion = 8;

export class NetworkBuilder {
  readonly input: Value;
  private readonly nodes: Node[] = [];
  private readonly tensors: Tensor[] = [];
  private readonly stored = new Set<string>();
  private parameters = 0;
  private index = 0;

  constructor(
    private readonly architecture: string,
    input: readonly number[],
    private readonly seed: number,
  ) {
    this.input = { name: 'input', shape: input, kind: 'plain' };
  }

  conv(name: string, from: Value, options: ConvOptions): Value {
    const { channels, stride = 1, padding = 'half', depthwise, bias, branches = 1 } = options;
    const [inputs = 1, ...size] = from.shape;
    const kernel: readonly [number, number] =
      typeof options.kernel === 'number' ? [options.kernel, options.kernel] : options.kernel;
    const groups = depthwise ? inputs : (options.groups ?? 1);
    const fanIn = (inputs / groups) * kernel[0] * kernel[1];
    const weightShape = [channels, inputs / groups, ...kernel];
    const weight = this.random(`${name}.weight`, weightShape, (count, source) =>
      heNormal(count, fanIn * branches, from.kind, source),
    );
    const sides = kernel.map((k, axis) => this.padsOf(padding, size[axis]!, k, stride));
    const outputs = sides.map(([start, end], axis) =>
      Math.floor((size[axis]! + start + end - kernel[axis]!) / stride + 1),
    );
    const inputsOfNode = [from.name, weight, ...(bias ? [this.constant(`${name}.bias`, channels, 0)] : [])];
    return this.add('Conv', name, inputsOfNode, {
      shape: [channels, ...outputs],
      attributes: {
        kernel_shape: kernel,
        strides: [stride, stride],
        pads: [...sides.map(([start]) => start), ...sides.map(([, end]) => end)],
        group: groups,
      },
    });
  }

  /** A batch normalization with untouched statistics. */
  batchNorm(name: string, from: Value): Value {
    const channels = from.shape[0]!;
    const inputs = [
      from.name,
      this.constant(`${name}.weight`, channels, 1),
      this.constant(`${name}.bias`, channels, 0),
      this.constant(`${name}.running_mean`, channels, 0),
      this.constant(`${name}.running_var`, channels, 1),
    ];
    return this.add('BatchNormalization', name, inputs, { shape: from.shape, kind: from.kind });
  }

  relu(name: string, from: Value): Value {
    return this.add('Relu', name, [from.name], { shape: from.shape, kind: 'rectified' });
  }

  /** min(max(x, 0), 6). */
  relu6(name: string, from: Value): Value {
    const bounds = [this.scalar('relu6.min', 0), this.scalar('relu6.max', 6)];
    return this.add('Clip', name, [from.name, ...bounds], { shape: from.shape, kind: 'rectified' });
  }

  maxPool(name: string, from: Value, window: PoolWindow): Value {
    return this.pool('MaxPool', name, from, window);
  }

  /** Means of windows; pixels outside the image do not count. */
  averagePool(name: string, from: Value, window: PoolWindow): Value {
    return this.pool('AveragePool', name, from, window);
  }

  /** The mean of each channel, as a vector. */
  globalAveragePool(name: string, from: Value): Value {
    const channels = from.shape[0]!;
    const pooled = this.add('GlobalAveragePool', name, [from.name], {
      shape: [channels, 1, 1],
      kind: from.kind,
    });
    return this.flatten('flatten', pooled);
  }

  /** A vector of all elements; itself where it is one already. */
  flatten(name: string, from: Value): Value {
    if (from.shape.length === 1) return from;
    const attributes = { axis: 1 };
    return this.add('Flatten', name, [from.name], { shape: [elements(from)], kind: from.kind, attributes });
  }

  linear(name: string, from: Value, { features, role }: LinearOptions): Value {
    const inputs = from.shape[0]!;
    const weight = this.random(`${name}.weight`, [features, inputs], (count, source) =>
      role === 'hidden'
        ? heNormal(count, inputs, from.kind, source)
        : glorotNormal(count, inputs, features, source),
    );
    return this.add('Gemm', name, [from.name, weight, this.constant(`${name}.bias`, features, 0)], {
      shape: [features],
      attributes: { transB: 1 },
    });
  }

  sum(name: string, a: Value, b: Value): Value {
    return this.add('Add', name, [a.name, b.name], { shape: a.shape });
  }

  /** Values one after the other along the channels. */
  concat(name: string, values: readonly Value[]): Value {
    const [first] = values;
    const channels = values.reduce((sum, { shape }) => sum + shape[0]!, 0);
    return this.add(
      'Concat',
      name,
      values.map((value) => value.name),
      {
        shape: [channels, ...first!.shape.slice(1)],
        kind: first!.kind,
        attributes: { axis: 1 },
      },
    );
  }

  /** The first and the second half of the channels. */
  halves(name: string, from: Value): readonly [Value, Value] {
    const [channels = 2, ...size] = from.shape;
    const half: Value = { ...from, shape: [channels / 2, ...size], name: '' };
    const names = [`${name}.0`, `${name}.1`] as const;
    this.push('Split', name, [from.name, this.ints(`${name}.sizes`, [channels / 2, channels / 2])], names, {
      axis: 1,
    });
    return [
      { ...half, name: names[0] },
      { ...half, name: names[1] },
    ];
  }

  /** Channels of the groups by turns: [a₁ … aₙ b₁ … bₙ] becomes [a₁ b₁ … aₙ bₙ]. */
  shuffle(name: string, from: Value, groups: number): Value {
    const [channels = 2, ...size] = from.shape;
    const grouped = this.ints(`${name}.groups`, [0, groups, channels / groups, ...size]);
    const flat = this.ints(`${name}.channels`, [0, ...from.shape]);
    const { kind } = from;
    const split = this.add('Reshape', `${name}.group`, [from.name, grouped], { shape: from.shape, kind });
    const turned = this.add('Transpose', `${name}.turn`, [split.name], {
      shape: from.shape,
      kind,
      attributes: { perm: [0, 2, 1, 3, 4] },
    });
    return this.add('Reshape', `${name}.merge`, [turned.name, flat], { shape: from.shape, kind });
  }

  /** Every second pixel, with channels of zeros before and behind: a shortcut without parameters. */
  zeroPaddedShortcut(name: string, from: Value, channels: number): Value {
    const [inputs = 1, ...size] = from.shape;
    const most = 2 ** 31 - 1;
    const slice = [
      [0, 0],
      [most, most],
      [2, 3],
      [2, 2],
    ].map((values, i) => this.ints(`${name}.${['starts', 'ends', 'axes', 'steps'][i]!}`, values));
    const halved = size.map((side) => Math.ceil(side / 2));
    const { kind } = from;
    const every = this.add('Slice', `${name}.pixels`, [from.name, ...slice], {
      shape: [inputs, ...halved],
      kind,
    });
    const before = Math.floor((channels - inputs) / 2);
    const pads = this.ints(`${name}.pads`, [0, before, 0, 0, 0, channels - inputs - before, 0, 0]);
    return this.add('Pad', `${name}.pad`, [every.name, pads], { shape: [channels, ...halved], kind });
  }

  /** The network that ends in a value, under the name that its output is to have. */
  model(end: Value, output: string): Model {
    const nodes = this.nodes.map((node) => ({
      ...node,
      outputs: node.outputs.map((name) => (name === end.name ? output : name)),
    }));
    return {
      format: 'onnx',
      producer: 'counterweight',
      graph: {
        name: this.architecture,
        nodes,
        inputs: [{ name: this.input.name, type: 'float32', shape: ['batch', ...this.input.shape] }],
        outputs: [{ name: output, type: 'float32', shape: ['batch', ...end.shape] }],
        initializers: this.tensors,
        values: [],
      },
      functions: [],
      opsets: new Map([['', opset]]),
      irVersion,
      notes: [],
    };
  }

  private pool(operator: string, name: string, from: Value, { kernel, stride, pad = 0 }: PoolWindow): Value {
    const [channels = 1, ...size] = from.shape;
    const outputs = size.map((side) => Math.floor((side + 2 * pad - kernel) / stride + 1));
    return this.add(operator, name, [from.name], {
      shape: [channels, ...outputs],
      kind: from.kind,
      attributes: {
        kernel_shape: [kernel, kernel],
        strides: [stride, stride],
        pads: [pad, pad, pad, pad],
      },
    });
  }

  private add(
    operator: string,
    name: string,
    inputs: readonly string[],
    result: {
      readonly shape: readonly number[];
      readonly kind?: LayerInput;
      readonly attributes?: Attributes;
    },
  ): Value {
    const { shape, kind = 'plain', attributes = {} } = result;
    if (shape.some((side) => side < 1)) {
      fail(this.architecture, `an input of ${this.input.shape.join('x')} is too small for its layer ${name}`);
    }
    const output = `${name}_out`;
    this.push(operator, name, inputs, [output], attributes);
    return { name: output, shape, kind };
  }

  private push(
    operator: string,
    name: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes,
  ): void {
    const list = Object.entries(attributes).map(([key, value]): Attribute =>
      typeof value === 'number' ? { name: key, kind: 'int', value } : { name: key, kind: 'ints', value },
    );
    this.nodes.push({ name, domain: '', operator, inputs, outputs, attributes: list });
  }

  private random(
    name: string,
    shape: readonly number[],
    fill: (count: number, source: { readonly seed: number; readonly index: number }) => Float32Array,
  ): string {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    this.parameters += count;
    if (this.parameters > mostParameters) {
      fail(
        this.architecture,
        `it would have more than ${formatInteger(mostParameters)} parameters; choose a smaller input or width`,
      );
    }
    const source = { seed: this.seed, index: this.index++ };
    this.tensors.push(drawnWhenRead(name, shape, () => fill(count, source)));
    return name;
  }

  private constant(name: string, count: number, value: number): string {
    this.tensors.push(float32Tensor(name, [count], new Float32Array(count).fill(value)));
    return name;
  }

  /** Layers share a number. */
  private scalar(name: string, value: number): string {
    if (!this.stored.has(name)) this.tensors.push(float32Tensor(name, [], Float32Array.of(value)));
    this.stored.add(name);
    return name;
  }

  private ints(name: string, values: readonly number[]): string {
    this.tensors.push(Tensor.fromBytes(name, 'int64', [values.length], encodeNumbers('int64', values)));
    return name;
  }

  private padsOf(
    padding: NonNullable<ConvOptions['padding']>,
    size: number,
    kernel: number,
    stride: number,
  ): readonly [number, number] {
    if (padding === 'none') return [0, 0];
    if (padding === 'half') return [(kernel - 1) / 2, (kernel - 1) / 2];
    const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
}

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** Whoever only wants to know how large a network is does not wait for its random numbers. */
function drawnWhenRead(name: string, shape: readonly number[], draw: () => Float32Array): Tensor {
  let drawn: Tensor | undefined;
  return new Tensor({
    name,
    type: 'float32',
    shape,
    read: (offset, length) => (drawn ??= float32Tensor(name, shape, draw())).bytes(offset, length),
  });
}

function elements({ shape }: Value): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

function fail(architecture: string, problem: string): never {
  throw new CounterweightError('ARCHITECTURE_INVALID', { architecture, problem });
}
