// What the phases of a run are called, and what was done between them.
import * as l10n from '@vscode/l10n';
import { formatShortPercent, formatValue } from '../../src/shared/base/numbers';
import type { JourneyPhase } from '../../src/shared/contracts/journey';
import type { StepsView } from '../../src/shared/contracts/viewModels';

/** "prune 80%", "prune 2:4", "quantize int8", "low rank 50%": a step with its most telling setting. */
export function stepText(name: string, options: Readonly<Record<string, unknown>>): string {
  const { sparsity, threshold, granularity, pattern, bits, ratio } = options;
  if (name === 'replace' && typeof options['with'] === 'string') return options['with'];
  if (name === 'lowRank') {
    return typeof ratio === 'number'
      ? l10n.t('low rank {0}', formatShortPercent(ratio, 2))
      : l10n.t('low rank');
  }
  if (typeof sparsity === 'number') {
    const share = `${name} ${formatShortPercent(sparsity, 2)}`;
    if (granularity === 'channel') return l10n.t('{0} of channels', share);
    return granularity === 'head' ? l10n.t('{0} of heads', share) : share;
  }
  if (typeof threshold === 'number') return `${name} |w| < ${formatValue(threshold)}`;
  if (granularity === 'n:m')
    return isPattern(pattern) ? `${name} ${pattern.keep}:${pattern.of}` : `${name} n:m`;
  if (typeof bits === 'number') return `${name} int${bits}`;
  return name;
}

/** All steps of a recipe, joined by a plus. */
export function stepsText(steps: StepsView): string {
  return steps
    .flatMap((step) => Object.entries(step))
    .map(([name, options]) => stepText(name, options))
    .join(' + ');
}

/** What was done right before a phase, like "prune 50%"; empty where nothing was. */
export function doneText({ done, prunedTo, isRewound }: JourneyPhase): string {
  const pruned = prunedTo === undefined ? [] : [`prune ${formatShortPercent(prunedTo)}`];
  return [
    ...(done.length > 0 ? [stepsText(done)] : []),
    ...pruned,
    ...(isRewound ? [l10n.t('rewind')] : []),
  ].join(' + ');
}

/** What goes on in a phase itself. */
export function trainingText({ isFineTuning, isRewound }: JourneyPhase): string {
  return isFineTuning && !isRewound ? l10n.t('fine-tune') : l10n.t('train');
}

/** "train", "prune 50% · fine-tune". */
export function phaseText(phase: JourneyPhase): string {
  return [doneText(phase), trainingText(phase)].filter((text) => text !== '').join(' · ');
}

/** The same in fewer and fewer words. */
export function phaseLabels(phase: JourneyPhase): readonly string[] {
  const done = doneText(phase);
  const { prunedTo } = phase;
  return [
    phaseText(phase),
    ...(done === '' ? [] : [done]),
    ...(prunedTo === undefined ? [] : [formatShortPercent(prunedTo)]),
  ];
}

function isPattern(value: unknown): value is { readonly keep: number; readonly of: number } {
  return typeof value === 'object' && value !== null && 'keep' in value && 'of' in value;
}
