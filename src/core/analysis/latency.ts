// How long model files take for the same inputs, measured so that what else the machine does hits all of them alike.
import { availableParallelism } from 'node:os';
import type { EvaluationView } from '../../shared/contracts/evaluationView';
import type { LatencyView } from '../../shared/contracts/viewModels';
import { pauseFor } from '../ir/pacing';
import { onnxRuntime } from '../runtime/onnxRuntime';
import type { Session } from '../runtime/runtime';
import type { Feeds } from './sampleInputs';

const warmUps = 2;
const mostRuns = 100;
const usualMs = 2000;
/** More threads help few models, and take the machine away from whoever works at it. */
const mostThreads = 4;

/** Medians of both files, with the batch of `feeds`. Throws RUNTIME_REFUSED. */
export async function measureLatency(
  before: string,
  after: string,
  feeds: Feeds,
  signal: AbortSignal,
): Promise<LatencyView> {
  const { times, threads, batch } = await timeRuns([before, after], feeds, signal, usualMs);
  const [beforeMs, afterMs] = times.map(median);
  return { beforeMs: beforeMs!, afterMs: afterMs!, threads, batch };
}

/**
 * Median of one file, or of the bytes of one, and the time that 95 of 100 runs keep within, with the batch of `feeds`.
 * Takes about `mostMs` milliseconds at most. Throws RUNTIME_REFUSED.
 */
export async function fileLatency(
  file: string | Uint8Array,
  feeds: Feeds,
  signal: AbortSignal,
  mostMs = usualMs,
): Promise<EvaluationView['latency']> {
  const { times, threads, batch } = await timeRuns([file], feeds, signal, mostMs);
  const [own = []] = times;
  return { medianMs: median(own), p95Ms: percentile(own, 0.95), batch, threads };
}

interface RunTimes {
  /** Milliseconds of each run, by file; at least one. */
  readonly times: readonly (readonly number[])[];
  readonly threads: number;
  readonly batch: number;
}

/**
 * Alternating runs of the files, after two warm-up runs each: up to 100 runs each or about `mostMs` in all,
 * whichever comes first, at least one.
 */
async function timeRuns(
  files: readonly (string | Uint8Array)[],
  feeds: Feeds,
  signal: AbortSignal,
  mostMs: number,
): Promise<RunTimes> {
  const pause = pauseFor(signal);
  const runtime = await onnxRuntime();
  const threads = runtime.name === 'onnxruntime-node' ? Math.min(mostThreads, availableParallelism()) : 1;
  const sessions: Session[] = [];
  try {
    for (const file of files) {
      sessions.push(await runtime.load(file, { threads }));
      await pause();
    }
    const times = sessions.map((): number[] => []);
    const started = performance.now();
    const isOver = () => performance.now() - started > mostMs;
    for (let run = -warmUps; run < mostRuns; run++) {
      // A model too slow for its warm-ups is measured all the same, once.
      const counts = run >= 0 || isOver();
      for (const [index, session] of sessions.entries()) {
        await pause();
        const begun = performance.now();
        await session.run(feeds);
        if (counts) times[index]!.push(performance.now() - begun);
      }
      if (counts && isOver()) break;
    }
    return { times, threads, batch: Object.values(feeds)[0]?.shape[0] ?? 1 };
  } finally {
    await Promise.all(sessions.map((session) => session.dispose()));
  }
}

/** The middle one of some numbers, of which there is at least one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest of some numbers, of which there is at least one, that at least this part of them does not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}
