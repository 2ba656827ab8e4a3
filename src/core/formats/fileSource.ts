// A file as a source of byte ranges. No descriptor stays open between uses: tensors of a model may be read long after
// it was opened, and nobody says when the last one was. Instead every use checks that the file is still the same.
import { closeSync, fstatSync, openSync, readSync, type BigIntStats } from 'node:fs';
import { CounterweightError } from '../../shared/base/errors';
import type { ByteSource } from './format';
import { describeSystemError } from './systemError';

/** Systems read at most 2 GiB at once. */
const largestRead = 2 ** 30;

export class FileSource implements ByteSource {
  readonly size: number;
  private readonly identity: FileIdentity;
  private descriptor: number | undefined;

  /** Opens the file once to see that it is readable. Throws FILE_UNREADABLE. */
  constructor(
    readonly path: string,
    stats: BigIntStats,
  ) {
    this.size = Number(stats.size);
    this.identity = identityOf(stats);
    this.held(() => undefined);
  }

  /** Keeps the file open while `use` runs, which makes many small reads cheap. */
  held<T>(use: () => T): T {
    if (this.descriptor !== undefined) return use();
    this.descriptor = this.open();
    try {
      return use();
    } finally {
      closeSync(this.descriptor);
      this.descriptor = undefined;
    }
  }

  /** Exactly `length` bytes at `offset`, in memory of their own. Throws FILE_UNREADABLE. */
  read(offset: number, length: number): Uint8Array {
    return this.held(() => {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const count = this.readSome(bytes, done, offset + done);
        if (count === 0) throw this.unreadable('it ended early');
        done += count;
      }
      return bytes;
    });
  }

  private readSome(bytes: Uint8Array, start: number, position: number): number {
    try {
      return readSync(this.descriptor!, bytes, start, Math.min(bytes.length - start, largestRead), position);
    } catch (error) {
      throw this.unreadable(error);
    }
  }

  private open(): number {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, 'r');
    } catch (error) {
      throw this.unreadable(error);
    }
    const now = identityOf(fstatSync(descriptor, { bigint: true }));
    if (
      now.device === this.identity.device &&
      now.inode === this.identity.inode &&
      now.size === this.identity.size &&
      now.modified === this.identity.modified
    ) {
      return descriptor;
    }
    closeSync(descriptor);
    throw this.unreadable('it was changed after it had been opened');
  }

  private unreadable(reason: unknown): CounterweightError {
    return new CounterweightError(
      'FILE_UNREADABLE',
      { path: this.path, reason: reason instanceof Error ? describeSystemError(reason) : String(reason) },
      { cause: reason },
    );
  }
}

interface FileIdentity {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  readonly modified: bigint;
}

function identityOf(stats: BigIntStats): FileIdentity {
  return { device: stats.dev, inode: stats.ino, size: stats.size, modified: stats.mtimeNs };
}
