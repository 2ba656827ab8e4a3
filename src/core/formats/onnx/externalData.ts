// External data: tensors whose content is in another file, named by a path in the model. A model is untrusted, so the
// path may lead only to ordinary files within the model's own folder: not up, not to an absolute path, not through a
// symbolic link that leaves the folder, not to a file that has another name elsewhere (a hard link).
import { lstatSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { CounterweightError } from '../../../shared/base/errors';
import { FileSource } from '../fileSource';
import type { TensorProto } from './onnx_pb';
import type { FileRange } from './tensorContent';

export interface ExternalReference {
  readonly location: string;
  readonly offset: number;
  /** Undefined where the file does not say: then it is what the shape takes. */
  readonly length: number | undefined;
}

/** What a tensor says about where its content is; undefined where it does not say it in a way that can be read. */
export function externalReference(proto: TensorProto): ExternalReference | undefined {
  const entries = new Map(proto.externalData.map((entry) => [entry.key, entry.value]));
  const location = entries.get('location');
  const offset = wholeNumber(entries.get('offset') ?? '0');
  const length = entries.has('length') ? wholeNumber(entries.get('length')!) : undefined;
  if (location === undefined || offset === undefined || (entries.has('length') && length === undefined)) {
    return undefined;
  }
  return { location, offset, length };
}

function wholeNumber(text: string): number | undefined {
  const value = /^\d{1,16}$/.test(text.trim()) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The external data files of one model, each opened once. */
export class ExternalFiles {
  private readonly sources = new Map<string, FileSource>();
  private readonly folder: string;

  constructor(private readonly modelPath: string) {
    this.folder = path.dirname(path.resolve(modelPath));
  }

  /** Files that were referred to, relative to the model's folder. */
  get locations(): readonly string[] {
    return [...this.sources.keys()];
  }

  /**
   * The range of a reference, for a tensor that takes `expected` bytes.
   * Throws EXTERNAL_PATH_REFUSED, EXTERNAL_DATA_MISSING or FILE_UNREADABLE.
   */
  range(reference: ExternalReference, tensor: string, expected: number): FileRange {
    const { location, offset } = reference;
    const values = { tensor, path: this.modelPath, location };
    const source = this.sources.get(location) ?? this.open(values);
    this.sources.set(location, source);
    const length = reference.length ?? expected;
    if (offset + length > source.size) throw new CounterweightError('EXTERNAL_DATA_MISSING', values);
    return { source, offset, length };
  }

  private open(values: { tensor: string; path: string; location: string }): FileSource {
    if (leavesFolder(values.location)) throw new CounterweightError('EXTERNAL_PATH_REFUSED', values);
    const file = path.join(this.folder, values.location);
    let real: string;
    try {
      lstatSync(file);
      real = realpathSync(file);
    } catch (error) {
      throw new CounterweightError('EXTERNAL_DATA_MISSING', values, { cause: error });
    }
    const inside = path.relative(realpathSync(this.folder), real);
    const stats = statSync(real, { bigint: true });
    if (leavesFolder(inside) || (stats.isFile() && stats.nlink > 1n)) {
      throw new CounterweightError('EXTERNAL_PATH_REFUSED', values);
    }
    if (!stats.isFile()) throw new CounterweightError('EXTERNAL_DATA_MISSING', values);
    return new FileSource(real, stats);
  }
}

/** Whether a relative path could lead out of its folder on any system, before asking the file system. */
function leavesFolder(location: string): boolean {
  return (
    location === '' ||
    location.includes('\0') ||
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    location.split(/[\\/]/).includes('..')
  );
}
