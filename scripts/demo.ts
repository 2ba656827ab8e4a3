// The whole path without an editor: makes a small network and its data, looks into it, makes it smaller in several
// ways, and measures every written file on images that nothing was fitted to.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommandLine } from '../src/cli/commandLine';
import { table, type Column } from '../src/cli/text/table';
import { glyphDefaults, openGlyphs } from '../src/core/data/glyphs';
import { compressModel } from '../src/core/experiment/compressModel';
import { makeSampleNetwork } from '../src/core/experiment/sampleNetwork';
import { saveModel } from '../src/core/formats/saveModel';
import { onnxRuntime } from '../src/core/runtime/onnxRuntime';
import { formatBytes, formatInteger, formatPercent, formatValue } from '../src/shared/base/numbers';
import type { OutputChangeView, ReportView, SizesView, StepsView } from '../src/shared/contracts/viewModels';

const folder = path.join('out', 'demo');
const heldOut = 'glyphs:samples=2000,split=test';

const int8 = { quantize: { bits: 8, granularity: 'channel' } };
const variants: readonly { readonly name: string; readonly steps: StepsView }[] = [
  { name: 'int8', steps: [int8] },
  { name: 'prune 50%', steps: [{ prune: { sparsity: 0.5 } }] },
  { name: 'prune 50% + int8', steps: [{ prune: { sparsity: 0.5 } }, int8] },
  { name: 'prune 80%', steps: [{ prune: { sparsity: 0.8 } }] },
  { name: 'prune 80% + int8', steps: [{ prune: { sparsity: 0.8 } }, int8] },
];

async function main(): Promise<void> {
  const { signal } = new AbortController();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });

  const train = openGlyphs({ ...glyphDefaults, samples: 2000 });
  console.log(
    `1. Fits a network to ${train.count} glyphs (its filters are patches, its last layer is solved).\n`,
  );
  const file = path.join(folder, 'glyphs.onnx');
  const network = await makeSampleNetwork(train, await onnxRuntime(), { seed: 1, signal });
  await saveModel(network, file, { jobId: randomUUID() });

  console.log(`2. Inspects ${file}.\n`);
  if ((await runCommandLine(['inspect', file])) !== 0) throw new Error('The inspection failed');

  console.log(`\n3. Compresses it, and runs each written file on 2000 glyphs that nothing was fitted to.\n`);
  const reports: ReportView[] = [];
  for (const [i, { name, steps }] of variants.entries()) {
    const output = path.join(folder, `glyphs.${name.replace(/[^a-z0-9]+/g, '-').replace(/-$/, '')}.onnx`);
    const reportPath = output.replace(/onnx$/, 'report.json');
    const job = { path: file, steps, output, reportPath, data: heldOut, jobId: randomUUID() };
    reports.push(await compressModel(job, { signal, progress: () => {} }));
    process.stderr.write(`   ${i + 1} of ${variants.length}: ${name}\n`);
  }
  console.log(`\n${resultTable(reports)}\n`);
  console.log(
    `Files and reports are in ${folder}. The MSE is that of the scores against the original's; agreement is`,
  );
  console.log(
    'the share of images that both give the same class. Zeros make a file smaller only when it is zipped.',
  );
}

interface Row {
  readonly name: string;
  readonly sizes: SizesView;
  readonly accuracy: number | undefined;
  readonly change: OutputChangeView | undefined;
}

const columns: readonly Column<Row>[] = [
  { title: '', kind: 'text', cell: ({ name }) => name },
  { title: 'bytes', kind: 'figure', cell: ({ sizes }) => formatBytes(sizes.bytes) },
  { title: 'gzip', kind: 'figure', cell: ({ sizes }) => formatBytes(sizes.gzipBytes) },
  { title: 'parameters', kind: 'figure', cell: ({ sizes }) => formatInteger(sizes.parameters) },
  { title: 'sparsity', kind: 'figure', cell: ({ sizes }) => formatPercent(sizes.sparsity) },
  { title: 'output MSE', kind: 'figure', cell: ({ change }) => (change ? formatValue(change.mse) : '–') },
  { title: 'agreement', kind: 'figure', cell: ({ change }) => percentOrDash(change?.agreement) },
  { title: 'accuracy', kind: 'figure', cell: ({ accuracy }) => percentOrDash(accuracy) },
];

function resultTable(reports: readonly ReportView[]): string {
  const [first] = reports;
  if (!first) throw new Error('There is no report');
  const rows: Row[] = [
    { name: 'original', sizes: first.original, accuracy: first.accuracy?.before.accuracy, change: undefined },
    ...reports.map((report, i) => ({
      name: variants[i]?.name ?? '',
      sizes: report.compressed,
      accuracy: report.accuracy?.after.accuracy,
      change: report.outputs[0],
    })),
  ];
  return table(columns, rows, Infinity).join('\n');
}

function percentOrDash(fraction: number | undefined): string {
  return fraction === undefined ? '–' : formatPercent(fraction, 2);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
