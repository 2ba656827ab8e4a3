// Outputs are whole or not there, and nothing is ever overwritten but what is kept up to date: on full, read-only and
// linkless disks too.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type * as FsPromises from 'node:fs/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { replaceFileAtomically, writeFilesAtomically } from '../../../src/core/formats/atomicFiles';
import type { OutputFile } from '../../../src/core/formats/format';
import type { CounterweightError } from '../../../src/shared/base/errors';
import { useTempFolder } from '../../support/tempFolder';

const links = vi.hoisted(() => ({ refuse: false }));
const renames = vi.hoisted(() => ({ refusals: 0 }));

// File systems without hard links are rarely at hand, so that their answer to link(2) is given here; and so is that of
// Windows to renaming over a file that somebody reads.
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof FsPromises>();
  const link: typeof real.link = (from, to) =>
    links.refuse ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' })) : real.link(from, to);
  const rename: typeof real.rename = (from, to) =>
    renames.refusals-- > 0
      ? Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }))
      : real.rename(from, to);
  return { ...real, link, rename };
});

const temp = useTempFolder();

afterEach(() => {
  links.refuse = false;
  renames.refusals = 0;
});

const options = { jobId: 'job-1' };
const bytes = Buffer.from('content');

function output(name: string, ...chunks: readonly string[]): OutputFile {
  return { path: temp.file(name), chunks: chunks.map((chunk) => Buffer.from(chunk)) };
}

async function errorOf(writing: Promise<void>): Promise<CounterweightError> {
  try {
    await writing;
  } catch (error) {
    return error as CounterweightError;
  }
  throw new Error('It was written');
}

function* failing(): Generator<Uint8Array> {
  yield bytes;
  throw new Error('the source is gone');
}

const write = (file: string): Promise<CounterweightError> =>
  errorOf(writeFilesAtomically([{ path: file, chunks: [bytes] }], options));

describe.each([
  ['with hard links', false],
  ['without hard links', true],
])('writing files atomically, on a file system %s', (_, refuse) => {
  it('leaves them whole, and nothing else', async () => {
    links.refuse = refuse;
    await writeFilesAtomically([output('a', 'one ', 'two'), output('b'), output('c', 'three')], options);
    expect(readdirSync(temp.path).toSorted()).toEqual(['a', 'b', 'c']);
    expect(readFileSync(temp.file('a'), 'utf8')).toBe('one two');
    expect(lstatSync(temp.file('a')).nlink).toBe(1);
    expect(readFileSync(temp.file('b'), 'utf8')).toBe('');
  });

  it('never overwrites what is there', async () => {
    links.refuse = refuse;
    writeFileSync(temp.file('a'), 'mine');
    symlinkSync('nowhere', temp.file('link'));
    mkdirSync(temp.file('folder'));
    for (const name of ['a', 'link', 'folder']) {
      const error = await write(temp.file(name));
      expect(error.code).toBe('OUTPUT_EXISTS');
      expect(error.values).toEqual({ path: temp.file(name) });
    }
    expect(readdirSync(temp.path).toSorted()).toEqual(['a', 'folder', 'link']);
    expect(readFileSync(temp.file('a'), 'utf8')).toBe('mine');
  });

  it('does not overwrite what appears meanwhile, and takes back what it placed before', async () => {
    links.refuse = refuse;
    function* untilTaken(): Generator<Uint8Array> {
      yield bytes;
      writeFileSync(temp.file('model'), 'theirs');
    }
    const model = { path: temp.file('model'), chunks: untilTaken() };
    const error = await errorOf(writeFilesAtomically([output('data', 'x'), model], options));
    expect(error.code).toBe('OUTPUT_EXISTS');
    expect(readdirSync(temp.path)).toEqual(['model']);
    expect(readFileSync(temp.file('model'), 'utf8')).toBe('theirs');
  });
});

