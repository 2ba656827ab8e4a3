// What each layer can bear as a figure: the heatmap of layers by settings, the choice of the measure, what is under the
// pointer, and what every figure has.
import * as l10n from '@vscode/l10n';
import { DisposableStore } from '../../src/shared/base/disposable';
import type { SensitivityMeasure } from '../../src/shared/base/sensitivityFigures';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import type { DetailPart } from '../detail/detailPart';
import { element, fill, uniqueId } from '../dom';
import { createFigure } from '../figure';
import type { PanelHost } from '../host';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createSensitivityGrid } from './sensitivityGrid';
import { paintSensitivity } from './sensitivityPicture';
import { measureLabel, measuresOf, measureTable, pointTable, wayText } from './sensitivityTexts';

export interface SensitivityFigureOptions {
  readonly report: SensitivityReportView;
  /** Names what is shown in saved files. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onSelect: (layer: string) => void;
  readonly onLock: (layers: readonly string[], locked: boolean) => void;
}

export interface SensitivityFigure extends DetailPart {
  readonly select: (layer: string | null) => void;
  readonly lock: (locked: readonly string[]) => void;
}

export function createSensitivityFigure(options: SensitivityFigureOptions): SensitivityFigure {
  const { report, name, host, store, theme, onSelect, onLock } = options;
  const owned = new DisposableStore();
  const measures = measuresOf(report);
  let measure = measures.find((each) => each === store.get().measure) ?? measures[0] ?? 'kl';
  let held: readonly string[] = [];
  const readout = element('div', { class: 'readout dim' });
  const grid = createSensitivityGrid({
    report,
    onSelect,
    onLock,
    onPoint: (text) => fill(readout, text === '' ? hint() : text),
  });
  fill(readout, hint());
  const canvas = element('canvas', { hidden: true });
  const legend = createLegend();
  const figure = createFigure({
    key: 'sensitivity',
    title: l10n.t('Layers by settings'),
    fileName: () => `${name}-sensitivity-${measure}`,
    canvas,
    boxed: false,
    controls: measures.length > 1 ? [measurePicker(measures, measure, choose)] : [],
    around: [grid.element, readout, legend.element],
    table: () => measureTable(report, measure, held),
    csv: () => pointTable(report),
    host,
    store,
  });
  paint();
  owned.add(theme.onDidChange(paint));
  return {
    element: figure.element,
    select: grid.select,
    lock: (locked) => {
      held = locked;
      grid.lock(locked);
      figure.refresh();
    },
    dispose: () => owned.dispose(),
  };

  function choose(next: SensitivityMeasure): void {
    measure = next;
    store.update({ measure });
    paint();
    figure.refresh();
  }

  function paint(): void {
    const current = theme.current();
    grid.paint(measure, current);
    legend.paint(current.heatmap.error);
    const title = `${name}: ${measureLabel(measure)}, ${wayText(report)}`;
    paintSensitivity(canvas, { report, measure, title, theme: current });
  }
}

function hint(): string {
  return l10n.t('A lock keeps a layer from pruning.');
}

function measurePicker(
  measures: readonly SensitivityMeasure[],
  chosen: SensitivityMeasure,
  onChoose: (measure: SensitivityMeasure) => void,
): HTMLElement {
  const name = uniqueId('measure');
  return element(
    'fieldset',
    { class: 'radio' },
    element('legend', { class: 'hidden-label', text: l10n.t('Measure shown') }),
    ...measures.map((measure) => {
      const input = element('input', {
        attributes: { type: 'radio', name, value: measure },
        on: { change: () => onChoose(measure) },
      });
      input.checked = measure === chosen;
      return element('label', {}, input, element('span', { text: measureLabel(measure) }));
    }),
  );
}

/** The colours from better over unchanged to the worst. */
function createLegend(): {
  readonly element: HTMLElement;
  readonly paint: (table: Uint8ClampedArray) => void;
} {
  const bar = element('canvas', { class: 'color-bar', attributes: { 'aria-hidden': 'true' } });
  bar.width = 256;
  bar.height = 1;
  return {
    element: element(
      'div',
      { class: 'legend' },
      element('span', { class: 'dim', text: l10n.t('better than now') }),
      bar,
      element('span', { class: 'dim', text: l10n.t('worse') }),
    ),
    paint: (table) => {
      const context = bar.getContext('2d');
      if (!context) return;
      const image = context.createImageData(256, 1);
      for (let index = 0; index < 256; index++) {
        image.data.set([...table.subarray(3 * index, 3 * index + 3), 255], 4 * index);
      }
      context.putImageData(image, 0, 0);
    },
  };
}
