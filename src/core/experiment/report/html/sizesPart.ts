// What a run made of the sizes, as pictures first and then as figures.
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../../../shared/base/numbers';
import { fillTemplate, noteTemplates } from '../../../../shared/base/messages';
import type { ReportView, SizesView } from '../../../../shared/contracts/viewModels';
import { sizesTable } from '../reportTables';
import { barPairs, type BarPair } from './bars';
import { textTable } from './htmlTable';
import { html, type Markup } from './markup';
import { section } from './page';

/** Bars before and after, and the table of the same. */
export function sizesPart(report: ReportView): Markup | undefined {
  const { original, compressed } = report;
  const pair = (
    label: string,
    of: (sizes: SizesView) => number | undefined,
    format: (value: number) => string,
    condition?: string,
  ): BarPair[] => {
    const [before, after] = [of(original), of(compressed)];
    if (before === undefined || after === undefined) return [];
    const change = foldText(before, after, 'smaller', 'larger');
    return [{ label, before, after, format, change, ...(condition !== undefined && { condition }) }];
  };
  return section(
    'Sizes',
    html`<p class="legend">
      <span class="swatch bar-before"></span> original <span class="swatch bar-after"></span> result
    </p>`,
    barPairs([
      [
        ...pair('File', ({ bytes }) => bytes, formatBytes),
        ...pair('File, gzip', ({ gzipBytes }) => gzipBytes, formatBytes),
        ...pair('File, zeros left out', ({ sparseBytes }) => sparseBytes, formatBytes),
        ...pair(
          'File, entropy bound',
          ({ entropyBytes }) => entropyBytes,
          formatBytes,
          'a limit, not a size',
        ),
      ],
      [
        ...pair('Parameters', ({ parameters }) => parameters, formatInteger),
        ...pair('Non-zero parameters', ({ nonZeros }) => nonZeros, formatInteger),
      ],
      pair('Multiply-accumulates', ({ macs }) => macs, formatCount, 'for one sample'),
      latencyPair(report),
    ]),
    speedReasons(report),
    html`<details>
      <summary>The same as figures</summary>
      ${textTable('Sizes', sizesTable(report))}
    </details>`,
  );
}

/** The figures that are asked for first. */
export function headline({ original, compressed, accuracy, generalization, latency }: ReportView): Markup {
  const test = generalization?.after.test;
  const measured =
    generalization && (test ? { on: 'test', before: generalization.before.test, after: test } : undefined);
  const tiles: (readonly [string, string, string])[] = [
    [
      'File',
      formatBytes(compressed.bytes),
      `from ${formatBytes(original.bytes)}${spaced(foldText(original.bytes, compressed.bytes, 'smaller', 'larger'))}`,
    ],
    [
      'Non-zero parameters',
      formatCount(compressed.nonZeros),
      `from ${formatCount(original.nonZeros)}${spaced(foldText(original.nonZeros, compressed.nonZeros, 'fewer', 'more'))}`,
    ],
    ['Zeros among weights', formatPercent(compressed.sparsity), `from ${formatPercent(original.sparsity)}`],
  ];
  const [before, after] = measured ? [measured.before, measured.after] : [accuracy?.before, accuracy?.after];
  if (before?.accuracy !== undefined && after?.accuracy !== undefined) {
    const on = measured ? 'on test samples' : `on ${formatInteger(after.samples)} samples`;
    tiles.push([
      'Accuracy',
      formatPercent(after.accuracy, 2),
      `from ${formatPercent(before.accuracy, 2)}, ${on}`,
    ]);
  }
  if (latency) {
    tiles.push([
      'Time per run',
      `${formatValue(latency.afterMs)} ms`,
      `from ${formatValue(latency.beforeMs)} ms`,
    ]);
  }
  return html`<div class="tiles">
    ${tiles.map(
      ([label, figure, note]) =>
        html`<div class="tile">
          <span class="quiet">${label}</span><strong>${figure}</strong><span class="quiet">${note}</span>
        </div>`,
    )}
  </div>`;
}

function latencyPair({ latency }: ReportView): readonly BarPair[] {
  if (!latency) return [];
  const { beforeMs, afterMs, batch, threads } = latency;
  return [
    {
      label: 'Time per run',
      condition: `ONNX Runtime, batch ${batch}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
      before: beforeMs,
      after: afterMs,
      format: (ms) => `${formatValue(ms)} ms`,
      change: foldText(beforeMs, afterMs, 'faster', 'slower'),
    },
  ];
}

/** Why a file is not smaller, and a network not faster, where that needs a reason. */
function speedReasons({ notes }: ReportView): Markup | undefined {
  const reasons = notes.filter(({ code }) => /_NOT_(SMALLER|FASTER)$/.test(code));
  if (reasons.length === 0) return undefined;
  return html`<ul class="notes">
    ${reasons.map(({ code, values }) => html`<li>${fillTemplate(noteTemplates[code], values)}</li>`)}
  </ul>`;
}

/** "3.82× smaller"; empty where nothing changed that three digits show. */
function foldText(before: number, after: number, less: string, more: string): string {
  if (!(before > 0) || !(after > 0)) return '';
  const digits = String(Number((Math.max(before, after) / Math.min(before, after)).toPrecision(3)));
  if (digits === '1') return '';
  return `${digits}× ${after < before ? less : more}`;
}

function spaced(text: string): string {
  return text === '' ? '' : `, ${text}`;
}
