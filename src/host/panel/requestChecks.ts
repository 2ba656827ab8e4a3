// Checks of what a page asks, at the door: a page shows names from files of strangers, so nothing that it sends is
// believed before it was looked at.
import { CounterweightError } from '../../shared/base/errors';
import type { Handlers, Params, RequestName } from '../../shared/contracts/contract';
import type { PanelContract } from '../../shared/contracts/panelContract';
import { schemeIds } from '../../shared/contracts/schemeViews';
import type { RecipeEdit, StepsView } from '../../shared/contracts/viewModels';

type Checks = {
  readonly [K in RequestName<PanelContract>]: (params: unknown) => Params<PanelContract, K>;
};

const sides = ['before', 'after', 'error'] as const;

const checks: Checks = {
  hello: (params) => ({ version: whole(entry(params, 'version')) }),
  selectLayer: (params) => ({ layer: text(entry(params, 'layer')) }),
  selectTensor: (params) => ({ tensor: text(entry(params, 'tensor')) }),
  region: (params) => {
    const region = entry(params, 'region');
    return {
      side: oneOf(entry(params, 'side'), sides),
      region: {
        row: whole(entry(region, 'row')),
        column: whole(entry(region, 'column')),
        rows: whole(entry(region, 'rows')),
        columns: whole(entry(region, 'columns')),
      },
    };
  },
  grid: (params) => ({ index: whole(entry(params, 'index')) }),
  save: (params) => ({ name: fileName(entry(params, 'name')), content: bytes(entry(params, 'content')) }),
  copy: (params) => ({ text: text(entry(params, 'text')) }),
  cancelJob: (params) => ({ id: text(entry(params, 'id')) }),
  pauseJob: (params) => ({ id: text(entry(params, 'id')), paused: truth(entry(params, 'paused')) }),
  resumeRun: () => ({}),
  reveal: (params) => ({ path: text(entry(params, 'path')) }),
  openModel: (params) => ({ path: text(entry(params, 'path')) }),
  compress: () => ({}),
  train: () => ({}),
  diagnose: () => ({}),
  sensitivity: () => ({}),
  schemes: () => ({}),
  useScheme: (params) => {
    const layer = entry(params, 'layer');
    return {
      id: oneOf(entry(params, 'id'), schemeIds),
      ...(layer !== undefined && { layer: text(layer) }),
    };
  },
  lockLayers: (params) => ({
    layers: texts(entry(params, 'layers')),
    locked: truth(entry(params, 'locked')),
  }),
  pruneAgain: () => ({}),
  searchAgain: () => ({}),
  applyAdvice: (params) => ({ edit: recipeEdit(entry(params, 'edit')) }),
};

/** The same handlers, each behind its check. */
export function checkedHandlers(handlers: Handlers<PanelContract>): Handlers<PanelContract> {
  const guarded = Object.keys(checks).map((name) => {
    const key = name as RequestName<PanelContract>;
    const handler = handlers[key] as (params: unknown, signal: AbortSignal) => unknown;
    return [key, (params: unknown, signal: AbortSignal) => handler(checks[key](params), signal)];
  });
  return Object.fromEntries(guarded) as Handlers<PanelContract>;
}

function entry(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) throw refused(`an object with ${key}`, value);
  return (value as Record<string, unknown>)[key];
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw refused('a text', value);
  return value;
}

function texts(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw refused('a list of texts', value);
  return value.map(text);
}

function whole(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw refused('a whole number', value);
  }
  return value;
}

function truth(value: unknown): boolean {
  if (typeof value !== 'boolean') throw refused('true or false', value);
  return value;
}

/** Values and steps are looked at by the engine; here it is their form alone. */
function recipeEdit(value: unknown): RecipeEdit {
  const [set, add] = [entry(value, 'set'), entry(value, 'add')];
  return {
    ...(set !== undefined && { set: settings(set) }),
    ...(add !== undefined && { add: newSteps(add) }),
  };
}

function settings(value: unknown): Readonly<Record<string, unknown>> {
  const entries = Object.entries(object(value));
  if (!entries.every(([path]) => /^\w+(\.\w+)+$/.test(path))) throw refused('paths of options', value);
  return Object.fromEntries(entries);
}

function newSteps(value: unknown): StepsView {
  if (!Array.isArray(value)) throw refused('a list of steps', value);
  return value.map((step: unknown) =>
    Object.fromEntries(Object.entries(object(step)).map(([id, options]) => [id, object(options)])),
  );
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused('an object', value);
  }
  return value as Readonly<Record<string, unknown>>;
}

function oneOf<T extends string>(value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw refused(choices.join(', '), value);
  return found;
}

function bytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw refused('bytes', value);
  return value;
}

/** A name without a folder: the user chooses where it goes. */
function fileName(value: unknown): string {
  const name = text(value);
  if (name === '' || /[/\\:\0]/.test(name) || name.startsWith('.')) throw refused('a file name', value);
  return name;
}

function refused(expected: string, value: unknown): CounterweightError {
  const problem = `the page sent ${typeof value} where ${expected} belongs`;
  return new CounterweightError('INTERNAL', { problem });
}