describe('writing files atomically', () => {
  it('writes aside until all is there', async () => {
    const seen: string[][] = [];
    function* watched(): Generator<Uint8Array> {
      yield bytes;
      seen.push(readdirSync(temp.path));
      yield bytes;
    }
    await writeFilesAtomically([{ path: temp.file('model.onnx'), chunks: watched() }], options);
    expect(seen).toEqual([['.model.onnx.job-1.partial']]);
  });

  it('leaves nothing when the content fails', async () => {
    const error = await errorOf(
      writeFilesAtomically([output('data', 'x'), { path: temp.file('model'), chunks: failing() }], options),
    );
    expect(error.message).toBe('the source is gone');
    expect(readdirSync(temp.path)).toEqual([]);
  });

  it('leaves nothing when it is cancelled, at once or midway', async () => {
    const stop = new AbortController();
    function* stopping(): Generator<Uint8Array> {
      yield bytes;
      stop.abort();
      yield bytes;
    }
    for (const chunks of [stopping(), [bytes]]) {
      const writing = writeFilesAtomically([{ path: temp.file('model'), chunks }], {
        ...options,
        signal: stop.signal,
      });
      expect((await errorOf(writing)).name).toBe('AbortError');
      expect(readdirSync(temp.path)).toEqual([]);
    }
  });

  it('says why a place cannot be written to', async () => {
    writeFileSync(temp.file('file'), 'x');
    const cases: [string, RegExp][] = [
      [temp.file('missing/model.onnx'), /the folder does not exist/],
      [temp.file('file/model.onnx'), /no folder/],
      [temp.file(`${'n'.repeat(300)}.onnx`), /too long/],
    ];
    for (const [path, reason] of cases) {
      const error = await write(path);
      expect(error.code).toBe('OUTPUT_UNWRITABLE');
      expect(error.message).toMatch(reason);
    }
    expect(readdirSync(temp.path)).toEqual(['file']);
  });

  it.runIf(process.getuid?.() !== 0 && process.platform !== 'win32')(
    'says that permission is denied',
    async () => {
      mkdirSync(temp.file('locked'));
      chmodSync(temp.file('locked'), 0o555);
      const error = await write(temp.file('locked/model.onnx'));
      expect(error.code).toBe('OUTPUT_UNWRITABLE');
      expect(error.message).toMatch(/permission denied/);
    },
  );

  it('refuses a job id that could lead elsewhere', async () => {
    const writing = writeFilesAtomically([output('a', 'x')], { jobId: '../x' });
    await expect(writing).rejects.toThrow('cannot be called');
  });
});

function replace(content: Iterable<Uint8Array>): Promise<void> {
  return replaceFileAtomically({ path: temp.file('state'), chunks: content }, options);
}

describe('replacing a file', () => {
  it('gives its name the new content, whole, and leaves nothing else', async () => {
    await replace([Buffer.from('first')]);
    await replace([Buffer.from('sec'), Buffer.from('ond')]);
    expect(readFileSync(temp.file('state'), 'utf8')).toBe('second');
    expect(readdirSync(temp.path)).toEqual(['state']);
  });

  it('keeps the last version where it fails or is cancelled', async () => {
    await replace([Buffer.from('first')]);
    await expect(replace(failing())).rejects.toThrow('the source is gone');
    const stopped = replaceFileAtomically(
      { path: temp.file('state'), chunks: [bytes] },
      { ...options, signal: AbortSignal.abort() },
    );
    expect((await errorOf(stopped)).name).toBe('AbortError');
    expect(readFileSync(temp.file('state'), 'utf8')).toBe('first');
    expect(readdirSync(temp.path)).toEqual(['state']);
  });

  it('takes the place of what a killed process has left half-written', async () => {
    writeFileSync(temp.file('.state.job-1.partial'), 'ha');
    await replace([bytes]);
    expect(readdirSync(temp.path)).toEqual(['state']);
  });

  it('waits while somebody reads the file, and gives up in the end', async () => {
    await replace([Buffer.from('first')]);
    renames.refusals = 2;
    await replace([Buffer.from('second')]);
    expect(readFileSync(temp.file('state'), 'utf8')).toBe('second');
    renames.refusals = Infinity;
    const error = await errorOf(replace([bytes]));
    expect(error.code).toBe('OUTPUT_UNWRITABLE');
    expect(error.message).toMatch(/not permitted/);
    expect(readdirSync(temp.path)).toEqual(['state']);
  });
});

/** Whether this process may mount a file system, as root in a container often may. */
const canMount = ((): boolean => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

function mount(flags: string): string {
  mkdirSync(temp.file('disk'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', flags, 'tmpfs', temp.file('disk')]);
  return temp.file('disk/model');
}

describe.runIf(canMount)('writing files atomically to a small disk', () => {
  afterEach(() => {
    if (existsSync(temp.file('disk'))) execFileSync('umount', [temp.file('disk')]);
  });

  it('says that the disk is full, and leaves nothing', async () => {
    const file = mount('size=256k');
    const chunks = Array.from({ length: 10 }, () => new Uint8Array(100_000));
    const data = { path: `${file}.data`, chunks: [bytes] };
    const error = await errorOf(writeFilesAtomically([data, { path: file, chunks }], options));
    expect(error.code).toBe('DISK_FULL');
    expect(error.values).toEqual({ path: file });
    expect(readdirSync(temp.file('disk'))).toEqual([]);
  });

  it('says that it is read-only', async () => {
    const error = await write(mount('ro'));
    expect(error.code).toBe('OUTPUT_UNWRITABLE');
    expect(error.message).toMatch(/read-only/);
  });
});
