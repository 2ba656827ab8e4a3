// A multilayer perceptron: the plainest network there is, for features in a table.
import { repeated, scaled, type Architecture } from './architecture';
import type { Value } from './networkBuilder';

const layers = 2;

export const mlp: Architecture = {
  id: 'mlp',
  description: 'two hidden layers of 256 units with rectifiers',
  example: [64],
  input: 'any',
  smallest: [1, 1],
  repeats: true,
  build: (net, { classes, width, depth }) => {
    const hidden = { features: scaled(256, width), role: 'hidden' } as const;
    const count = repeated(layers, depth);
    let value: Value = net.flatten('flatten', net.input);
    for (let n = 1; n <= count; n++) value = net.relu(`relu${n}`, net.linear(`fc${n}`, value, hidden));
    return net.linear(`fc${count + 1}`, value, { features: classes, role: 'output' });
  },
};
