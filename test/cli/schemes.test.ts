// `inspect --schemes` as a user runs it: tables for people, one document for programs, and nothing written.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SchemesView } from '../../src/shared/contracts/schemeViews';
import { useUntrainedProject } from './support/untrainedProject';

const { temp, run, writeUntrained } = useUntrainedProject();

describe('inspect --schemes', () => {
  it('prints what each scheme comes to, and the SQNR of each layer', async () => {
    await writeUntrained();
    const before = readdirSync(temp.path);
    const { code, stdout, stderr } = await run('inspect m.onnx --schemes');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Scheme +Size +Of now +SQNR +MSE +Max error$/);
    expect(lines).toContainEqual(
      expect.stringMatching(/^int8 per channel +≈ [\d.,]+ k?B +0\.\d+ +\d+\.\d dB +\S+ +\S+$/),
    );
    const layers = lines.slice(lines.indexOf('SQNR of the weights of each layer:') + 1);
    expect(layers[0]).toMatch(/^Layer +float16 .* int8 +int8-tensor /);
    expect(layers[2]).toMatch(/^\S+( +(\d+\.\d dB|kept))+$/);
    expect(readdirSync(temp.path)).toEqual(before);
  });

  it('prints the same as JSON', async () => {
    await writeUntrained();
    const { code, stdout } = await run('inspect m.onnx --schemes --json');
    expect(code).toBe(0);
    const { layers, schemes } = JSON.parse(stdout) as SchemesView;
    expect(schemes.map(({ id }) => id)).toContain('int4');
    expect(schemes.every(({ layers: figures }) => figures.length === layers.length)).toBe(true);
  });
});
