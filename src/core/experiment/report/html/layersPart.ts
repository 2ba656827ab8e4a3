// The layers of a run: what each weighs and how many of its weights are zero, as a picture and as a table.
import { formatBytes, formatPercent } from '../../../../shared/base/numbers';
import type { LayerChangeView } from '../../../../shared/contracts/layerChange';
import { layerRows, type LayerRow } from '../layerRows';
import { bar } from './bars';
import { htmlTable, type HtmlColumn } from './htmlTable';
import { html, type Markup } from './markup';
import { section } from './page';

/** More are not worth a picture: the table has all of them. */
const mostDrawn = 40;

/** The picture and the table. */
export function layersPart(layers: readonly LayerChangeView[]): Markup | undefined {
  if (layers.length === 0) return undefined;
  return section(
    'Layers',
    layersFigure(layers),
    html`<details ${layers.length <= mostDrawn ? html`open` : undefined}>
      <summary>All figures</summary>
      ${htmlTable('Layers', columns, layerRows(layers))}
    </details>`,
  );
}

function layersFigure(layers: readonly LayerChangeView[]): Markup {
  const cut = layers.map(mostParameters).toSorted((a, b) => b - a)[mostDrawn - 1] ?? 0;
  const drawn = layers.filter((layer) => mostParameters(layer) >= cut).slice(0, mostDrawn);
  const most = Math.max(...drawn.flatMap(({ bytesBefore, bytesAfter }) => [bytesBefore, bytesAfter]));
  return html`<div class="layer-bars">
    <div class="layer-head quiet">
      <span
        >${drawn.length < layers.length ? `The ${drawn.length} largest of ${layers.length} layers` : 'Layer'}</span
      >
      <span>Bytes, original above result</span>
      <span>Zeros among its weights</span>
    </div>
    ${drawn.map(
      ({ name, change, bytesBefore, bytesAfter, sparsityAfter }) =>
        html`<div class="layer-line">
          <span class="layer-name" title="${name}"
            >${name}${change !== undefined && html` <span class="quiet">${change}</span>`}</span
          >
          <span class="bar-track thin">
            ${bar('before', bytesBefore, most)}<span class="bar-value">${formatBytes(bytesBefore)}</span>
            ${bar('after', bytesAfter, most)}<span class="bar-value">${formatBytes(bytesAfter)}</span>
          </span>
          <span class="bar-track thin share">
            ${bar('after', sparsityAfter ?? 0, 1)}<span class="bar-value"
              >${sparsityAfter === null ? '–' : formatPercent(sparsityAfter)}</span
            >
          </span>
        </div>`,
    )}
  </div>`;
}

function mostParameters({ parameters, parametersAfter = parameters }: LayerChangeView): number {
  return Math.max(parameters, parametersAfter);
}

const columns: readonly HtmlColumn<LayerRow>[] = [
  {
    title: 'Layer',
    kind: 'text',
    cell: ({ name, isPart }) => (isPart ? html`<span class="part">${name}</span>` : name),
  },
  { title: 'Operator', kind: 'text', cell: ({ operator }) => operator },
  { title: 'Shape', kind: 'text', cell: ({ shape }) => shape },
  { title: 'Type', kind: 'text', cell: ({ type }) => type },
  { title: 'Parameters', kind: 'figure', cell: ({ parameters }) => parameters },
  { title: 'Zeros', kind: 'figure', cell: ({ zeros }) => zeros },
  { title: 'Bytes', kind: 'figure', cell: ({ bytes }) => bytes },
  { title: 'gzip', kind: 'figure', cell: ({ gzipBytes }) => gzipBytes },
  { title: 'Zeros left out', kind: 'figure', cell: ({ sparseBytes }) => sparseBytes },
  { title: 'Entropy bound', kind: 'figure', cell: ({ entropyBytes }) => entropyBytes },
  { title: 'MSE', kind: 'figure', cell: ({ mse }) => mse },
  { title: 'SQNR', kind: 'figure', cell: ({ sqnr }) => sqnr },
  { title: 'Max error', kind: 'figure', cell: ({ maxError }) => maxError },
];
