// Codebooks of powers of two and zero, with which products are shifts (Zhou et al.: Incremental network quantization:
// towards lossless CNNs with low-precision weights; ICLR 2017).
import type { CodebookGrid } from '../grids/weightGrid';

const smallestExponent = -126;
const largestExponent = 127;

/**
 * The values ±2^n for n = n1, n1 − 1, … and 0, where n1 = floor(log2(4·s / 3)) for the largest magnitude s
 * (equation 3): numbers up to 3/2 of a power of two go to that. There are as many exponents as 2^bits − 1 values have
 * place for; the paper, which has a place for 0 alone, takes half as many for the same number of bits.
 * @param bits From 2 to 8. @param largest Finite.
 */
export function powerOfTwoGrid(largest: number, bits: number): CodebookGrid {
  const values = [0];
  const top = Math.min(largestExponent, Math.floor(Math.log2((4 * largest) / 3)));
  if (largest > 0) {
    const count = 2 ** (bits - 1) - 1;
    for (let n = top; n > top - count && n >= smallestExponent; n--) values.push(2 ** n, -(2 ** n));
  }
  return { kind: 'codebook', bits, values: Float32Array.from(values).toSorted() };
}
