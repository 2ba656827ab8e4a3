// A network with real accuracy and the source that defines it: what the picture in the README and the workspace of
// `npm run vscode` show.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { glyphDefaults, openGlyphs } from '../../src/core/data/glyphs';
import { makeSampleNetwork } from '../../src/core/experiment/sampleNetwork';
import { saveModel } from '../../src/core/formats/saveModel';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';

export const glyphsProject = { model: 'glyphs.onnx', source: 'glyphs.py' } as const;

/** Writes both files into a folder that has neither; their absolute paths. */
export async function writeGlyphsProject(folder: string): Promise<readonly string[]> {
  const [model, source] = [path.join(folder, glyphsProject.model), path.join(folder, glyphsProject.source)];
  const data = openGlyphs({ ...glyphDefaults, samples: 1000 });
  const { signal } = new AbortController();
  const network = await makeSampleNetwork(data, await onnxRuntime(), { seed: 1, signal });
  await saveModel(network, model, { jobId: 'glyphs' });
  await writeFile(source, pythonSource);
  return [model, source];
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
