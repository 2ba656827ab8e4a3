// How the threads of a step wait for each other between two operators: by spinning, or by sleeping. Spinning makes steps
// of small networks up to 1.7 times as fast where the processors are free, because waking up a thread takes as long as
// such an operator. Where other programs need them it takes their time, and the steps themselves become two to three
// times as slow as with sleep, because a thread that was pushed aside has all others wait.
import { availableParallelism, cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Settings of ONNX Runtime. Between two steps nothing spins either way. */
export function waitingSettings(spins: boolean): Readonly<Record<string, string>> {
  return spins ? { 'session.force_spinning_stop': '1' } : { 'session.intra_op.allow_spinning': '0' };
}

/** Time spent so far, in milliseconds. */
export interface ProcessorTimes {
  readonly wall: number;
  /** Of all processors together, by whatever program. */
  readonly busy: number;
  /** Of this process on all processors. */
  readonly own: number;
}

/** Whether other programs left the processors free between two moments: what they used is little of all there is. */
export function areProcessorsFree(from: ProcessorTimes, to: ProcessorTimes, processors: number): boolean {
  const others = to.busy - from.busy - (to.own - from.own);
  return others < (to.wall - from.wall) * Math.max(leastUse, processors * leastShare);
}

/** What an idle desktop uses: a quarter of a processor, or where there are many, a tenth of all. */
const leastUse = 0.25;
const leastShare = 0.1;

/** Processor times count in steps of ten milliseconds. */
const measuredMs = 200;
const validMs = 5000;
let known: { readonly until: number; readonly free: Promise<boolean> } | undefined;

/** Whether threads should spin while they wait: measured for a moment, and then taken to hold for some seconds. */
export function shouldSpin(): Promise<boolean> {
  const now = performance.now();
  if (!known || known.until < now) known = { until: now + validMs, free: measure() };
  return known.free;
}

/** Tells, asked at every step, whether other programs used the processors in the last seconds. */
export function watchProcessors(times: () => ProcessorTimes = processorTimes): () => boolean {
  let from = times();
  return () => {
    if (performance.now() - from.wall < validMs) return false;
    const to = times();
    const areNeeded = !areProcessorsFree(from, to, availableParallelism());
    from = to;
    return areNeeded;
  };
}

async function measure(): Promise<boolean> {
  const from = processorTimes();
  await setTimeout(measuredMs);
  return areProcessorsFree(from, processorTimes(), availableParallelism());
}

function processorTimes(): ProcessorTimes {
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), busy, own: (user + system) / 1000 };
}
