// Inspect Layers: the tree of layers and tensors, and the panel that follows it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { openSession, pictureOnFailure, type Session } from './session';

describe('inspecting a model', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('lists layers and tensors with their figures', async () => {
    const { bench } = session;
    await bench.choose(bench.file(sample.small.file), 'Inspect Layers');
    const conv2 = bench.treeRow(/conv2.*Conv/);
    await conv2.waitFor();
    expect(await bench.treeRow(sample.small.file).innerText()).toMatch(/5\.13k params/);
    expect(await conv2.innerText()).toMatch(/4\.64k params.*kB.*MACs.*zero/s);
    await conv2.locator('.monaco-tl-twistie').click();
    expect(await bench.treeRow('conv2.weight').innerText()).toContain('float32[32, 16, 3, 3]');
    await session.screenshot('inspect-tree');
  });

  it('shows the heatmap and histogram of the layer that is selected', async () => {
    const { bench, panel } = session;
    await bench.treeRow(/conv2.*Conv/).click();
    await panel.find('h2', 'conv2').waitFor();
    const conv2 = await panel.pixels('Weights');
    expect(await panel.colours('Weights')).toBeGreaterThan(20);
    expect(await panel.colours('Distribution')).toBeGreaterThan(2);
    await bench.treeRow(/^fc.*Gemm/).click();
    await panel.find('h2', 'fc').waitFor();
    expect(await panel.pixels('Weights')).not.toBe(conv2);
    await session.screenshot('inspect-layer');
  });

  it('selects in the tree what is selected in the panel', async () => {
    const { bench, panel } = session;
    await panel.layerRow('conv1').click();
    await panel.find('h2', 'conv1').waitFor();
    await bench.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'conv1' }).waitFor();
  });

  it('is reached by keyboard alone', async () => {
    const { bench, panel } = session;
    await panel.layerRow('conv1').focus();
    await bench.page.keyboard.press('ArrowDown');
    await panel.find('tr[aria-selected="true"]:not([data-layer="conv1"])').waitFor();
    await bench.page.keyboard.press('Home');
    await panel.find('h2', 'conv1').waitFor();
  });

  it('opens a model file in the inspector by Open With', async () => {
    const { bench, panel } = session;
    await bench.openContainer('Explorer');
    await bench.choose(bench.file(sample.small.file), 'Open With...');
    await bench.pick('Model Inspector');
    await panel.layerRow('conv1').waitFor();
  });
});

describe.runIf(hasShared)('inspecting models of other people', () => {
  const files = ['ort_squeezenet_tensor_input.onnx', 'cntk_mnist-8.onnx', 'silero_vad.onnx'];
  let session: Session;
  beforeAll(async () => {
    session = await openSession({ files: files.map((name) => sharedFile(`models/onnx/${name}`)) });
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it.each(files)('shows the layers of %s', async (name) => {
    const { bench, panel } = session;
    await bench.openContainer('Explorer');
    await bench.choose(bench.file(name), 'Inspect Layers');
    const model = bench.treeRow(name);
    await model.getByText(/params/).waitFor();
    await panel.find('tr[data-layer]').first().waitFor();
    expect(await panel.find('tr[data-layer]').count()).toBeGreaterThan(1);
    await session.screenshot(`inspect-${name}`);
  });
});
