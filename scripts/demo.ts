// `npm run demo`: the whole path in about a minute, without any download. A network is trained until it overfits, the
// diagnosis says so, and its compressed copies are run on images that nothing was trained or chosen on.
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommandLine } from '../src/cli/commandLine';
import { table, type Column } from '../src/cli/text/table';
import { compressModel } from '../src/core/experiment/compressModel';
import { formatBytes, formatInteger, formatPercent, formatValue } from '../src/shared/base/numbers';
import type {
  GeneralizationView,
  ReportView,
  SizesView,
  StepsView,
} from '../src/shared/contracts/viewModels';

const folder = path.join('out', 'demo');
/** Few samples, and every fifth label is wrong: what a network learns by heart is of no use elsewhere. */
const data = 'glyphs:samples=800,labelNoise=0.2';
const network = path.join(folder, 'glyphs.onnx');

const int8 = { quantize: { bits: 8, granularity: 'channel' } };
const prune = (sparsity: number) => ({ prune: { sparsity } });
const fineTune = {
  train: { epochs: 6, learningRate: 5e-4, dropout: 0.4, augment: { shift: 0.08, rotate: 8 } },
};

const variants: readonly { readonly name: string; readonly steps: StepsView }[] = [
  { name: 'int8', steps: [int8] },
  { name: 'prune 90%', steps: [prune(0.9)] },
  { name: 'prune 90%, fine-tune', steps: [prune(0.9), fineTune] },
  { name: 'prune 90%, fine-tune, int8', steps: [prune(0.9), fineTune, int8] },
];

async function main(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const untrained = path.join(folder, 'new.onnx');
  const recipe = ['--epochs', '25', '--set', 'train.keep=last', '-o', network];
  await command(
    'Makes a network',
    'new',
    'lenet-5',
    '--input',
    '1x28x28',
    '--classes',
    '10',
    '-o',
    untrained,
  );
  await command('Trains it for too long on too little', 'train', untrained, '--data', data, ...recipe);
  await command('Asks whether it overfits', 'diagnose', network, '--data', data);

  title(`Compresses it ${variants.length} times`);
  const reports: ReportView[] = [];
  for (const [i, { name, steps }] of variants.entries()) {
    const output = path.join(folder, `glyphs.${name.replace(/[^a-z0-9]+/g, '-')}.onnx`);
    const reportPath = output.replace(/onnx$/, 'report.json');
    const job = { path: network, steps, output, reportPath, data, jobId: randomUUID() };
    reports.push(await compressModel(job, { signal: new AbortController().signal, progress: () => {} }));
    process.stderr.write(`   ${i + 1} of ${variants.length}: ${name}\n`);
  }
  console.log(`\n${resultTable(reports)}\n`);
  console.log(
    'Losses and accuracies are those of the written files, read back and run in ONNX Runtime; the test',
  );
  console.log(
    'images trained nothing and chose nothing. The gap is the loss on validation less that on training',
  );
  console.log(
    `images. Zeros make a file smaller only when it is zipped. Files and reports are in ${folder}.`,
  );
}

let steps = 0;

function title(what: string): void {
  console.log(`\n${++steps}. ${what}.\n`);
}

async function command(what: string, ...args: string[]): Promise<void> {
  title(what);
  console.log(`$ counterweight ${args.join(' ')}\n`);
  if ((await runCommandLine(args)) !== 0) throw new Error(`counterweight ${args.join(' ')} failed`);
}

interface Row {
  readonly name: string;
  readonly sizes: SizesView;
  readonly measured: GeneralizationView | undefined;
}

const columns: readonly Column<Row>[] = [
  { title: '', kind: 'text', cell: ({ name }) => name },
  { title: 'bytes', kind: 'figure', cell: ({ sizes }) => formatBytes(sizes.bytes) },
  { title: 'gzip', kind: 'figure', cell: ({ sizes }) => formatBytes(sizes.gzipBytes) },
  { title: 'non-zeros', kind: 'figure', cell: ({ sizes }) => formatInteger(sizes.nonZeros) },
  { title: 'train', kind: 'figure', cell: ({ measured }) => percent(measured?.train.accuracy) },
  { title: 'validation', kind: 'figure', cell: ({ measured }) => percent(measured?.validation.accuracy) },
  { title: 'gap', kind: 'figure', cell: ({ measured }) => gap(measured) },
  { title: 'test', kind: 'figure', cell: ({ measured }) => percent(measured?.test?.accuracy) },
];

function resultTable(reports: readonly ReportView[]): string {
  const [first] = reports;
  if (!first) throw new Error('There is no report');
  const rows: Row[] = [
    { name: 'original', sizes: first.original, measured: first.generalization?.before },
    ...reports.map((report, i) => ({
      name: variants[i]?.name ?? '',
      sizes: report.compressed,
      measured: report.generalization?.after,
    })),
  ];
  return table(columns, rows, Infinity).join('\n');
}

function percent(fraction: number | undefined): string {
  return fraction === undefined ? '–' : formatPercent(fraction, 2);
}

function gap(measured: GeneralizationView | undefined): string {
  return measured ? formatValue(measured.validation.loss - measured.train.loss) : '–';
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
