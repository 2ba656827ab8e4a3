// What ONNX Runtime makes of a model when it loads it: which of its kernels compute what.
import * as ort from 'onnxruntime-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openModel } from '../../src/core/formats/openModel';
import { modelToBytes } from '../../src/core/formats/modelBytes';
import type { Model } from '../../src/core/ir/graph';
import { allNodes } from '../../src/core/ir/traversal';

/** The operators of the optimized graph, sorted. */
export async function optimizedOperators(model: Model): Promise<readonly string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'counterweight-optimized-'));
  try {
    const file = path.join(folder, 'model.onnx');
    const session = await ort.InferenceSession.create(modelToBytes(model), {
      optimizedModelFilePath: file,
      // The file holds what this machine's kernels want, about which the runtime warns.
      logSeverityLevel: 3,
    });
    await session.release();
    return [...allNodes(openModel(file))].map(({ operator }) => operator).toSorted();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
