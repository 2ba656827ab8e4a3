// The weight spectra of a model's layers, sorted into what can be drawn and what was left out.
import type { SpectrumView } from '../../src/shared/contracts/viewModels';
import type { Excepted } from '../reasonList';

/** Exponents of layers that are trained well, by Martin and Mahoney's "Heavy-Tailed Self-Regularization". */
export const usualExponents = { min: 2, max: 6 } as const;

export interface SpectrumRow {
  readonly layer: string;
  readonly exponent: number;
  readonly eigenvalues: number;
  readonly place: 'below' | 'usual' | 'above';
}

export function spectrumRows(spectrum: readonly SpectrumView[]): readonly SpectrumRow[] {
  return spectrum.flatMap(({ layer, exponent, eigenvalues }) =>
    exponent === null ? [] : [{ layer, exponent, eigenvalues, place: placeOf(exponent) }],
  );
}

export function skippedLayers(spectrum: readonly SpectrumView[], unknown: string): readonly Excepted[] {
  return spectrum.flatMap(({ layer, exponent, reason }) =>
    exponent === null ? [{ layer, reason: reason ?? unknown }] : [],
  );
}

/** What the axis of exponents spans: the usual ones and every one that was found. */
export function exponentRange(rows: readonly SpectrumRow[]): { readonly min: number; readonly max: number } {
  const exponents = rows.map(({ exponent }) => exponent);
  return {
    min: Math.max(0, Math.floor(Math.min(usualExponents.min - 1, ...exponents))),
    max: Math.ceil(Math.max(usualExponents.max + 1, ...exponents)),
  };
}

function placeOf(exponent: number): SpectrumRow['place'] {
  if (exponent < usualExponents.min) return 'below';
  return exponent > usualExponents.max ? 'above' : 'usual';
}
