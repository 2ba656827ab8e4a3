// Two runs side by side: what each of them did, on what, and how its result does.
import * as l10n from '@vscode/l10n';
import { formatInteger } from '../../src/shared/base/numbers';
import type { ComparedRuns } from '../../src/shared/contracts/panelContract';
import type { ReportView } from '../../src/shared/contracts/viewModels';
import { element } from '../dom';
import { formatDuration } from '../durations';
import { fileName } from '../header';
import { stepsText } from '../training/phaseTexts';
import type { MeasuredPair } from './sizeRows';

/** The results of the runs as files to compare. Time and accuracy only where they were measured in the same way. */
export function resultsOf({ before, after }: ComparedRuns): MeasuredPair {
  const [a, b] = [before.latency, after.latency];
  const sameTiming = a && b && a.threads === b.threads && a.batch === b.batch;
  const [first, second] = [before.accuracy?.after, after.accuracy?.after];
  const sameSamples =
    first && second && before.comparedOn === after.comparedOn && first.samples === second.samples;
  return {
    before: before.compressed,
    after: after.compressed,
    ...(sameTiming && { latency: { ...b, beforeMs: a.afterMs, afterMs: b.afterMs } }),
    ...(sameSamples && { accuracy: { before: first, after: second } }),
  };
}

export function runsTable({ before, after }: ComparedRuns): HTMLElement {
  const rows: readonly [label: string, of: (report: ReportView) => string][] = [
    [l10n.t('Steps'), ({ steps }) => stepsText(steps)],
    [l10n.t('From'), ({ original }) => fileName(original.path)],
    [l10n.t('Data'), ({ data }) => data ?? '–'],
    [l10n.t('Seed'), ({ seed }) => (seed === undefined ? '–' : formatInteger(seed))],
    [l10n.t('Finished'), ({ created }) => new Date(created).toLocaleString()],
    [l10n.t('Time'), ({ seconds }) => formatDuration(seconds)],
  ];
  return element(
    'table',
    { class: 'data-table runs-table', attributes: { 'aria-label': l10n.t('The two runs') } },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td'),
        ...[l10n.t('Before'), l10n.t('After')].map((text) =>
          element('th', { class: 'text', text, attributes: { scope: 'col' } }),
        ),
      ),
    ),
    element(
      'tbody',
      {},
      ...rows.map(([label, of]) =>
        element(
          'tr',
          {},
          element('th', { class: 'text', text: label, attributes: { scope: 'row' } }),
          ...[before, after].map((report) => element('td', { class: 'text wrap', text: of(report) })),
        ),
      ),
    ),
  );
}
