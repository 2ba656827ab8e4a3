// Names of compressed files.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseSteps } from '../../../src/core/compression/steps';
import { freeOutputPath, outputName } from '../../../src/core/experiment/outputName';
import { useTempFolder } from '../../support/tempFolder';

const folder = useTempFolder();

describe('outputName', () => {
  it('tells of the model and of every step', () => {
    const steps = parseSteps([{ prune: { sparsity: 0.8 } }, { quantize: {} }]);
    expect(outputName(path.join('models', 'net.v2.onnx'), steps)).toBe('net.v2.prune80.int8.onnx');
    expect(outputName('net.onnx', parseSteps([{ prune: { sparsity: 0.925 } }]))).toBe('net.prune92.5.onnx');
  });
});

describe('freeOutputPath', () => {
  it('counts up from 2 until neither the file nor its data are there', () => {
    expect(freeOutputPath(folder.path, 'net.int8.onnx')).toBe(folder.file('net.int8.onnx'));
    writeFileSync(folder.file('net.int8.onnx'), '');
    expect(freeOutputPath(folder.path, 'net.int8.onnx')).toBe(folder.file('net.int8-2.onnx'));
    writeFileSync(folder.file('net.int8-2.onnx.data'), '');
    expect(freeOutputPath(folder.path, 'net.int8.onnx')).toBe(folder.file('net.int8-3.onnx'));
  });
});
