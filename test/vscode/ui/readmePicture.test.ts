// The picture in the README: a network that recognises the built-in glyphs, compressed beside the code that defines it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glyphDefaults, openGlyphs } from '../../../src/core/data/glyphs';
import { makeSampleNetwork } from '../../../src/core/experiment/sampleNetwork';
import { saveModel } from '../../../src/core/formats/saveModel';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { openSession, pictureOnFailure, type Session } from './session';
import { startCompression } from './startCompression';

const source = `import torch.nn as nn


class Glyphs(nn.Module):
    def __init__(self, filters=24, classes=10):
        super().__init__()
        self.filter = nn.Conv2d(1, filters, 5, padding=2)
        self.pool = nn.MaxPool2d(4)
        self.classify = nn.Linear(filters * 7 * 7, classes)

    def forward(self, image):
        x = self.pool(self.filter(image).relu())
        return self.classify(x.flatten(1))
`;

describe('the picture in the README', () => {
  let session: Session;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cw-glyphs-'));
    const files = [path.join(folder, 'glyphs.onnx'), path.join(folder, 'glyphs.py')];
    const data = openGlyphs({ ...glyphDefaults, samples: 1000 });
    const { signal } = new AbortController();
    const network = await makeSampleNetwork(data, await onnxRuntime(), { seed: 1, signal });
    await saveModel(network, files[0]!, { jobId: 'picture' });
    await writeFile(files[1]!, source);
    session = await openSession({ files });
    await session.bench.page.setViewportSize({ width: 1560, height: 940 });
  });
  afterAll(async () => {
    await session.close();
    await rm(folder, { recursive: true });
  });

  it('shows counts in the code and what became of the weights', async () => {
    pictureOnFailure(session);
    const { bench, panel } = session;
    await bench.openFile('glyphs.py');
    await bench.lens('11,770 params').waitFor();
    const answers = ['Prune and Quantize', 'Prune 50%', 'int8 per Channel', 'Beside the Original'];
    await startCompression(bench, 'glyphs.onnx', answers);
    await panel.layerRow('classify').click();
    await panel.figure('Error distribution').waitFor();
    await bench.openContainer('Counterweight');
    expect(await panel.colours('Weights')).toBeGreaterThan(10);
    await panel.pixels('Distribution');
    await session.screenshot('readme');
  });
});
