// Opens model files of any supported format.
import { statSync, type BigIntStats } from 'node:fs';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { Model } from '../ir/graph';
import { describeContent } from './describeContent';
import { FileSource } from './fileSource';
import { formatOf, formats } from './formats';
import { isOrtFile } from './ortFile';
import { describeSystemError, systemErrorCode } from './systemError';

const headBytes = 4096;

/**
 * Reads a model file; its content decides on the format, and larger tensors stay in the file. Throws FILE_NOT_FOUND,
 * FILE_IS_FOLDER, FILE_EMPTY, FILE_UNREADABLE, FORMAT_UNKNOWN, ORT_FORMAT and what the format's reader throws.
 */
export function openModel(file: string): Model {
  const stats = statOf(file);
  if (stats.isDirectory()) throw new CounterweightError('FILE_IS_FOLDER', { path: file });
  if (!stats.isFile()) {
    throw new CounterweightError('FILE_UNREADABLE', { path: file, reason: 'it is no ordinary file' });
  }
  if (stats.size === 0n) throw new CounterweightError('FILE_EMPTY', { path: file });
  const source = new FileSource(file, stats);
  return source.held(() => {
    const head = source.read(0, Math.min(headBytes, source.size));
    if (isOrtFile(head)) throw new CounterweightError('ORT_FORMAT', { path: file });
    const format = formats.find((candidate) => candidate.sniff(head, file));
    if (!format) {
      const supported = formats
        .map(({ title, extensions }) => `${title} (${extensions.join(', ')})`)
        .join(', ');
      throw new CounterweightError('FORMAT_UNKNOWN', { path: file, found: describeContent(head), supported });
    }
    return format.read(source);
  });
}

/** The file of a model that was read from `file` and the files of its external data, absolute. */
export function modelFiles(model: Model, file: string): string[] {
  return [...formatOf(model).files(model, path.resolve(file))];
}

function statOf(file: string): BigIntStats {
  try {
    return statSync(file, { bigint: true });
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new CounterweightError('FILE_NOT_FOUND', { path: file }, { cause: error });
    }
    const reason = describeSystemError(error as Error);
    throw new CounterweightError('FILE_UNREADABLE', { path: file, reason }, { cause: error });
  }
}
