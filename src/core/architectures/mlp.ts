// A multilayer perceptron: the plainest network there is, for features in a table.
import { scaled, type Architecture } from './architecture';

export const mlp: Architecture = {
  id: 'mlp',
  description: 'two hidden layers of 256 units with rectifiers',
  example: [64],
  input: 'any',
  smallest: [1, 1],
  build: (net, { classes, width }) => {
    const hidden = { features: scaled(256, width), role: 'hidden' } as const;
    const first = net.relu('relu1', net.linear('fc1', net.flatten('flatten', net.input), hidden));
    const second = net.relu('relu2', net.linear('fc2', first, hidden));
    return net.linear('fc3', second, { features: classes, role: 'output' });
  },
};
