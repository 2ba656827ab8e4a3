// `sensitivity` as a user runs it: tables for people, one document for programs, a report where it is asked for, and on
// a real network with real digits.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SensitivityReportView } from '../../src/shared/contracts/sensitivityViews';
import { hasShared, sharedFile } from '../support/sharedFiles';
import { useUntrainedProject } from './support/untrainedProject';

const { temp, run, writeUntrained } = useUntrainedProject();

const data = 'glyphs:samples=300,size=12';

describe('sensitivity', () => {
  it('prints a table of layers by settings for each measure', async () => {
    await writeUntrained();
    const { code, stdout, stderr } = await run(`sensitivity m.onnx --data ${data} --settings 50%,.9`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Measured m\.onnx on 500 validation samples of glyphs:\S+, in \d+\.\d s$/);
    expect(lines[1]).toMatch(/^As it is: accuracy \d+\.\d%$/);
    expect(lines[3]).toBe('Accuracy with one layer pruned, the most sensitive first:');
    expect(lines[4]).toMatch(/^Layer +Weights +50% +90%$/);
    expect(lines[6]).toMatch(/^\S+ +[\d,]+ +\d+\.\d% +\d+\.\d%$/);
    expect(stdout).toContain('KL divergence with one layer pruned');
  });

  it('writes a report where it is asked to, over nothing, and prints the same as JSON', async () => {
    await writeUntrained();
    const command = `sensitivity m.onnx --data ${data} --settings 0.5 --samples 20 --seed 3 -o out/s.json --json`;
    const { code, stdout } = await run(command);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as SensitivityReportView;
    expect(JSON.parse(readFileSync(temp.file('out/s.json'), 'utf8'))).toEqual(report);
    expect(report).toMatchObject({ kind: 'sensitivity', step: 'prune', settings: [0.5], seed: 3 });
    expect(report.baseline.samples).toBe(20);
    const markdown = readFileSync(temp.file('out/s.md'), 'utf8');
    expect(markdown).toContain('# m.onnx: what each layer can bear');
    for (const { name } of report.layers)
      expect(markdown).toContain(`| ${name.replaceAll('_', String.raw`\_`)}`);
    const again = await run(command);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('OUTPUT_EXISTS');
  });

  it.each([
    ['--settings half', 'USAGE', /like 0\.5,0\.9 or 50%,90%/],
    ['--settings 1.5', 'STEP_INVALID', /sparsity must be a number from 0 to below 1, not 1\.5/],
    ['--kind quantize --settings int9', 'STEP_INVALID', /bits must be/],
    ['--kind distill', 'USAGE', /prune, quantize/],
    ['--samples 0', 'USAGE', /whole number from 1/],
    ['--criterion size', 'STEP_INVALID', /criterion must be magnitude or/],
  ])('refuses %s', async (flags, error, message) => {
    await writeUntrained();
    const { code, stderr } = await run(`sensitivity m.onnx --data ${data} ${flags}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: ${error}`);
    expect(stderr).toMatch(message);
  });

  it('leaves no folder behind when it fails', async () => {
    await writeUntrained();
    const { code, stderr } = await run(`sensitivity m.onnx --data glyphs:size=10 -o out/s.json`);
    expect(code).toBe(1);
    expect(stderr).toContain('DATA_INVALID');
    expect(existsSync(temp.file('out'))).toBe(false);
  });
});

describe.runIf(hasShared)('sensitivity of a real network', () => {
  it('finds the layers of a network for digits that bear least', async () => {
    const model = sharedFile('models/onnx/ort_cnn_mnist_pytorch.onnx');
    const mnist = sharedFile('datasets/mnist');
    const flags = '--samples 200 --settings 0.5,0.9 --json';
    const { code, stdout } = await run(`sensitivity ${model} --data ${mnist} ${flags}`);
    expect(code).toBe(0);
    const { baseline, layers } = JSON.parse(stdout) as SensitivityReportView;
    expect(baseline.accuracy).toBeGreaterThan(0.97);
    expect(layers.map(({ name }) => name).toSorted()).toEqual(['Conv:12', 'Conv:9', 'Gemm:17', 'Gemm:19']);
    for (const { points } of layers) {
      expect(points[0]!.kl).toBeLessThan(points[1]!.kl!);
      expect(points[0]!.accuracy).toBeGreaterThan(0.9);
    }
    expect(layers[0]!.points[1]!.accuracy).toBeLessThan(baseline.accuracy!);
  });
});
