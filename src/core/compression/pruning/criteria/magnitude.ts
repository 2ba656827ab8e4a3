// The criteria that look at the weights alone. Learning both weights and connections for efficient neural networks
// (Han, Pool, Tran, Dally; NIPS 2015).
import type { Tensor } from '../../../ir/tensor';
import type { Weight } from '../../weights';
import { magnitudeSource } from '../magnitudeSource';
import type { Criterion } from './criterion';

export const magnitude: Criterion = {
  id: 'magnitude',
  description: 'the magnitude |w|, of a group its L1 norm',
  needs: 'weights',
  reference: 'Han, Pool, Tran, Dally: Learning both weights and connections; NIPS 2015',
  scores: (_model, weights, { signal }) => Promise.resolve(magnitudes(weights, signal)),
};

/** For single weights the order is that of `magnitude`, as squares keep it. */
export const magnitudeL2: Criterion = {
  id: 'magnitudeL2',
  description: 'the square w², of a group its L2 norm',
  needs: 'weights',
  reference: 'Han, Pool, Tran, Dally: Learning both weights and connections; NIPS 2015',
  scores: (_model, weights, { signal }) => {
    const scores = magnitudes(weights, signal);
    for (const values of scores.values()) {
      for (let i = 0; i < values.length; i++) values[i]! *= values[i]!;
    }
    return Promise.resolve(scores);
  },
};

/** |w| of every weight that pruning can read, dequantized where it is stored as an integer. NaN counts as infinite. */
function magnitudes(weights: readonly Weight[], signal: AbortSignal): Map<Tensor, Float32Array> {
  const scores = new Map<Tensor, Float32Array>();
  for (const weight of weights) {
    signal.throwIfAborted();
    const source = magnitudeSource(weight);
    if (typeof source === 'string') continue;
    const { tensor } = weight;
    const values = new Float32Array(tensor.elements);
    source.readKeys(tensor.bytes(), 0, new Uint32Array(values.buffer));
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = Infinity;
    scores.set(tensor, values);
  }
  return scores;
}
