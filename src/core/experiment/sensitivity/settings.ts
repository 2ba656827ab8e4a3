// How hard a layer is compressed alone: the kinds of compression whose harm is measured, and the settings of each.
import { describeOptions } from '../../compression/describeOptions';
import type { ParsedStep } from '../../compression/step';
import { parseSteps, steps } from '../../compression/steps';

export const sensitivityKinds = ['prune', 'quantize'] as const;
export type SensitivityKind = (typeof sensitivityKinds)[number];

/** Options of the step besides the setting; what they may be is the step's to say. */
export interface MethodOptions {
  readonly criterion?: string;
  readonly granularity?: string;
}

interface Method {
  /** The option of the step that a setting is a value of. */
  readonly option: string;
  readonly defaults: () => readonly number[];
  /** Sorts settings from the mildest to the hardest. */
  readonly order: (a: number, b: number) => number;
}

const methods: Readonly<Record<SensitivityKind, Method>> = {
  prune: {
    option: 'sparsity',
    defaults: () => [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95],
    order: (a, b) => a - b,
  },
  quantize: { option: 'bits', defaults: supportedBits, order: (a, b) => b - a },
};

/** The given settings, or those of the kind, each once and from the mildest to the hardest. */
export function settingsOf(kind: SensitivityKind, given: readonly number[] = []): readonly number[] {
  const { defaults, order } = methods[kind];
  return [...new Set(given.length > 0 ? given : defaults())].toSorted(order);
}

/** The step that compresses all layers but the excluded ones. Throws STEP_INVALID. */
export function stepOf(
  kind: SensitivityKind,
  setting: number,
  options: MethodOptions & { readonly exclude: readonly string[] },
): ParsedStep {
  const [step] = parseSteps([{ [kind]: { ...options, [methods[kind].option]: setting } }]);
  return step!;
}

/** The bits that the step "quantize" knows, as its schema says. */
function supportedBits(): readonly number[] {
  const quantize = steps.find(({ id }) => id === 'quantize');
  const bits = quantize && describeOptions(quantize.schema).find(({ name }) => name === 'bits');
  if (!bits) throw new Error('The step quantize has no option bits');
  const { choices, minimum = 1, maximum = minimum } = bits;
  return choices?.map(Number) ?? Array.from({ length: maximum - minimum + 1 }, (_, i) => minimum + i);
}
