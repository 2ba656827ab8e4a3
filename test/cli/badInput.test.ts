// Every way in which a file can be wrong or a folder unwritable: a code, one line, valid JSON, and nothing written.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import { useBundle } from '../support/useBundle';
import { uniform } from '../../src/shared/base/random';
import { denseModel, externalDataBytes, mismatchedBytes, writeModel } from '../support/sampleModels';
import { hasShared, sharedFile } from '../support/sharedFiles';
import { useTempFolder } from '../support/tempFolder';
import { runCli, type CliResult } from './support/runCli';

const cli = useBundle('src/cli/main.ts');
const temp = useTempFolder();

const run = (...args: string[]): Promise<CliResult> => runCli(cli.path, args, temp.path);

/** Inspects and compresses a file and expects the same refusal of both; answers with the code. */
async function refusal(file: string, output = 'out'): Promise<string> {
  const before = await allNames();
  const steps = ['--prune', '0.8', '--quantize', 'int8'];
  const codes = [await failed(['inspect', file]), await failed(['compress', file, ...steps, '-o', output])];
  expect(codes[0]).toBe(codes[1]);
  expect(await allNames()).toEqual(before);
  return codes[0] ?? '';
}

/** Runs a command that must fail, with and without --json, and answers with the code of its error. */
async function failed(args: readonly string[]): Promise<string> {
  const plain = await run(...args);
  expect(plain).toMatchObject({ code: 1, stdout: '' });
  expect(plain.stderr).toMatch(/^error: [A-Z_]+: [^\n]+\n$/);
  return jsonFailure(await run(...args, '--json'));
}

/** Checks what a command that failed with --json has printed, and answers with the code of its error. */
function jsonFailure({ code, stdout, stderr }: CliResult): string {
  const { error, ...others } = JSON.parse(stdout) as { error: { code: string; message: string } };
  expect(others).toEqual({});
  expect({ code, stderr }).toEqual({ code: 1, stderr: `error: ${error.code}: ${error.message}\n` });
  expect(error.code).not.toBe('INTERNAL');
  return error.code;
}

async function allNames(): Promise<readonly string[]> {
  return (await readdir(temp.path, { recursive: true })).toSorted();
}

describe('a file that cannot be read', () => {
  it('is missing', async () => {
    expect(await refusal('none.onnx')).toBe('FILE_NOT_FOUND');
  });

  it('is a folder', async () => {
    await mkdir(temp.file('folder.onnx'));
    expect(await refusal('folder.onnx')).toBe('FILE_IS_FOLDER');
  });

  it('is empty', async () => {
    await writeFile(temp.file('empty.onnx'), '');
    expect(await refusal('empty.onnx')).toBe('FILE_EMPTY');
  });

  it.each([1, 2, 3])('holds random bytes (seed %i)', async (seed) => {
    const next = uniform(seed);
    await writeFile(
      temp.file('random.onnx'),
      Uint8Array.from({ length: 4096 }, () => 256 * next()),
    );
    expect(['FORMAT_UNKNOWN', 'ONNX_CORRUPT']).toContain(await refusal('random.onnx'));
  });

  it('is JSON with another name', async () => {
    await writeFile(temp.file('config.onnx'), JSON.stringify({ architecture: 'lenet', layers: [1, 2] }));
    expect(await refusal('config.onnx')).toBe('FORMAT_UNKNOWN');
  });

  it('is a device', async () => {
    expect(await refusal('/dev/zero')).toBe('FILE_UNREADABLE');
  });

  it('misses its external data', async () => {
    await writeFile(temp.file('external.onnx'), externalDataBytes('weights.bin'));
    expect(await refusal('external.onnx')).toBe('EXTERNAL_DATA_MISSING');
  });

  it('has external data that is too short', async () => {
    await writeFile(temp.file('external.onnx'), externalDataBytes('weights.bin'));
    await writeFile(temp.file('weights.bin'), new Uint8Array(63));
    expect(await refusal('external.onnx')).toBe('EXTERNAL_DATA_MISSING');
  });

  it.each(['../../etc/passwd', '/etc/passwd', 'sub/../../etc/passwd'])(
    'points to %s for its external data',
    async (location) => {
      await writeFile(temp.file('external.onnx'), externalDataBytes(location));
      expect(await refusal('external.onnx')).toBe('EXTERNAL_PATH_REFUSED');
    },
  );

  it.each([60, 68])('declares a tensor of 64 bytes and stores %i', async (stored) => {
    await writeFile(temp.file('mismatch.onnx'), mismatchedBytes(stored));
    expect(await refusal('mismatch.onnx')).toBe('TENSOR_SIZE_MISMATCH');
  });

  it('ends after any sixteenth of its length', async () => {
    const whole = modelToBytes(denseModel([64, 48, 10]));
    await expectTruncationsRefused(whole);
  });

  it.runIf(hasShared)('is a real one that ends after any sixteenth of its length', async () => {
    await expectTruncationsRefused(await readFile(sharedFile('models/onnx/ultraface_RFB-320.onnx')));
  });
});

