// The rows of the table of sizes, from a whole report and from what a plain comparison knows.
import { expect, it } from 'vitest';
import { sizeRows } from '../../../webview/experiment/sizeRows';

const before = { bytes: 4000, parameters: 1000, sparsity: 0, macs: 5000 };
const after = { bytes: 1000, parameters: 1000, sparsity: 0.8, macs: 5000 };

it('has a row for each thing that was measured', () => {
  const rows = sizeRows({
    before: { ...before, gzipBytes: 3800, sparseBytes: 4004, entropyBytes: 2000, nonZeros: 1000 },
    after: { ...after, gzipBytes: 380, sparseBytes: 300, entropyBytes: 200, nonZeros: 200 },
    latency: { beforeMs: 2, afterMs: 1, threads: 2, batch: 1 },
    accuracy: {
      before: { accuracy: 0.98, loss: 0.05, samples: 2000 },
      after: { accuracy: 0.97, loss: 0.1, samples: 2000 },
    },
  });
  expect(rows.find(({ label }) => label === 'File, entropy bound')?.condition).toBe('a limit, not a size');
  expect(
    rows.map(({ label, before, after, ratio, change }) => [label, before, after, ratio, change]),
  ).toEqual([
    ['File', '4 kB', '1 kB', '0.25', '4× smaller'],
    ['File, gzip', '3.8 kB', '380 B', '0.1', '10× smaller'],
    ['File, zeros left out', '4 kB', '300 B', '0.0749', '13.3× smaller'],
    ['File, entropy bound', '2 kB', '200 B', '0.1', '10× smaller'],
    ['Parameters', '1k', '1k', '1', ''],
    ['Non-zero', '1k', '200', '0.2', '5× smaller'],
    ['Sparsity', '0.0%', '80.0%', '', '+80.0 pp'],
    ['MACs', '5k', '5k', '1', ''],
    ['Latency', '2.00 ms', '1.00 ms', '0.5', '2× faster'],
    ['Accuracy', '98.00%', '97.00%', '', '−1.0 pp'],
    ['Loss', '0.05', '0.1', '2', ''],
  ]);
  expect(rows[0]!.share).toBe(0.25);
  expect(rows[0]!.exact).toBe('4,000 bytes before, 1,000 after');
});

it('leaves out what a plain comparison does not know', () => {
  expect(sizeRows({ before, after }).map(({ label }) => label)).toEqual([
    'File',
    'Parameters',
    'Sparsity',
    'MACs',
  ]);
});

it('says nothing of a change too small for its digits', () => {
  const [file] = sizeRows({ before, after: { ...after, bytes: 4001 } });
  expect(file).toMatchObject({ ratio: '1', change: '' });
});
