// The selected layer: its figures before and after, the tabs of its weights, the heatmap, the histograms.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import { formatBytes, formatInteger, formatValue } from '../../src/shared/base/numbers';
import type { LayerDetailView } from '../../src/shared/contracts/layerViews';
import type { LayerView, TensorView } from '../../src/shared/contracts/viewModels';
import { element, uniqueId, type Child } from '../dom';
import type { PanelHost } from '../host';
import { formatSparsity } from '../layers/changeFormats';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import type { DetailPart } from './detailPart';
import { createHeatmapFigure } from './heatmapFigure';
import { shapeText } from './shapeText';
import { tensorTabs } from './tensorTabs';
import { createWeightHistograms } from './weightHistograms';

export interface LayerDetailOptions {
  readonly detail: LayerDetailView;
  /** The layer as the model lists it; undefined where the list does not have it. */
  readonly layer: LayerView | undefined;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onTensor: (tensor: string) => void;
}

export function createLayerDetail(options: LayerDetailOptions): DetailPart {
  const { detail, layer } = options;
  const owned = new DisposableStore();
  const panelId = uniqueId('weights');
  const tensors = (layer?.tensors ?? []).filter((tensor) => tensor.parameters > 0);
  const chosen = detail.before.tensor.name;
  const tabs =
    tensors.length > 1 && tensors.some((tensor) => tensor.name === chosen)
      ? tensorTabs(tensors, chosen, panelId, options.onTensor)
      : undefined;
  return {
    element: element(
      'div',
      { class: 'layer-detail' },
      layerHeader(detail, layer),
      tabs,
      element(
        'div',
        {
          id: panelId,
          class: 'weights',
          attributes: { role: tabs ? 'tabpanel' : null, 'aria-label': tabs ? chosen : null },
        },
        tensorTable(detail),
        ...pictures(options, owned),
      ),
    ),
    dispose: () => owned.dispose(),
  };
}

function pictures(options: LayerDetailOptions, owned: DisposableStore): readonly HTMLElement[] {
  const { before } = options.detail;
  if (before.heatmap.cellRows === 0 || before.heatmap.cellColumns === 0) {
    return [element('p', { class: 'dim hint', text: l10n.t('This tensor has no elements.') })];
  }
  const heatmap = owned.add(createHeatmapFigure(options));
  const histograms = owned.add(createWeightHistograms(options));
  return [heatmap.element, histograms.element];
}

function layerHeader(detail: LayerDetailView, layer: LayerView | undefined): HTMLElement {
  const facts = layer && [
    layer.operator,
    layer.outputShape && l10n.t('output {0}', shapeText(layer.outputShape)),
  ];
  return element(
    'header',
    { class: 'detail-header' },
    element('h2', { text: detail.layer, title: detail.layer }),
    element('span', { class: 'dim', text: (facts ?? []).filter(Boolean).join(' · ') }),
  );
}

/** The figures of the tensor: one row, or one before and one after. */
function tensorTable({ before, after }: LayerDetailView): HTMLElement {
  const columns = [
    l10n.t('Type'),
    l10n.t('Shape'),
    l10n.t('Parameters'),
    l10n.t('Size'),
    l10n.t('Sparsity'),
    l10n.t('Min'),
    l10n.t('Max'),
    l10n.t('Mean'),
    l10n.t('Std. dev.'),
  ];
  const head = element(
    'tr',
    {},
    after && element('td'),
    ...columns.map((name, index) =>
      element('th', {
        class: `${index < 2 ? 'text' : 'number'} ${spared[index] ?? ''}`,
        text: name,
        attributes: { scope: 'col' },
      }),
    ),
  );
  return element(
    'div',
    {
      class: 'table-scroller',
      attributes: { tabindex: '0', role: 'region', 'aria-label': l10n.t('Statistics') },
    },
    element(
      'table',
      { class: 'data-table', attributes: { 'aria-label': l10n.t('Statistics of {0}', before.tensor.name) } },
      element('thead', {}, head),
      element(
        'tbody',
        {},
        tensorRow(before.tensor, after && l10n.t('Before')),
        after && tensorRow(after.tensor, l10n.t('After')),
      ),
    ),
  );
}

/** Columns of the statistics that go first where there is little room: parameters, then mean and deviation. */
const spared: Readonly<Record<number, string>> = { 2: 'spare', 7: 'sparer', 8: 'sparer' };

function tensorRow(tensor: TensorView, label: string | undefined): HTMLTableRowElement {
  const values: readonly [Child, boolean][] = [
    [tensor.type, false],
    [shapeText(tensor.shape), false],
    [formatInteger(tensor.parameters), true],
    [formatBytes(tensor.bytes), true],
    [formatSparsity(tensor.sparsity), true],
    ...[tensor.min, tensor.max, tensor.mean, tensor.standardDeviation].map((value): [Child, boolean] => [
      value === null ? '–' : formatValue(value),
      true,
    ]),
  ];
  return element(
    'tr',
    {},
    label !== undefined && element('th', { class: 'text', text: label, attributes: { scope: 'row' } }),
    ...values.map(([value, numeric], index) =>
      element('td', { class: `${numeric ? 'number' : 'text'} ${spared[index] ?? ''}` }, value),
    ),
  );
}
