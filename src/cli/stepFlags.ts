// The steps of a compression as the command line's flags say them. Values are checked by the table of steps.
import { steps as stepTable } from '../core/compression/steps';
import { CounterweightError } from '../shared/base/errors';
import type { StepsView } from '../shared/contracts/viewModels';
import { quantizePresets } from './quantizePresets';

export interface StepFlags {
  readonly prune?: string;
  readonly train?: string;
  readonly quantize?: string;
  readonly set: readonly string[];
}

/** Steps in the order in which they are applied, not yet checked. Throws USAGE. */
export function stepsOf(flags: StepFlags): StepsView {
  const steps = new Map<string, Record<string, unknown>>();
  if (flags.prune !== undefined) steps.set('prune', pruningOf(flags.prune));
  if (flags.train !== undefined) steps.set('train', { epochs: valueOf(flags.train) });
  if (flags.quantize !== undefined) steps.set('quantize', presetOf(flags.quantize));
  if (steps.size === 0) throw usage('Name what to do: --prune 0.8, --train 3, --quantize int8, or several');
  for (const setting of flags.set) applySetting(steps, setting);
  return [...steps].map(([step, options]) => ({ [step]: options }));
}

/** Sets an option of a step as `--set step.option=value` says it. Throws USAGE. */
export function applySetting(steps: Map<string, Record<string, unknown>>, setting: string): void {
  const { step, groups, option, value } = settingOf(setting);
  const known = stepTable.some(({ id }) => id === step);
  if (!steps.has(step) && known) throw usage(`--set ${setting} needs --${step}`);
  // The table of steps knows which name was meant.
  if (!steps.has(step)) steps.set(step, {});
  let options = steps.get(step)!;
  for (const group of groups) {
    const inner = options[group];
    options = (typeof inner === 'object' && inner !== null ? inner : (options[group] = {})) as typeof options;
  }
  options[option] = value;
}

interface Setting {
  readonly step: string;
  /** The groups that the option is in, outermost first. */
  readonly groups: readonly string[];
  readonly option: string;
  readonly value: unknown;
}

function settingOf(setting: string): Setting {
  const [, path = '', value = ''] = /^(\w+(?:\.\w+)+)=(.*)$/s.exec(setting) ?? [];
  const [step, ...groups] = path.split('.');
  const option = groups.pop();
  if (!step || option === undefined) {
    throw usage(`--set ${setting} is not of the form step.option=value, like quantize.granularity=tensor`);
  }
  return { step, groups, option, value: listOf(value) ?? valueOf(value) };
}

/** A sparsity; a pattern like 2:4; or a threshold like below:0.1. */
function pruningOf(text: string): Record<string, unknown> {
  const [, keep, of] = /^(\d+):(\d+)$/.exec(text) ?? [];
  if (keep !== undefined) return { granularity: 'n:m', pattern: { keep: Number(keep), of: Number(of) } };
  const [, threshold] = /^below:(.*)$/s.exec(text) ?? [];
  return threshold === undefined ? { sparsity: valueOf(text) } : { threshold: valueOf(threshold) };
}

/** The options of a type. Throws USAGE where it is not in the table. */
function presetOf(type: string): Record<string, unknown> {
  const preset = Object.hasOwn(quantizePresets, type) ? quantizePresets[type] : undefined;
  if (preset) return { ...preset };
  throw usage(`--quantize ${type} is not one of ${Object.keys(quantizePresets).join(', ')}`);
}

/** What stands between commas, where the text is in brackets. */
function listOf(text: string): readonly string[] | undefined {
  const [, inner] = /^\[(.*)\]$/s.exec(text) ?? [];
  return inner
    ?.split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** A number or a truth value where the text is one. */
export function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function usage(problem: string): CounterweightError {
  return new CounterweightError('USAGE', { problem: `${problem}.` });
}
