// The ways to store weights that Compress… offers: each is options of the step "quantize".
import * as l10n from '@vscode/l10n';
import { assertNever } from '../../shared/base/assertNever';

export type Storage = 'int8' | 'int8-static' | 'int8-tensor' | 'int4' | 'fp16';

type Options = Readonly<Record<string, unknown>>;

const optionsOf: Readonly<Record<Storage, Options>> = {
  int8: { bits: 8 },
  'int8-static': { bits: 8, activations: {} },
  'int8-tensor': { bits: 8, granularity: 'tensor' },
  int4: { bits: 4, granularity: 'group', observer: 'mse' },
  fp16: { scheme: 'float16' },
};

export const defaultStorage: Storage = 'int8';

/** The step's options. Activations are observed on random inputs where it was chosen to go without data. */
export function storageOptions(storage: Storage, data: string | null | undefined): Options {
  const options = optionsOf[storage];
  return 'activations' in options && data === null ? { ...options, activations: { random: true } } : options;
}

/** Which of the ways has these options of a step; undefined where none has. */
export function storageOf(options: Options): Storage | undefined {
  return (Object.keys(optionsOf) as Storage[]).find(
    (storage) =>
      same(options, storageOptions(storage, undefined)) || same(options, storageOptions(storage, null)),
  );
}

function same(a: Options, b: Options): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

interface StorageTexts {
  readonly label: string;
  readonly description: string;
}

export function storageTexts(storage: Storage): StorageTexts {
  switch (storage) {
    case 'int8':
      return {
        label: l10n.t('int8 per Channel'),
        description: l10n.t('a scale for each output channel: smaller errors'),
      };
    case 'int8-static':
      return {
        label: l10n.t('int8 with Activations'),
        description: l10n.t('computed with integers: faster on most processors, best with data'),
      };
    case 'int8-tensor':
      return {
        label: l10n.t('int8 per Tensor'),
        description: l10n.t('one scale for each weight tensor: understood by more runtimes'),
      };
    case 'int4':
      return {
        label: l10n.t('int4 in Groups'),
        description: l10n.t('two weights to a byte, a scale for every 32: half of int8, larger errors'),
      };
    case 'fp16':
      return {
        label: l10n.t('fp16'),
        description: l10n.t('floats of half the size: nearly no error'),
      };
    default:
      return assertNever(storage);
  }
}

export const offeredStorages: readonly Storage[] = ['int8', 'int8-static', 'int8-tensor', 'int4', 'fp16'];
