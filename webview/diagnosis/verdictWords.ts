// How each verdict is called and shown: in a word, with an icon and a tone that never stand alone, in a sentence.
import * as l10n from '@vscode/l10n';
import type { Verdict } from '../../src/shared/contracts/viewModels';

export interface VerdictWords {
  readonly name: string;
  /** Name of a codicon. */
  readonly icon: string;
  readonly tone: 'good' | 'warning' | 'bad' | 'neutral';
  readonly sentence: string;
  /** Said of what speaks for it. */
  readonly speaksFor: string;
}

export function verdictWords(verdict: Verdict): VerdictWords {
  const words: Record<Verdict, VerdictWords> = {
    balanced: {
      name: l10n.t('Balanced'),
      icon: 'pass',
      tone: 'good',
      sentence: l10n.t('It does about as well on samples that it has not seen as on those that it learned.'),
      speaksFor: l10n.t('speaks for balance'),
    },
    overfit: {
      name: l10n.t('Overfit'),
      icon: 'warning',
      tone: 'warning',
      sentence: l10n.t('It has learned its training samples by heart and does worse on others.'),
      speaksFor: l10n.t('speaks for overfitting'),
    },
    underfit: {
      name: l10n.t('Underfit'),
      icon: 'arrow-circle-down',
      tone: 'warning',
      sentence: l10n.t('It has not learned as much as its training samples hold.'),
      speaksFor: l10n.t('speaks for underfitting'),
    },
    diverged: {
      name: l10n.t('Diverged'),
      icon: 'error',
      tone: 'bad',
      sentence: l10n.t('The loss grew instead of falling; what was learned is lost.'),
      speaksFor: l10n.t('speaks for divergence'),
    },
    leaking: {
      name: l10n.t('Leaking'),
      icon: 'eye',
      tone: 'bad',
      sentence: l10n.t(
        'Samples to validate on are among those to train on, so that the validation loss says little.',
      ),
      speaksFor: l10n.t('speaks for a leak'),
    },
    undecided: {
      name: l10n.t('Undecided'),
      icon: 'question',
      tone: 'neutral',
      sentence: l10n.t('There is not enough to tell yet.'),
      speaksFor: l10n.t('speaks for neither'),
    },
  };
  return words[verdict];
}
