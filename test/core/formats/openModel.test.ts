// Whatever is at a path, opening it gives a model or one of our errors: never a hang, never another exception.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelFiles, openModel } from '../../../src/core/formats/openModel';
import { CounterweightError } from '../../../src/shared/base/errors';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();

function errorOf(path: string): CounterweightError {
  try {
    openModel(path);
  } catch (error) {
    if (CounterweightError.is(error)) return error;
    throw error;
  }
  throw new Error(`${path} was opened`);
}

function codeOfContent(content: string | Uint8Array, name = 'model.onnx'): string {
  writeFileSync(temp.file(name), content);
  return errorOf(temp.file(name)).code;
}

describe('openModel', () => {
  it('says that there is no such file', () => {
    expect(errorOf(temp.file('missing.onnx')).code).toBe('FILE_NOT_FOUND');
    writeFileSync(temp.file('file'), 'x');
    expect(errorOf(temp.file('file/model.onnx')).code).toBe('FILE_NOT_FOUND');
  });

  it('says that it is a folder', () => {
    mkdirSync(temp.file('folder.onnx'));
    expect(errorOf(temp.file('folder.onnx')).code).toBe('FILE_IS_FOLDER');
  });

  it('says that it is empty', () => {
    expect(codeOfContent('')).toBe('FILE_EMPTY');
  });

  it.runIf(process.platform !== 'win32')('does not wait for a pipe, a device or a circle of links', () => {
    execFileSync('mkfifo', [temp.file('pipe.onnx')]);
    symlinkSync('circle.onnx', temp.file('circle.onnx'));
    for (const path of [temp.file('pipe.onnx'), '/dev/zero', temp.file('circle.onnx')]) {
      expect(errorOf(path).code).toBe('FILE_UNREADABLE');
    }
  });

  it('says what a file of another kind holds', () => {
    const cases: [string | Uint8Array, RegExp][] = [
      ['{"format": "layers-model", "weightsManifest": []}', /JSON text/],
      ['  [1, 2]', /JSON text/],
      ['<!doctype html><html></html>', /HTML/],
      ['hello', /text/],
      ['version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 12\n', /git lfs pull/],
      [Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0), /ZIP/],
      [Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), /HDF5/],
      [Uint8Array.of(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), /TensorFlow Lite/],
      [Uint8Array.of(0xff, 0xfe, 0, 1, 2), /another kind/],
    ];
    for (const [content, found] of cases) {
      writeFileSync(temp.file('model.onnx'), content);
      const error = errorOf(temp.file('model.onnx'));
      expect(error.code).toBe('FORMAT_UNKNOWN');
      expect(error.message).toMatch(found);
      expect(error.message).toContain('ONNX (.onnx)');
    }
  });

  it("knows ONNX Runtime's own format, whatever its name is", () => {
    expect(codeOfContent(Uint8Array.of(0x14, 0, 0, 0, 0x4f, 0x52, 0x54, 0x4d, 0, 0))).toBe('ORT_FORMAT');
  });

  it('answers to random bytes with an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (content) => {
        expect([
          'FORMAT_UNKNOWN',
          'ONNX_CORRUPT',
          'TENSOR_SIZE_MISMATCH',
          'GRAPH_INVALID',
          'ORT_FORMAT',
        ]).toContain(codeOfContent(content));
      }),
      { numRuns: 300 },
    );
  });
});

describe.runIf(hasShared)('openModel on real files', () => {
  it("says that an .ort file is in ONNX Runtime's own format", () => {
    expect(errorOf(sharedFile('models/onnx/ort_mnist.basic.ort')).code).toBe('ORT_FORMAT');
  });

  it('names the files of a model', () => {
    const path = sharedFile('models/onnx/external_resnet_fp32/model.onnx');
    expect(modelFiles(openModel(path), path)).toEqual([path, `${path}.data`]);
    const single = sharedFile('models/onnx/super_resolution_10.onnx');
    expect(modelFiles(openModel(single), single)).toEqual([single]);
  });

  const names = hasShared
    ? readdirSync(sharedFile('models/onnx')).filter((name) => name.endsWith('.onnx'))
    : [];

  it.each(names)('refuses %s when it is cut off at any sixteenth', (name) => {
    const whole = readFileSync(sharedFile(`models/onnx/${name}`));
    for (let part = 1; part < 16; part++) {
      writeFileSync(temp.file('cut.onnx'), whole.subarray(0, Math.floor((whole.length * part) / 16)));
      expect(errorOf(temp.file('cut.onnx')).code, `${part}/16`).toBe('ONNX_CORRUPT');
    }
  });

  it.each(names)('opens %s or refuses it with a reason when some of its bytes are wrong', (name) => {
    const whole = readFileSync(sharedFile(`models/onnx/${name}`));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (flips) => {
          const damaged = Uint8Array.from(whole);
          for (const [position, byte] of flips) {
            // Half of the damage is done near the beginning, where structure is.
            damaged[byte % 2 === 0 ? position : position % Math.min(4096, whole.length)] = byte;
          }
          writeFileSync(temp.file('damaged.onnx'), damaged);
          try {
            openModel(temp.file('damaged.onnx'));
          } catch (error) {
            expect(CounterweightError.is(error), String(error)).toBe(true);
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
