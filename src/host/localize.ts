// Sentences that the engine sends as codes, in the reader's language.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../shared/base/assertNever';
import { CounterweightError } from '../shared/base/errors';
import { errorTemplates, fillTemplate, noteTemplates, type Note } from '../shared/base/messages';
import type { ProgressView } from '../shared/contracts/viewModels';

// The templates of `messages.ts` are the keys of the bundles, so they are looked up and not written here.
const translate = (template: string): string => l10n.t(template);

/** What went wrong, where, and what to do. */
export function localizeError(error: unknown): string {
  const known = CounterweightError.is(error);
  const code = known ? error.code : 'INTERNAL';
  const problem = error instanceof Error ? error.message : String(error);
  return fillTemplate(errorTemplates[code], known ? error.values : { problem }, translate);
}

export function localizeNote(note: Note): string {
  return fillTemplate(noteTemplates[note.code], note.values, translate);
}

/** What a job is doing, like "pruning conv1". */
export function localizeProgress(progress: ProgressView): string {
  const phase = phaseText(progress.phase);
  return progress.detail === undefined ? phase : `${phase} · ${progress.detail}`;
}

function phaseText(phase: ProgressView['phase']): string {
  switch (phase) {
    case 'reading':
      return l10n.t('reading');
    case 'compacting':
      return l10n.t('compacting');
    case 'pruning':
      return l10n.t('pruning');
    case 'quantizing':
      return l10n.t('quantizing');
    case 'training':
      return l10n.t('training');
    case 'diagnosing':
      return l10n.t('diagnosing');
    case 'writing':
      return l10n.t('writing');
    case 'comparing':
      return l10n.t('comparing');
    case 'measuring':
      return l10n.t('measuring');
    default:
      return assertNever(phase);
  }
}
