// Scores as places among those of the same output, where weights compete with these alone.
import type { Pause } from '../../ir/pacing';
import type { Weight } from '../weights';
import { matrixView } from './weightAxes';

/**
 * For every element the part of its output's weights that go before it, from 0 to below 1; of equal scores the first
 * goes first. −∞, which stands for a weight that is zero already, stays −∞ and takes its place.
 */
export async function placesInOutput(
  weight: Pick<Weight, 'tensor' | 'outputAxis'>,
  scores: Float32Array,
  pause: Pause,
): Promise<Float32Array> {
  const { rows, columns, rowOf, columnOf } = matrixView(weight);
  const elementAt = new Uint32Array(scores.length);
  for (let i = 0; i < scores.length; i++) elementAt[rowOf(i) * columns + columnOf(i)] = i;
  const places = new Float32Array(scores.length);
  for (let row = 0; row < rows; row++) {
    await pause();
    const order = elementAt.slice(row * columns, (row + 1) * columns);
    // Infinities are not subtracted.
    order.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[a]! < scores[b]! ? -1 : 1));
    for (const [place, element] of order.entries()) {
      places[element] = scores[element] === -Infinity ? -Infinity : place / columns;
    }
  }
  return places;
}
