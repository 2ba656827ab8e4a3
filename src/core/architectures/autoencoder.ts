// The autoencoder of MLPerf Tiny for the sounds of toy cars: C. Banbury et al., "MLPerf Tiny Benchmark", 2021, after
// the baseline of DCASE 2020's task 2.
import { scaled, type Architecture } from './architecture';
import type { Value } from './networkBuilder';

const units = [128, 128, 128, 128, 8, 128, 128, 128, 128];

export const autoencoder: Architecture = {
  id: 'autoencoder',
  description: 'four layers of 128 units down to 8 and back to the input (MLPerf Tiny 2021)',
  example: [640],
  input: 'any',
  smallest: [1, 1],
  reconstructs: true,
  build: (net, { width }) => {
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
