// Files that are larger than the memory they may take.
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../../src/core/formats/openModel';
import { saveModel } from '../../../../src/core/formats/saveModel';
import { writeOnnx } from '../../../../src/core/formats/onnx/writeOnnx';
import { useTempFolder } from '../../../support/tempFolder';
import { bytesField, join, varint, varintField } from './wireBytes';

const temp = useTempFolder();

const elements = 400_000_000;
const contentBytes = 4 * elements;

/** A model with one float32 tensor of 1.6 GB: zeros that take no space on the disk, and 7 in element 300,000,000. */
function writeLargeModel(file: string): void {
  const tensorHead = join(
    varintField(1, elements),
    varintField(2, 1),
    bytesField(8, 'w'),
    varint(9 * 8 + 2),
    varint(contentBytes),
  );
  const graphHead = join(
    bytesField(2, 'g'),
    varint(5 * 8 + 2),
    varint(tensorHead.length + contentBytes),
    tensorHead,
  );
  const graphEnd = bytesField(11, bytesField(1, 'x'));
  const graphLength = graphHead.length + contentBytes + graphEnd.length;
  const head = join(varintField(1, 8), varint(7 * 8 + 2), varint(graphLength), graphHead);
  const descriptor = openSync(file, 'w');
  writeSync(descriptor, head);
  ftruncateSync(descriptor, head.length + contentBytes);
  writeSync(descriptor, new Uint8Array(Float32Array.of(7).buffer), 0, 4, head.length + 4 * 300_000_000);
  const end = join(graphEnd, bytesField(8, varintField(2, 17)));
  writeSync(descriptor, end, 0, end.length, head.length + contentBytes);
  closeSync(descriptor);
}

describe('a file of 1.6 GB', () => {
  it('is opened, and a range of its tensor read, in less than 300 MB', () => {
    const file = temp.file('large.onnx');
    writeLargeModel(file);
    const script = path.join(import.meta.dirname, 'openLargeFile.ts');
    const child = spawnSync(process.execPath, ['--import', 'tsx', script, file], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect(child.stderr).toBe('');
    const found = JSON.parse(child.stdout) as { peakBytes: number };
    expect(found).toMatchObject({ elements, value: 7, inputs: ['x'], opset: 17 });
    expect(found.peakBytes).toBeLessThan(300e6);
  });

  it('is written in chunks of at most 1 MiB', () => {
    const file = temp.file('large.onnx');
    writeLargeModel(file);
    let chunks = 0;
    let bytes = 0;
    for (const chunk of writeOnnx(openModel(file), temp.file('copy.onnx'))[0]!.chunks) {
      expect(chunk.length).toBeLessThanOrEqual(1 << 20);
      bytes += chunk.length;
      // The rest of the zeros is as good as these.
      if (++chunks > 20) break;
    }
    expect(bytes).toBeGreaterThan(10e6);
  });

  it('stops being written as soon as the job is cancelled', async () => {
    const file = temp.file('large.onnx');
    writeLargeModel(file);
    const stop = new AbortController();
    const saved = saveModel(openModel(file), temp.file('copy.onnx'), { jobId: 'job', signal: stop.signal });
    setTimeout(() => stop.abort(), 20);
    await expect(saved).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  });
});
