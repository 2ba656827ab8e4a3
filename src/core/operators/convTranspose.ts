// Transposed convolution: weight [input channels, output channels / group, kernel…].
import { attribute } from '../ir/graph';
import { convTransposeChannels } from './convChannels';
import { convTransposeGradient } from './convTransposeGradient';
import { multiply, times } from './dimensions';
import { product, type Operator } from './operator';
import { transposedOutput, windowOf } from './windows';

export const convTranspose: Operator = {
  name: 'ConvTranspose',
  weights: () => [
    { input: 1, role: 'weight', outputAxis: 1 },
    { input: 2, role: 'bias' },
  ],
  shape: (context) => {
    const image = context.inputShape(0);
    const filter = context.inputShape(1);
    if (!image || !filter) return [{ shape: undefined }];
    const spatial = image.slice(2);
    const window = windowOf(context.node, spatial.length, filter.slice(2));
    const channels = multiply(filter[1], attribute(context.node, 'group', 'int') ?? 1);
    return [{ shape: [image[0], channels, ...transposedOutput(spatial, window, context.node)] }];
  },
  // Every input element is multiplied with the kernel of every output channel of its group.
  macs: (context) => times(product(context.inputShape(0)), product(context.inputShape(1)?.slice(1))),
  gradient: convTransposeGradient,
  channels: convTransposeChannels,
};
