// The autoencoder of MLPerf Tiny for the sounds of toy cars: C. Banbury et al., "MLPerf Tiny Benchmark", 2021, after
// the baseline of DCASE 2020's task 2.
import { repeated, scaled, type Architecture } from './architecture';
import type { Value } from './networkBuilder';

/** On either side of the narrow layer in the middle. */
const layers = 4;

export const autoencoder: Architecture = {
  id: 'autoencoder',
  description: 'four layers of 128 units down to 8 and back to the input (MLPerf Tiny 2021)',
  example: [640],
  input: 'any',
  smallest: [1, 1],
  repeats: true,
  reconstructs: true,
  build: (net, { width, depth }) => {
    const side = Array.from({ length: repeated(layers, depth) }, () => 128);
    const units = [...side, 8, ...side];
    const flat = net.flatten('flatten', net.input);
    let value: Value = flat;
    for (const [index, count] of units.entries()) {
      const n = index + 1;
      const dense = net.linear(`fc${n}`, value, { features: scaled(count, width), role: 'hidden' });
      value = net.relu(`relu${n}`, net.batchNorm(`bn${n}`, dense));
    }
    return net.linear(`fc${units.length + 1}`, value, { features: flat.shape[0]!, role: 'output' });
  },
};
