// The heatmap of a layer's weights with everything around it: the choice of side, zoom buttons, legend and readout.
import * as l10n from '@vscode/l10n';
import { cancelled } from '../../src/shared/contracts/contract';
import type { HeatmapSide } from '../../src/shared/contracts/engineContract';
import type { LayerDetailView } from '../../src/shared/contracts/layerViews';
import { element, fill, iconButton, uniqueId } from '../dom';
import { createFigure } from '../figure';
import { createHeatmapCanvas, type HeatmapSides } from '../heatmap/heatmapCanvas';
import { bandTable, cellTable } from '../heatmap/heatmapTable';
import { createLegend } from '../heatmap/legend';
import { readout } from '../heatmap/readout';
import { errorText, type PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import type { DetailPart } from './detailPart';
import { sidePicker } from './sidePicker';

export interface HeatmapFigureOptions {
  readonly detail: LayerDetailView;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
}

export function createHeatmapFigure({ detail, host, store, theme }: HeatmapFigureOptions): DetailPart {
  const sides: HeatmapSides = {
    before: detail.before,
    ...(detail.after ? { after: detail.after } : {}),
    ...(detail.error ? { error: detail.error } : {}),
  };
  const choices = (['before', 'after', 'error'] as const).filter((side) => sides[side]);
  const remembered = store.get().side;
  let side: HeatmapSide = choices.includes(remembered) ? remembered : 'before';

  const helpId = uniqueId('heatmap-help');
  const canvas = element('canvas', {
    class: 'heatmap',
    attributes: { tabindex: '0', role: 'application', 'aria-describedby': helpId },
  });
  const legend = createLegend();
  const line = element('div', { class: 'readout' });
  const spoken = element('div', { class: 'hidden-label', attributes: { 'aria-live': 'polite' } });
  const help = element('div', {
    id: helpId,
    class: 'hidden-label',
    text: l10n.t(
      'Arrow keys move from cell to cell, with Shift they move the picture. Plus and minus zoom, zero shows all.',
    ),
  });
  const { matrixRows, matrixColumns } = detail.before.heatmap;
  const idle = l10n.t('{0} × {1} weights, a row for each output channel', matrixRows, matrixColumns);
  let speaking = 0;

  const reset = iconButton('screen-full', l10n.t('Show all'), () => heatmap.reset());
  const heatmap = createHeatmapCanvas({
    canvas,
    sides,
    side,
    theme,
    load: async (ofSide, region, signal) => {
      const answer = await host.call('region', { side: ofSide, region }, signal);
      return answer === cancelled ? undefined : answer;
    },
    onShown: ({ scale, whole }) => {
      legend.show(scale, theme.current().heatmap);
      reset.disabled = whole;
    },
    onCell: (at) => {
      const text = at ? readout(at.heatmap, at.cell, side) : idle;
      fill(line, text);
      if (at?.byKeyboard) say(text);
    },
    onFailed: (error) => fill(line, l10n.t('Finer cells could not be read: {0}', errorText(error))),
  });
  const figure = createFigure({
    key: 'heatmap',
    title: l10n.t('Weights'),
    fileName: () => `${detail.layer}-${side}`,
    canvas,
    boxed: false,
    controls: [
      choices.length > 1 && sidePicker(choices, side, choose),
      element(
        'span',
        { class: 'actions' },
        iconButton('zoom-in', l10n.t('Zoom in'), () => heatmap.zoom(2)),
        iconButton('zoom-out', l10n.t('Zoom out'), () => heatmap.zoom(1 / 2)),
        reset,
      ),
    ],
    around: [line, legend.element, spoken, help],
    table: () => bandTable(heatmap.shown().heatmap, side),
    csv: () => cellTable(heatmap.shown().heatmap),
    host,
    store,
  });
  fill(line, idle);
  name();

  return {
    element: figure.element,
    dispose: () => {
      window.clearTimeout(speaking);
      heatmap.dispose();
    },
  };

  function choose(next: HeatmapSide): void {
    side = next;
    store.update({ side });
    heatmap.setSide(side);
    name();
    figure.refresh();
  }

  function name(): void {
    const names: Record<HeatmapSide, string> = {
      before: l10n.t('Heatmap of the weights of {0} before', detail.layer),
      after: l10n.t('Heatmap of the weights of {0} after', detail.layer),
      error: l10n.t('Heatmap of the errors of {0}', detail.layer),
    };
    const single = l10n.t('Heatmap of the weights of {0}', detail.layer);
    canvas.setAttribute('aria-label', choices.length > 1 ? names[side] : single);
  }

  // A key held down passes many cells; the one it rests on is read out.
  function say(text: string): void {
    window.clearTimeout(speaking);
    speaking = window.setTimeout(() => fill(spoken, text), 200);
  }
}
