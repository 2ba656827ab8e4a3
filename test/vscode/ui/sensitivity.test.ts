// Measure Sensitivity… on a model file: from right-click to the heatmap of layers; locks in the panel and in the tree; and
// a pruning that leaves the locked layers alone.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CompressRecord, RunRecord } from '../../../src/host/runs/runRecord';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { answerQuestions } from './answerQuestions';
import { openSession, pictureOnFailure, type Session } from './session';

describe('the sensitivity of layers', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  const model = sample.small.file;
  const lockButton = (label: string) => session.panel.find(`.lock-button[aria-label="${label}"]`);
  const heatRow = (layer: string) => session.panel.find('.heat-table tbody tr', layer);

  /** The steps of every compression so far, the earliest first. */
  async function stepsRun(): Promise<readonly CompressRecord['steps'][]> {
    const runs = path.join(session.folder, '.counterweight', 'runs');
    const records = await Promise.all(
      (await readdir(runs)).toSorted().map(async (name) => {
        const text = await readFile(path.join(runs, name, 'run.json'), 'utf8');
        return JSON.parse(text) as RunRecord;
      }),
    );
    return records.flatMap((record) => (record.kind === 'compress' ? [record.steps] : []));
  }

  it('is measured on the data of choice, and kept among the runs', async () => {
    const { bench, panel } = session;
    const questions = { model, command: 'Measure Sensitivity…', title: `Sensitivity of ${model}` };
    await answerQuestions(bench, questions, ['Prune Weights', 'Glyphs']);
    await panel.find('.heat-table').waitFor({ timeout: 40_000 });
    for (const layer of sample.small.layers) await heatRow(layer).waitFor();
    await bench.openContainer('Counterweight');
    await bench.treeRow('digits.onnx · sensitivity to pruning').getByText('is the most sensitive').waitFor();
  });

  it('selects a layer in the panel with the tree, and in the tree with the panel', async () => {
    const { bench } = session;
    // The largest layer, conv2, is selected at first.
    await heatRow('fc').click();
    await bench.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'Gemm' }).waitFor();
    await bench.treeRow(/^conv1/).click();
    await session.panel.find('.heat-table tr[aria-selected="true"]', 'conv1').waitFor();
  });

  it('locks a layer by a click in the panel, and unlocks it in the tree', async () => {
    const { bench, panel } = session;
    await lockButton('Lock conv1 from pruning').click();
    await panel.find('.lock-count', '1 layer is locked').waitFor();
    const conv1 = bench.treeRow(/^conv1/);
    await conv1.getByText('locked').waitFor();
    await conv1.hover();
    await conv1.locator('.action-label[aria-label="Unlock"]').click();
    await panel.find('.lock-count', 'No layer is locked').waitFor();
    await bench.choose(bench.treeRow(/^fc/), 'Lock from Pruning');
    await panel.find('.lock-count', '1 layer is locked').waitFor();
    await session.screenshot('sensitivity-locked');
  });

  it('prunes without the locked layer, and again without more of them', async () => {
    const { bench, panel } = session;
    await panel.button('Prune Again with These Locks').click();
    for (const answer of ['Prune', 'Prune 80%', 'Random Inputs', 'Beside the Original']) {
      await bench.pick(answer);
    }
    await panel.find('.page-experiment').waitFor({ timeout: 40_000 });
    const prune = { sparsity: 0.8, scope: 'global' };
    expect(await stepsRun()).toEqual([[{ prune: { ...prune, exclude: ['fc'] } }]]);
    await bench.treeRow('digits.onnx · prune 80% (1 locked)').waitFor();

    await bench.clickRow('digits.onnx · sensitivity to pruning', panel.find('.heat-table'));
    await lockButton('Lock conv1 from pruning').click();
    await panel.button('Prune Again with These Locks').click();
    await panel.find('.page-experiment').waitFor({ timeout: 40_000 });
    await bench.treeRow('digits.onnx · prune 80% (2 locked)').waitFor();
    expect((await stepsRun())[1]).toEqual([{ prune: { ...prune, exclude: ['conv1', 'fc'] } }]);
    expect((await session.list()).filter((name) => name.startsWith('digits.prune80'))).toHaveLength(2);
  });

  it.each(Object.keys(themes) as Theme[])('shows it in the theme %s', async (theme) => {
    const { bench, panel } = session;
    await bench.clickRow('digits.onnx · sensitivity to pruning', panel.find('.heat-table'));
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    await session.screenshot(`sensitivity-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });
});
