// A whole run with compact layers: the report of the written file has one row for a layer and those that stand for it.
import { expect, it } from 'vitest';
import { compressModel } from '../../../../src/core/experiment/compressModel';
import { saveModel } from '../../../../src/core/formats/saveModel';
import { smallNetwork } from '../../../support/sampleWorkspace';
import { useTempFolder } from '../../../support/tempFolder';

const folder = useTempFolder();

it('reports a replaced layer with its parts, and fewer parameters and multiplications', async () => {
  const path = folder.file('digits.onnx');
  await saveModel(smallNetwork(), path, { jobId: 'test' });
  const report = await compressModel(
    {
      path,
      steps: [{ replace: { with: 'depthwise-separable' } }],
      output: folder.file('out.onnx'),
      reportPath: folder.file('report.json'),
      jobId: 'test',
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const row = report.layers.find(({ name }) => name === 'conv2')!;
  expect(row.change).toBe('replaced');
  expect(row.parts?.map(({ name }) => name)).toEqual(['conv2/depthwise', 'conv2/pointwise']);
  expect([row.parameters, row.parametersAfter]).toEqual([4640, 16 * 9 + 16 * 32 + 32]);
  expect([row.macsBefore, row.macsAfter]).toEqual([4608 * 49, 656 * 49]);
  expect(report.compressed.macs).toBe(report.original.macs - (4608 - 656) * 49);
});
