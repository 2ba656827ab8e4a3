// A running job: what it does, how far it is, the ways to hold and to stop it, and the curves of its training. Updated
// in place, since progress comes often and what the reader zoomed to should stay.
import { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import * as l10n from '@vscode/l10n';
import { formatPercent } from '../src/shared/base/numbers';
import type { JobState } from '../src/shared/contracts/panelContract';
import type { ProgressView } from '../src/shared/contracts/viewModels';
import type { DetailPart } from './detail/detailPart';
import { element, fill } from './dom';
import { actionButton, fileName, pageHeader } from './header';
import type { PanelHost } from './host';
import { createLiveSearch, type LiveSearch } from './search/liveSearch';
import type { ThemeSource } from './theme';
import { createLiveTraining, type LiveTraining } from './training/liveTraining';
import type { ViewStateStore } from './viewState';

export interface JobView extends DetailPart {
  readonly update: (job: JobState) => void;
}

export interface JobViewOptions {
  readonly job: JobState;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createJobView({ job, host, store, theme, run }: JobViewOptions): JobView {
  const { id } = job;
  let { paused } = job;
  let live: LiveTraining | undefined;
  let searching: LiveSearch | undefined;
  const progressBar = new VscodeProgressBar();
  progressBar.ariaLabel = job.title;
  const percent = element('span', { class: 'job-percent' });
  const detail = element('span', { class: 'dim job-detail' });
  // The phase alone is spoken: figures that change ten times a second are not for listening.
  const phase = element('span', { attributes: { role: 'status' } });
  const pause = actionButton('', () => run(host.call('pauseJob', { id, paused: !paused })), {
    secondary: true,
  });
  const cancel = actionButton(
    l10n.t('Cancel'),
    () => {
      cancel.toggleAttribute('disabled', true);
      run(host.call('cancelJob', { id }));
    },
    { secondary: true },
  );
  const training = element('div', { class: 'job-training' });
  const page = element(
    'div',
    { class: 'job' },
    pageHeader(job.title, job.path, job.path, [pause, cancel]),
    progressBar,
    element('p', { class: 'job-line' }, phase, detail, percent),
    training,
  );
  update(job);
  return {
    element: page,
    update,
    dispose: () => {
      live?.dispose();
      searching?.dispose();
    },
  };

  function update(next: JobState): void {
    const { progress } = next;
    paused = next.paused;
    progressBar.indeterminate = progress === null && !paused;
    if (progress) progressBar.value = 100 * progress.fraction;
    say(phase, phaseOf(next));
    say(detail, progress?.detail ?? '');
    say(percent, progress ? formatPercent(progress.fraction, 0) : '');
    pause.hidden = !next.canPause && !paused;
    say(pause, paused ? l10n.t('Resume') : l10n.t('Pause'));
    showTraining(next);
    showSearch(next);
  }

  function showSearch({ search }: JobState): void {
    if (search === undefined) return;
    if (searching) return searching.show(search);
    searching = createLiveSearch({ search, name: fileName(job.path), host, store, theme, run });
    fill(training, searching.element);
  }

  function showTraining({ curves, steps = [] }: JobState): void {
    if (curves === undefined || curves.history.length === 0) return;
    if (live) return live.show(curves, paused);
    live = createLiveTraining({ curves, steps, paused, name: fileName(job.path), host, store, theme });
    fill(training, live.element);
  }
}

/** Only what is new is written: each change of a status is read out. */
function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) fill(where, text);
}

function phaseOf({ progress, paused }: JobState): string {
  if (paused) return l10n.t('Paused');
  return progress ? phaseText(progress.phase) : l10n.t('Starting…');
}

function phaseText(phase: ProgressView['phase']): string {
  const texts: Record<ProgressView['phase'], string> = {
    reading: l10n.t('Reading…'),
    compacting: l10n.t('Compacting…'),
    pruning: l10n.t('Pruning…'),
    quantizing: l10n.t('Quantizing…'),
    training: l10n.t('Training…'),
    writing: l10n.t('Writing…'),
    comparing: l10n.t('Comparing…'),
    measuring: l10n.t('Measuring…'),
    diagnosing: l10n.t('Diagnosing…'),
  };
  return texts[phase];
}
