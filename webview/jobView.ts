// A running job: what it does, how far it is, and the way to stop it. Updated in place, since progress comes often.
import { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import * as l10n from '@vscode/l10n';
import { formatPercent } from '../src/shared/base/numbers';
import type { JobState } from '../src/shared/contracts/panelContract';
import type { ProgressView } from '../src/shared/contracts/viewModels';
import { element, fill } from './dom';
import { actionButton, pageHeader } from './header';

export interface JobView {
  readonly element: HTMLElement;
  readonly update: (job: JobState) => void;
}

export function createJobView(job: JobState, onCancel: () => void): JobView {
  const progressBar = new VscodeProgressBar();
  progressBar.ariaLabel = job.title;
  const percent = element('span', { class: 'job-percent' });
  const detail = element('span', { class: 'dim job-detail' });
  // The phase alone is spoken: figures that change ten times a second are not for listening.
  const phase = element('span', { attributes: { role: 'status' } });
  const cancel = actionButton(
    l10n.t('Cancel'),
    () => {
      cancel.toggleAttribute('disabled', true);
      onCancel();
    },
    { secondary: true },
  );
  update(job);
  return {
    element: element(
      'div',
      { class: 'job' },
      pageHeader(job.title, job.path, job.path, [cancel]),
      progressBar,
      element('p', { class: 'job-line' }, phase, detail, percent),
    ),
    update,
  };

  function update({ progress }: JobState): void {
    progressBar.indeterminate = progress === null;
    if (progress) progressBar.value = 100 * progress.fraction;
    const text = progress ? phaseText(progress.phase) : l10n.t('Starting…');
    if (phase.textContent !== text) fill(phase, text);
    fill(detail, progress?.detail ?? '');
    fill(percent, progress ? formatPercent(progress.fraction, 0) : '');
  }
}

function phaseText(phase: ProgressView['phase']): string {
  const texts: Record<ProgressView['phase'], string> = {
    reading: l10n.t('Reading…'),
    pruning: l10n.t('Pruning…'),
    quantizing: l10n.t('Quantizing…'),
    writing: l10n.t('Writing…'),
    comparing: l10n.t('Comparing…'),
    measuring: l10n.t('Measuring…'),
  };
  return texts[phase];
}
