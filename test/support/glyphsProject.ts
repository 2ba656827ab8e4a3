// A network with real accuracy and the source that defines it: what the picture in the README and the workspace of
// `npm run vscode` show.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { NetworkBuilder } from '../../src/core/architectures/networkBuilder';
import { openSplits } from '../../src/core/data/openData';
import { saveModel } from '../../src/core/formats/saveModel';
import type { Model } from '../../src/core/ir/graph';
import { train } from '../../src/core/training/train';
import { trainSchema } from '../../src/core/training/trainOptions';

export const glyphsProject = { model: 'glyphs.onnx', source: 'glyphs.py' } as const;

/** Writes both files into a folder that has neither; their absolute paths. */
export async function writeGlyphsProject(folder: string): Promise<readonly string[]> {
  const [model, source] = [path.join(folder, glyphsProject.model), path.join(folder, glyphsProject.source)];
  const network = await trainedNetwork();
  await saveModel(network, model, { jobId: 'glyphs' });
  await writeFile(source, pythonSource);
  return [model, source];
}

/** The network of the Python source below, after a few epochs. */
async function trainedNetwork(): Promise<Model> {
  const net = new NetworkBuilder('glyphs', [1, 28, 28], 1);
  const filtered = net.conv('filter', net.input, { channels: 24, kernel: 5, bias: true });
  const pooled = net.maxPool('pool', net.relu('rectify', filtered), { kernel: 4, stride: 4 });
  const scores = net.linear('classify', net.flatten('flatten', pooled), { features: 10, role: 'output' });
  const task = {
    model: net.model(scores, 'scores'),
    path: glyphsProject.model,
    data: await openSplits('glyphs:samples=1000', 1),
    options: trainSchema.parse({ epochs: 6 }),
    seed: 1,
    keepZeros: false,
    step: 0,
  };
  const nobody = { progress: () => undefined, curves: () => undefined, gate: () => Promise.resolve() };
  return (await train(task, { ...nobody, signal: new AbortController().signal })).model;
}

const pythonSource = `import torch.nn as nn


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
