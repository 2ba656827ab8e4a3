// The exponents of the power laws that the spectra of a network's weights follow: a sign of over- and under-training
// that needs no data. For each weight matrix W [outputs, inputs] the eigenvalues of WᵀW/N, N its larger side, are the
// squared singular values of W over N; their upper tail is fitted.
// Source: C. Martin, M. Mahoney, "Implicit self-regularization in deep neural networks", JMLR 22 (2021).
import { EVD, Matrix } from 'ml-matrix';
import type { SpectrumView } from '../../shared/contracts/viewModels';
import { isNumeric } from '../ir/numbers';
import { pauseFor, type Pause } from '../ir/pacing';
import type { Model } from '../ir/graph';
import { layersOf, type LayerTensor } from '../operators/layers';
import { fitPowerLaw } from './powerLaw';
import { weightValues } from './weightValues';

/** With fewer numbers the exponent of a fit says little (Clauset, Shalizi and Newman, 2009, figure 3). */
export const leastEigenvalues = 50;

/** Tails shorter than that fit anything. */
const leastTail = 20;

/**
 * Eigenvalues take time that grows with the cube of their number and cannot be interrupted: 768 (the width of common
 * transformers) take about two seconds, twice as many take a quarter of a minute.
 */
export const mostEigenvalues = 768;

/** A larger matrix takes longer to multiply with itself than its eigenvalues take. */
const mostElements = 1 << 24;

/** Below this part of the largest, an eigenvalue is what rounding left of zero. */
const smallestPart = 1e-12;

export interface SpectrumOptions {
  readonly signal: AbortSignal;
  /** From 0 to 1, with the layer at hand. */
  readonly progress?: (fraction: number, layer: string) => void;
}

/**
 * One entry for each layer that has weights, by its largest weight. Convolutions are matrices of output channels ×
 * (input channels · kernel positions), as they act on a patch. Layers that are not fitted say why.
 */
export async function weightSpectrum(
  model: Model,
  { signal, progress }: SpectrumOptions,
): Promise<readonly SpectrumView[]> {
  const pause = pauseFor(signal);
  const layers = layersOf(model).flatMap(({ label, tensors }) => {
    const weights = tensors.filter(({ role, tensor }) => role === 'weight' && isNumeric(tensor.type));
    const largest = weights.toSorted((a, b) => b.tensor.elements - a.tensor.elements)[0];
    return largest ? [{ label, weight: largest }] : [];
  });
  const views: SpectrumView[] = [];
  for (const [i, { label, weight }] of layers.entries()) {
    progress?.(i / layers.length, label);
    await pause();
    views.push({ layer: label, ...(await spectrumOf(weight, pause)) });
  }
  return views;
}

async function spectrumOf(weight: LayerTensor, pause: Pause): Promise<Omit<SpectrumView, 'layer'>> {
  const { rows, columns } = matrixSize(weight);
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const skipped = (reason: string, eigenvalues = count) => ({ exponent: null, eigenvalues, reason });
  if (count < leastEigenvalues) return skipped(tooFew);
  if (count > mostEigenvalues) return skipped(`more than ${mostEigenvalues} eigenvalues take too long`);
  if (rows * columns > mostElements) return skipped(`more than ${mostElements} weights take too long`);
  const lines = await linesOf(weight, rows <= columns, pause);
  if (!lines.every((line) => line.every(Number.isFinite))) return skipped('weights are not finite');
  const eigenvalues = await eigenvaluesOf(lines, length, pause);
  if (eigenvalues.length < leastEigenvalues) return skipped(tooFew, eigenvalues.length);
  const fit = fitPowerLaw(eigenvalues, leastTail);
  if (!fit) return skipped('the eigenvalues hardly differ', eigenvalues.length);
  return { exponent: fit.exponent, eigenvalues: eigenvalues.length };
}

const tooFew = `fewer than ${leastEigenvalues} eigenvalues, too few for a fit`;

/** Rows are output channels; where a weight has no axis for them, its first axis stands for them. */
function matrixSize({ tensor, outputAxis = 0 }: LayerTensor): { rows: number; columns: number } {
  const rows = tensor.shape[outputAxis] ?? 1;
  return { rows, columns: rows === 0 ? 0 : tensor.elements / rows };
}

/** The rows of the matrix, or its columns, whichever are fewer. */
async function linesOf(
  weight: LayerTensor,
  areRows: boolean,
  pause: Pause,
): Promise<readonly Float64Array[]> {
  const { tensor, outputAxis = 0 } = weight;
  const { rows, columns } = matrixSize(weight);
  const [count, length] = areRows ? [rows, columns] : [columns, rows];
  const lines = Array.from({ length: count }, () => new Float64Array(length));
  const inner = tensor.shape.slice(outputAxis + 1).reduce((product, dimension) => product * dimension, 1);
  let at = 0;
  for (const values of weightValues(weight).chunks()) {
    for (let i = 0; i < values.length; i++, at++) {
      const outer = Math.floor(at / (rows * inner));
      const row = Math.floor(at / inner) % rows;
      const column = outer * inner + (at % inner);
      if (areRows) lines[row]![column] = values[i]!;
      else lines[column]![row] = values[i]!;
    }
    await pause();
  }
  return lines;
}

/** Of the products of all pairs of lines over N, without those that are zero. */
async function eigenvaluesOf(
  lines: readonly Float64Array[],
  length: number,
  pause: Pause,
): Promise<readonly number[]> {
  const products = Matrix.zeros(lines.length, lines.length);
  for (const [i, a] of lines.entries()) {
    for (let j = 0; j <= i; j++) {
      const b = lines[j]!;
      let sum = 0;
      for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
      products.set(i, j, sum / length);
      products.set(j, i, sum / length);
    }
    await pause();
  }
  const values = new EVD(products, { assumeSymmetric: true }).realEigenvalues;
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  return values.filter((value) => value > smallestPart * largest);
}
