// How well one file generalizes, or two of them: loss and accuracy on the samples that were trained on, on others, and
// the gap between them.
import * as l10n from '@vscode/l10n';
import { formatPercent, formatValue } from '../../src/shared/base/numbers';
import type { GeneralizationView, MeasureView } from '../../src/shared/contracts/viewModels';
import { element } from '../dom';
import { formatPoints } from '../layers/changeFormats';

export interface GeneralizationSide {
  /** Before or after; undefined where there is one file alone. */
  readonly label?: string;
  readonly measured: GeneralizationView;
  /** On data that was neither trained nor chosen on. */
  readonly test?: MeasureView;
}

export interface GeneralizationRow {
  readonly label: string;
  readonly side: string;
  readonly train: string;
  readonly validation: string;
  readonly gap: string;
  readonly test: string;
}

/** A row of losses for each side, then one of accuracies where there are any. */
export function generalizationRows(sides: readonly GeneralizationSide[]): readonly GeneralizationRow[] {
  const losses = sides.map((side) => ({
    ...named(l10n.t('Loss'), side),
    ...cells(
      side.measured,
      ({ loss }) => loss,
      formatValue,
      (gap) => signed(gap),
    ),
    test: side.test === undefined ? '' : formatValue(side.test.loss),
  }));
  const classified = sides.filter(
    ({ measured }) => measured.train.accuracy !== undefined || measured.validation.accuracy !== undefined,
  );
  const accuracies = classified.map((side) => ({
    ...named(l10n.t('Accuracy'), side),
    ...cells(
      side.measured,
      ({ accuracy }) => accuracy,
      (fraction) => formatPercent(fraction, 2),
      (gap) => formatPoints(0, gap),
    ),
    test: side.test?.accuracy === undefined ? '' : formatPercent(side.test.accuracy, 2),
  }));
  return [...losses, ...accuracies];
}

export function generalizationTable(sides: readonly GeneralizationSide[]): HTMLElement {
  const rows = generalizationRows(sides);
  const pair = sides.length > 1;
  const tested = sides.some(({ test }) => test !== undefined);
  const heads = [l10n.t('Train'), l10n.t('Validation'), l10n.t('Gap'), ...(tested ? [l10n.t('Test')] : [])];
  return element(
    'table',
    { class: 'data-table', attributes: { 'aria-label': l10n.t('Generalization') } },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td'),
        ...heads.map((text) => element('th', { class: 'number', text, attributes: { scope: 'col' } })),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map((row, index) =>
        element(
          'tr',
          { class: pair && row.label !== rows[index - 1]?.label && index > 0 ? 'group' : '' },
          element(
            'th',
            { class: 'text', attributes: { scope: 'row' } },
            row.label,
            pair && element('span', { class: 'dim side', text: row.side }),
          ),
          element('td', { class: 'number', text: row.train }),
          element('td', { class: 'number', text: row.validation }),
          element('td', { class: 'number strong', text: row.gap }),
          tested && element('td', { class: 'number', text: row.test }),
        ),
      ),
    ),
  );
}

function named(label: string, side: GeneralizationSide): Pick<GeneralizationRow, 'label' | 'side'> {
  return { label, side: side.label ?? '' };
}

function cells(
  { train, validation }: GeneralizationView,
  value: (measure: MeasureView) => number | undefined,
  written: (value: number) => string,
  gapText: (gap: number) => string,
): Pick<GeneralizationRow, 'train' | 'validation' | 'gap'> {
  const [a, b] = [value(train), value(validation)];
  return {
    train: a === undefined ? '–' : written(a),
    validation: b === undefined ? '–' : written(b),
    gap: a === undefined || b === undefined ? '–' : gapText(b - a),
  };
}

function signed(value: number): string {
  return value < 0 ? `−${formatValue(-value)}` : `+${formatValue(value)}`;
}