async function expectTruncationsRefused(whole: Uint8Array): Promise<void> {
  for (let sixteenth = 1; sixteenth < 16; sixteenth++) {
    const length = Math.floor((whole.length * sixteenth) / 16);
    await writeFile(temp.file('cut.onnx'), whole.subarray(0, length));
    const commands = [
      ['inspect', 'cut.onnx'],
      ['compress', 'cut.onnx', '--prune', '0.8', '-o', 'out'],
    ];
    for (const result of await Promise.all(commands.map((args) => run(...args, '--json')))) {
      expect(['ONNX_CORRUPT', 'GRAPH_INVALID'], `${sixteenth}/16`).toContain(jsonFailure(result));
    }
    expect(await allNames()).toEqual(['cut.onnx']);
  }
}

describe('an output folder', () => {
  it('is below a file', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 4]));
    expect(await compressTo('m.onnx/out')).toBe('OUTPUT_UNWRITABLE');
    expect(await allNames()).toEqual(['m.onnx']);
  });

  it('is a file', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 4]));
    expect(await compressTo('m.onnx')).toBe('OUTPUT_UNWRITABLE');
    expect(await allNames()).toEqual(['m.onnx']);
  });

  it('is one of the system, where nobody can write', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 4]));
    expect(await compressTo('/proc/self/fdinfo')).toBe('OUTPUT_UNWRITABLE');
  });
});

const canMount = (() => {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterweight-mount-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (status === 0) spawnSync('umount', [folder]);
  rmSync(folder, { recursive: true });
  return status === 0;
})();

describe.runIf(canMount)('a small file system (runs where the tests may mount one)', () => {
  it('is full: DISK_FULL, and nothing stays', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([128, 128]));
    await onMount('size=32k', async (folder) => {
      expect(await compressTo(folder)).toBe('DISK_FULL');
      expect(await compressTo(path.join(folder, 'made'))).toBe('DISK_FULL');
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('has space for the model and not for the report: DISK_FULL, and nothing stays', async () => {
    const whole = modelToBytes(denseModel([128, 128]));
    await writeFile(temp.file('m.onnx'), whole);
    const pages = Math.ceil(whole.length / 4096);
    await onMount(`size=${4 * (pages + 1)}k`, async (folder) => {
      expect(await compressTo(folder)).toBe('DISK_FULL');
      expect(await readdir(folder)).toEqual([]);
    });
  });

  it('is read-only: OUTPUT_UNWRITABLE', async () => {
    await writeModel(temp.file('m.onnx'), denseModel([16, 4]));
    await onMount('size=1m,ro', async (folder) => {
      expect(await compressTo(folder)).toBe('OUTPUT_UNWRITABLE');
      expect(await compressTo(path.join(folder, 'made'))).toBe('OUTPUT_UNWRITABLE');
    });
  });
});

function compressTo(folder: string): Promise<string> {
  return failed(['compress', 'm.onnx', '--prune', '0.8', '-o', folder]);
}

/** Works in a folder with a file system of its own, made with the options of mount. */
async function onMount(options: string, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = temp.file('mounted');
  await mkdir(folder);
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status).toBe(0);
  try {
    await work(folder);
  } finally {
    expect(spawnSync('umount', [folder]).status).toBe(0);
  }
}
