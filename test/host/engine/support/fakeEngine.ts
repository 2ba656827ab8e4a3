// An engine that does what the path of a request says: ends, hangs, ignores a cancel, leaves partial files.
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CounterweightError } from '../../../../src/shared/base/errors';
import { externalDataPath } from '../../../../src/shared/base/externalData';
import { partialName } from '../../../../src/shared/base/partials';
import { Channel } from '../../../../src/shared/contracts/channel';
import type { NoContract } from '../../../../src/shared/contracts/contract';
import type { CompressParams, EngineContract } from '../../../../src/shared/contracts/engineContract';
import { parentPort } from '../../../../src/shared/contracts/nodePort';
import type { SearchReportView, SearchView } from '../../../../src/shared/contracts/searchViews';
import type {
  CurvesView,
  DiagnosisReportView,
  ModelView,
  ReportView,
} from '../../../../src/shared/contracts/viewModels';

const channel = new Channel<NoContract, EngineContract>(parentPort(process));
channel.onClose(() => void setTimeout(() => process.exit(), 1_000).unref());

/** What `pause` was told, in order. */
const heard: boolean[] = [];
let resume: (() => void) | undefined;

function unused(): never {
  throw new Error('Not served by this engine');
}

channel.handle({
  inspect: async ({ path: what }, signal) => {
    if (what === 'crash') {
      console.error('a native assertion failed');
      process.abort();
    }
    if (what === 'exit') process.exit(7);
    if (what === 'throw later') setTimeout(() => unused(), 1);
    if (what === 'wait' || what === 'throw later') await untilAborted(signal);
    if (what === 'missing') throw new CounterweightError('FILE_NOT_FOUND', { path: what });
    // Answers with its process id, so that a test sees which process served it.
    return { path: what, format: String(process.pid) } as ModelView;
  },
  compress: async (params, signal) => {
    channel.emit('progress', { phase: 'reading', fraction: 0.25 });
    channel.emit('log', { level: 'info', text: `compressing ${params.path}` });
    if (params.path === 'finish') return { created: params.jobId } as ReportView;
    if (params.path === 'train') return trainUntilPaused(params);
    if (params.path === 'fail') throw new CounterweightError('DISK_FULL', { path: params.output });
    if (params.path === 'clean up slowly') return cleanUpSlowly(params, signal);
    writePartials(params);
    channel.emit('progress', { phase: 'writing', fraction: 0.75 });
    if (params.path === 'die between two files') {
      writeFileSync(externalDataPath(params.output), 'weights');
      process.kill(process.pid, 'SIGKILL');
    }
    if (params.path === 'obey') await untilAborted(signal);
    return new Promise<never>(() => setInterval(() => {}, 1_000));
  },
  sensitivity: unused,
  triage: unused,
  diagnose: ({ jobId }) => {
    channel.emit('progress', { phase: 'diagnosing', fraction: 0.5 });
    return { kind: 'diagnosis', created: jobId } as DiagnosisReportView;
  },
  pause: ({ paused }) => {
    heard.push(paused);
    resume?.();
  },
  layer: unused,
  region: unused,
  grid: unused,
  schemes: unused,
  estimate: unused,
  stepOptions: unused,
  checkRecipe: unused,
  architectures: unused,
  search: ({ jobId }) => {
    channel.emit('search', { wanted: 4 } as SearchView);
    return { kind: 'search', created: jobId } as SearchReportView;
  },
  compare: unused,
});

/** Leaves a checkpoint, draws an epoch, and ends when it was paused and told to go on. */
async function trainUntilPaused({ runFolder, jobId }: CompressParams): Promise<ReportView> {
  mkdirSync(path.join(runFolder, 'checkpoint'), { recursive: true });
  writeFileSync(path.join(runFolder, 'checkpoint', 'epoch-1'), 'weights');
  channel.emit('curves', { epochs: 2, history: [{ epoch: 1 }] } as unknown as CurvesView);
  while (heard.length < 2) await new Promise<void>((done) => (resume = done));
  return { created: jobId, seconds: heard.indexOf(true) } as ReportView;
}

function writePartials({ output, runFolder, jobId }: CompressParams): void {
  mkdirSync(runFolder, { recursive: true });
  writeFileSync(path.join(path.dirname(output), partialName(path.basename(output), jobId)), 'half a model');
  writeFileSync(path.join(runFolder, partialName('report.json', jobId)), 'half a report');
}

/** Notes in the output's own folder that it could clean up after its parent was gone. */
async function cleanUpSlowly({ output }: CompressParams, signal: AbortSignal): Promise<never> {
  try {
    return await untilAborted(signal);
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 200));
    appendFileSync(output, 'cleaned up');
  }
}

async function untilAborted(signal: AbortSignal): Promise<never> {
  await new Promise((resolve) => {
    const busy = setInterval(() => {}, 1_000);
    signal.addEventListener('abort', () => {
      clearInterval(busy);
      resolve(undefined);
    });
  });
  signal.throwIfAborted();
  return unused();
}
