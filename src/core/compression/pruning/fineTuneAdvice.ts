// Advice on the training within a pruning: what it changes stands at another place of the recipe than that of a step of
// its own.
import type { AdviceView, DiagnosisView } from '../../../shared/contracts/viewModels';
import { describeOptions } from '../describeOptions';
import { pruneSchema } from './pruneOptions';

/** The diagnosis with edits of "prune.fineTune…" in place of "train…"; without those that fine-tuning has no option for. */
export function fineTuneAdvice(diagnosis: DiagnosisView): DiagnosisView {
  return { ...diagnosis, advice: diagnosis.advice.map(moved) };
}

const known = new Set(describeOptions(pruneSchema).map(({ name }) => `prune.${name}`));

function moved({ note, edit }: AdviceView): AdviceView {
  if (!edit?.set) return { note, ...(edit && { edit }) };
  const entries = Object.entries(edit.set).map(
    ([path, value]) => [path.replace(/^train\./, 'prune.fineTune.'), value] as const,
  );
  if (entries.some(([path]) => !known.has(path))) return { note };
  return { note, edit: { ...edit, set: Object.fromEntries(entries) } };
}
