// How figures look, the same in the terminal, the tree, the lenses and the panel.

/** Bytes in decimal units with three significant digits: 999 B, 1.53 MB. */
export function formatBytes(bytes: number): string {
  return withUnit(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** A count with three significant digits: 220, 1.21M, 5.3G. */
export function formatCount(count: number): string {
  return withUnit(count, ['', 'k', 'M', 'G', 'T'], '');
}

/** A whole number with thousands separators: 267,322. */
export function formatInteger(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** A fraction as a percentage: 0.634 → 63.4%. */
export function formatPercent(fraction: number, digits = 1): string {
  return `${(100 * fraction).toFixed(digits)}%`;
}

/** A fraction as a percentage with no more digits than it needs: 0.8 → 80%, 0.975 → 97.5%. */
export function formatShortPercent(fraction: number, maxDigits = 1): string {
  return `${Number((100 * fraction).toFixed(maxDigits))}%`;
}

/** A measured value with four significant digits; very small and very large ones in scientific notation. */
export function formatValue(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** Decibels with one digit; an error of exactly zero has no finite value. */
export function formatDecibels(db: number | null): string {
  return db === null ? '∞ dB' : `${db.toFixed(1)} dB`;
}

function withUnit(value: number, units: readonly string[], separator = ' '): string {
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 ? String(scaled) : String(Number(scaled.toPrecision(3)));
  return units[unit] === '' ? digits : digits + separator + units[unit];
}
