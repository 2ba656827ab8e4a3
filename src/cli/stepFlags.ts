// The steps of a compression as the command line's flags say them. Values are checked by the table of steps.
import { steps as stepTable } from '../core/compression/steps';
import { CounterweightError } from '../shared/base/errors';
import type { StepsView } from '../shared/contracts/viewModels';

export interface StepFlags {
  readonly prune?: string;
  readonly quantize?: string;
  readonly set: readonly string[];
}

/** Steps in the order in which they are applied, not yet checked. Throws USAGE. */
export function stepsOf(flags: StepFlags): StepsView {
  const steps = new Map<string, Record<string, unknown>>();
  if (flags.prune !== undefined) steps.set('prune', { sparsity: valueOf(flags.prune) });
  if (flags.quantize !== undefined) steps.set('quantize', { bits: bitsOf(flags.quantize) });
  if (steps.size === 0) throw usage('Name what to do: --prune 0.8, --quantize int8, or both');
  for (const setting of flags.set) {
    const { step, option, value } = settingOf(setting);
    const options = steps.get(step);
    if (options) options[option] = value;
    else if (stepTable.some(({ id }) => id === step)) throw usage(`--set ${setting} needs --${step}`);
    // The table of steps knows which name was meant.
    else steps.set(step, { [option]: value });
  }
  return [...steps].map(([step, options]) => ({ [step]: options }));
}

function settingOf(setting: string): { step: string; option: string; value: unknown } {
  const match = /^(\w+)\.(\w+)=(.*)$/s.exec(setting);
  const [, step, option, value] = match ?? [];
  if (step === undefined || option === undefined || value === undefined) {
    throw usage(`--set ${setting} is not of the form step.option=value, like quantize.granularity=tensor`);
  }
  return { step, option, value: valueOf(value) };
}

/** A type as a number of bits, and anything else as it is, for the table of steps to refuse. */
function bitsOf(type: string): unknown {
  const bits = /^int(\d+)$/.exec(type)?.[1];
  return bits === undefined ? type : Number(bits);
}

/** A number where the text is one. */
function valueOf(text: string): string | number {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
}

function usage(problem: string): CounterweightError {
  return new CounterweightError('USAGE', { problem: `${problem}.` });
}
