// The heatmap's colour bar with its numbers, and the colour of zeros beside it.
import * as l10n from '@vscode/l10n';
import { formatValue } from '../../src/shared/base/numbers';
import { element, fill } from '../dom';
import type { HeatmapColors } from './colorMap';
import type { ColorScale } from './colorScale';

export interface Legend {
  readonly element: HTMLElement;
  readonly show: (scale: ColorScale, colors: HeatmapColors) => void;
}

export function createLegend(): Legend {
  const canvas = element('canvas', { class: 'color-bar', attributes: { 'aria-hidden': 'true' } });
  canvas.width = 256;
  canvas.height = 1;
  const low = element('span');
  const high = element('span');
  const zero = element(
    'span',
    { class: 'legend-zero' },
    element('span', { class: 'zero-swatch', attributes: { 'aria-hidden': 'true' } }),
    element('span', { text: l10n.t('zero') }),
  );
  const label = element('span', { class: 'dim' });
  return {
    element: element('div', { class: 'legend' }, label, zero, low, canvas, high),
    show: (scale, colors) => {
      const top = formatValue(Number(scale.top.toPrecision(3)));
      const error = scale.kind === 'error';
      fill(label, error ? l10n.t('After − before') : l10n.t('Magnitude'));
      fill(low, error ? `${scale.clipped ? '≤ ' : ''}−${top}` : '0');
      fill(high, `${scale.clipped ? '≥ ' : ''}${top}`);
      zero.hidden = error;
      paintBar(canvas, error ? colors.error : colors.magnitude);
    },
  };
}

function paintBar(canvas: HTMLCanvasElement, table: Uint8ClampedArray): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(256, 1);
  for (let index = 0; index < 256; index++) {
    image.data.set([...table.subarray(3 * index, 3 * index + 3), 255], 4 * index);
  }
  context.putImageData(image, 0, 0);
}
