// Compact layers as a user makes them: by a recipe with `replace` and `lowRank`, and values set over it.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newModel } from '../../src/core/architectures/architectures';
import type { ComparisonView, ReportView } from '../../src/shared/contracts/viewModels';
import { useBundle } from '../support/useBundle';
import { writeModel } from '../support/sampleModels';
import { useTempFolder } from '../support/tempFolder';
import { runCli, type CliResult } from './support/runCli';

const cli = useBundle('src/cli/main.ts');
const temp = useTempFolder();

const run = (...args: string[]): Promise<CliResult> => runCli(cli.path, args, temp.path);

const recipe = `
model: m.onnx
steps:
  - replace: { with: depthwise-separable }
  - lowRank: { ratio: 0.5 }
`;

async function compress(...more: string[]): Promise<CliResult> {
  const network = newModel({ architecture: 'lenet-5', input: [1, 28, 28], classes: 10, width: 0.5, seed: 1 });
  await writeModel(temp.file('m.onnx'), network);
  writeFileSync(temp.file('r.counterweight.yaml'), recipe);
  return run('compress', '--recipe', 'r.counterweight.yaml', '-o', 'out', ...more);
}

describe('a recipe with compact layers', () => {
  it('writes a file with fewer parameters that runs', async () => {
    const { code, stdout, stderr } = await compress('--set', 'lowRank.ratio=0.25', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as ReportView;
    expect(report.steps).toMatchObject([
      { replace: { with: 'depthwise-separable' } },
      { lowRank: { ratio: 0.25 } },
    ]);
    const replaced = report.layers.filter(({ change }) => change === 'replaced');
    expect(replaced.map(({ name, parts }) => [name, parts?.map((part) => part.name)])).toEqual([
      ['conv2', ['conv2/depthwise', 'conv2/pointwise']],
      ['fc1', ['fc1/reduce', 'fc1/expand']],
    ]);
    const { original, compressed } = report;
    const saved = replaced.reduce((sum, layer) => sum + layer.parameters - (layer.parametersAfter ?? 0), 0);
    expect(saved).toBeGreaterThan(original.parameters / 2);
    expect(compressed.parameters).toBe(original.parameters - saved);
    expect(compressed.macs).toBeLessThan(original.macs);
    expect(compressed.bytes).toBeLessThan(original.bytes / 2);
    // Both files run, on the same inputs.
    const compared = await run('compare', 'm.onnx', compressed.path, '--json');
    expect(compared.code).toBe(0);
    const [output] = (JSON.parse(compared.stdout) as ComparisonView).outputs;
    expect(output?.mse).toBeGreaterThan(0);
    expect(output?.mse).toBeCloseTo(report.outputs[0]?.mse ?? 0, 9);
  });

  it('takes another form and its width from --set, and names the file after it', async () => {
    const values = ['replace.with=bottleneck', 'replace.width=0.5', 'lowRank.ratio=0.25'];
    const { code, stdout } = await compress(...values.flatMap((value) => ['--set', value]));
    expect(code).toBe(0);
    expect(stdout).toContain('m.bottleneck.lowrank25.onnx');
    // Half of 25 channels are more than the 10 inputs: there is nothing to reduce before the kernel.
    expect(stdout).toMatch(/conv2\/reduce +Conv +13×10×5×5 .*\n +conv2\/expand +Conv +25×13×1×1 /);
  });

  it('refuses a value that goes with another form', async () => {
    const { code, stderr } = await compress('--set', 'replace.groups=2');
    expect(code).not.toBe(0);
    expect(stderr).toContain('option groups is for with grouped-shuffle');
  });
});
