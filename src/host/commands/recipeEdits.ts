// Changes of a run's steps: what advice changes, what the answers of Train… change, and what there is to say about it.
import * as l10n from '@vscode/l10n';
import type { StepOptionView, StepOptionsView } from '../../shared/contracts/stepOptions';
import type { RecipeEdit, StepsView } from '../../shared/contracts/viewModels';
import { stepsText } from '../runs/runTexts';

type Options = Readonly<Record<string, unknown>>;

/** The steps with values set by path ("train.weightDecay") and with new steps at the end. */
export function applyEdit(steps: StepsView, { set = {}, add = [] }: RecipeEdit): StepsView {
  const edited = Object.entries(set).reduce<StepsView>((current, [path, value]) => {
    const [id = '', ...keys] = path.split('.');
    return changeStep(current, id, (options) => withValue(options, keys, value));
  }, steps);
  return [...edited, ...add];
}

/** The steps with other options of their training; what is undefined is taken out. */
export function withTraining(steps: StepsView, changed: Options): StepsView {
  return changeStep(steps, 'train', (options) => {
    const entries = Object.entries({ ...options, ...changed });
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  });
}

/** The options of the last training step. */
export function trainingOf(steps: StepsView): Options | undefined {
  return steps.findLast((step) => Object.hasOwn(step, 'train'))?.['train'];
}

/**
 * What differs between two lists of steps, like "train.weightDecay: 0 → 0.0001" or "then prune 50%". An option that is
 * not written has its default.
 */
export function changesOf(before: StepsView, after: StepsView, defaults: StepOptionsView): readonly string[] {
  const told = after.flatMap((step, index) => {
    const [id = '', options = {}] = Object.entries(step)[0] ?? [];
    const old = before[index]?.[id];
    if (old === undefined) return [l10n.t('then {0}', stepsText([step]))];
    const known = defaults[id] ?? [];
    const [from, to] = [withDefaults(old, known), withDefaults(options, known)];
    return [...new Set([...from.keys(), ...to.keys()])].flatMap((name) => {
      const [a, b] = [from.get(name), to.get(name)];
      return a === b ? [] : [`${id}.${name}: ${valueText(a)} → ${valueText(b)}`];
    });
  });
  const gone = before.slice(after.length).map((step) => l10n.t('without {0}', stepsText([step])));
  return [...told, ...gone];
}

/** The last step of the name, or a new one: before the weights become integers, which nothing trains. */
function changeStep(steps: StepsView, id: string, change: (options: Options) => Options): StepsView {
  const index = steps.findLastIndex((step) => Object.hasOwn(step, id));
  if (index >= 0) return steps.with(index, { [id]: change(steps[index]?.[id] ?? {}) });
  const quantized = steps.findIndex((step) => Object.hasOwn(step, 'quantize'));
  const at = quantized < 0 ? steps.length : quantized;
  return steps.toSpliced(at, 0, { [id]: change({}) });
}

function withValue(options: Options, [key = '', ...rest]: readonly string[], value: unknown): Options {
  if (rest.length === 0) return { ...options, [key]: value };
  const inner = options[key];
  const group = typeof inner === 'object' && inner !== null ? (inner as Options) : {};
  return { ...options, [key]: withValue(group, rest, value) };
}

/** What is written, and the defaults of what is not; a group that is not written is off. */
function withDefaults(options: Options, known: readonly StepOptionView[]): ReadonlyMap<string, unknown> {
  const defaults = known.flatMap(({ name, default: value }): [string, unknown][] => {
    const [group = '', ...rest] = name.split('.');
    const isOff = rest.length > 0 && options[group] === undefined;
    return value === undefined || isOff ? [] : [[name, value]];
  });
  return new Map([...defaults, ...flat(options)]);
}

/** Options by the path inside their groups. */
function flat(options: Options, group = ''): ReadonlyMap<string, unknown> {
  const entries = Object.entries(options).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? [...flat(value as Options, `${group}${key}.`)]
      : [[group + key, value]],
  );
  return new Map(entries);
}

function valueText(value: unknown): string {
  if (value === undefined) return l10n.t('not set');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
