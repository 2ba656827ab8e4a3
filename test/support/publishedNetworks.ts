// Networks whose figures are published, as graphs without numbers: reading one of their tensors throws.
import type { Model, Node } from '../../src/core/ir/graph';
import { Tensor } from '../../src/core/ir/tensor';
import { graph, input, model, node } from './build';

/** SqueezeNet (Iandola et al. 2016), as torchvision has it, for images of 224×224 and 1000 classes. */
export function squeezeNet(version: '1.0' | '1.1'): Model {
  const net = new Chain(3);
  if (version === '1.0') {
    net.conv(96, 7, 2, 0).pool().fire(16, 64).fire(16, 64).fire(32, 128).pool();
    net.fire(32, 128).fire(48, 192).fire(48, 192).fire(64, 256).pool().fire(64, 256);
  } else {
    net.conv(64, 3, 2, 0).pool().fire(16, 64).fire(16, 64).pool().fire(32, 128).fire(32, 128).pool();
    net.fire(48, 192).fire(48, 192).fire(64, 256).fire(64, 256);
  }
  return net.conv(1000, 1, 1, 0).add('GlobalAveragePool').model();
}

/** MobileNetV2 (Sandler et al. 2018, table 2) with its normalizations folded, for 224×224 and 1000 classes. */
export function mobileNetV2(): Model {
  const net = new Chain(3).conv(32, 3, 2, 1);
  const table = [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ] as const;
  for (const [expansion, channels, repeats, stride] of table) {
    for (let i = 0; i < repeats; i++) net.inverted(expansion, channels, i === 0 ? stride : 1);
  }
  return net.conv(1280, 1, 1, 0).add('GlobalAveragePool').add('Flatten').linear(1000).model();
}

/** Builds a graph layer by layer; each begins where the last one ended. */
class Chain {
  private readonly nodes: Node[] = [];
  private readonly stored: Tensor[] = [];
  private value = 'image';
  private channels: number;

  constructor(channels: number) {
    this.channels = channels;
  }

  add(operator: string, more: readonly string[] = [], attributes: Parameters<typeof node>[3] = {}): this {
    const output = `v${this.nodes.length}`;
    this.nodes.push(node(operator, [this.value, ...more], [output], attributes));
    this.value = output;
    return this;
  }

  conv(channels: number, kernel: number, stride: number, pad: number, group = 1): this {
    const weight = this.store([channels, this.channels / group, kernel, kernel]);
    this.channels = channels;
    const pads = [pad, pad, pad, pad];
    return this.add('Conv', [weight, this.store([channels])], { strides: [stride, stride], pads, group });
  }

  pool(): this {
    return this.add('MaxPool', [], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 });
  }

  fire(squeeze: number, expand: number): this {
    this.conv(squeeze, 1, 1, 0).add('Relu');
    const squeezed = this.value;
    const small = this.conv(expand, 1, 1, 0).value;
    this.value = squeezed;
    this.channels = squeeze;
    const large = this.conv(expand, 3, 1, 1).value;
    this.value = small;
    this.channels = 2 * expand;
    return this.add('Concat', [large], { axis: 1 });
  }

  inverted(expansion: number, channels: number, stride: number): this {
    const before = this.value;
    const same = stride === 1 && this.channels === channels;
    const wide = expansion * this.channels;
    if (expansion > 1) this.conv(wide, 1, 1, 0);
    this.conv(wide, 3, stride, 1, wide).conv(channels, 1, 1, 0);
    return same ? this.add('Add', [before]) : this;
  }

  linear(outputs: number): this {
    const weight = this.store([outputs, this.channels]);
    return this.add('Gemm', [weight, this.store([outputs])], { transB: 1 });
  }

  model(): Model {
    return model(
      graph({
        nodes: this.nodes,
        inputs: [input('image', [1, 3, 224, 224])],
        outputs: [{ name: this.value, type: 'float32' }],
        initializers: this.stored,
      }),
    );
  }

  private store(shape: readonly number[]): string {
    const name = `w${this.stored.length}`;
    const read = (): never => {
      throw new Error(`${name} has no numbers`);
    };
    this.stored.push(new Tensor({ name, type: 'float32', shape, read }));
    return name;
  }
}
