// How long two files take in stock ONNX Runtime, measured so that what else the machine does hits both alike.
import { median } from '../../src/core/analysis/latency';
import type { Feeds } from '../../src/core/analysis/sampleInputs';
import { onnxRuntime } from '../../src/core/runtime/onnxRuntime';

const warmUpMs = 30;
/** Time of one file in one round, about. */
const roundMs = 60;

export interface TimedFiles {
  /** Median time of a run in milliseconds, over the rounds. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Median over the rounds of before / after. */
  readonly speedUp: number;
}

/**
 * Medians over rounds, in each of which one file runs a number of times and then the other: a thread of the file that
 * has just run spins on for a while, so that runs by turns would measure the other file's threads too.
 */
export async function timedFiles(
  before: string | Uint8Array,
  after: string | Uint8Array,
  { feeds, threads, rounds }: { readonly feeds: Feeds; readonly threads: number; readonly rounds: number },
): Promise<TimedFiles> {
  const runtime = await onnxRuntime();
  const sessions = [await runtime.load(before, { threads }), await runtime.load(after, { threads })];
  const run = async (file: 0 | 1, ms: number): Promise<number> => {
    const times: number[] = [];
    const started = performance.now();
    do {
      const begun = performance.now();
      await sessions[file]!.run(feeds);
      times.push(performance.now() - begun);
    } while (performance.now() - started < ms);
    return median(times);
  };
  try {
    const times: [number, number][] = [];
    for (let round = 0; round < rounds; round++) {
      const own: [number, number] = [0, 0];
      for (const file of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
        await run(file, warmUpMs);
        own[file] = await run(file, roundMs);
      }
      times.push(own);
    }
    return {
      beforeMs: median(times.map(([own]) => own)),
      afterMs: median(times.map(([, own]) => own)),
      speedUp: median(times.map(([own, other]) => own / other)),
    };
  } finally {
    await Promise.all(sessions.map((session) => session.dispose()));
  }
}
