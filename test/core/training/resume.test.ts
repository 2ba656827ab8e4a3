// A run that is killed at any moment and started again ends with the weights of one that was left alone, to the last
// bit: real processes, real kills.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../src/shared/base/random';
import { useBundle } from '../../support/useBundle';
import { useTempFolder } from '../../support/tempFolder';

const kills = 20;
/** Five epochs of six steps. */
const steps = 30;

const temp = useTempFolder();
const script = useBundle('test/core/training/support/trainGlyphs.ts');

interface Kill {
  /** The step, from 1, that the process is about to take. */
  readonly step: number;
  /** Milliseconds after that. */
  readonly delay: number;
}

/** Trains in a process of its own. Answers with the number of steps it took, and whether it came to its end. */
async function train(
  name: string,
  kill?: Kill,
): Promise<{ readonly steps: number; readonly ended: boolean }> {
  const child = spawn(process.execPath, [script.path, temp.file(name), temp.file(`${name}.onnx`)]);
  let taken = 0;
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  child.stdout.on('data', (dots: Buffer) => {
    const before = taken;
    taken += dots.length;
    if (kill && before < kill.step && taken >= kill.step) {
      void setTimeout(kill.delay).then(() => child.kill('SIGKILL'));
    }
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0 && !(kill && code === null)) throw new Error(`The process failed (${code}): ${errors}`);
  return { steps: taken, ended: code === 0 };
}

const outcome = (name: string) => ({
  model: readFileSync(temp.file(`${name}.onnx`)),
  measures: JSON.parse(readFileSync(temp.file(`${name}.onnx.json`), 'utf8')) as {
    readonly history: readonly { readonly learningRate: number }[];
    readonly bestEpoch: number;
  },
});

describe('a killed run', () => {
  it(`ends as one that was left alone, ${kills} times`, { timeout: 240_000 }, async () => {
    expect(await train('alone')).toEqual({ steps, ended: true });
    const alone = outcome('alone');
    // Else there would be less to bring back: a best state of its own, and a learning rate that was lowered.
    const { history, bestEpoch } = alone.measures;
    expect(bestEpoch).toBeLessThan(history.length - 1);
    expect(history.at(-1)!.learningRate).toBeLessThan(history[bestEpoch]!.learningRate);
    const next = uniform(11);
    const moments = Array.from({ length: kills }, (): Kill => {
      return { step: 1 + Math.floor(next() * steps), delay: next() * 12 };
    });
    let killed = 0;
    let saved = 0;
    const killAndResume = async (moment: Kill, index: number): Promise<void> => {
      const name = `run${index}`;
      const first = await train(name, moment);
      const second = await train(name);
      if (!first.ended) killed++;
      saved += steps - second.steps;
      expect(second.ended).toBe(true);
      expect(outcome(name), `killed at ${JSON.stringify(moment)}`).toEqual(alone);
    };
    const killAgainAndAgain = async (): Promise<void> => {
      for (let i = 0; i < 4; i++) await train('often', { step: 7, delay: 3 * i });
      await train('often');
      expect(outcome('often')).toEqual(alone);
    };
    const left = moments.entries();
    const work = async (): Promise<void> => {
      for (const [index, moment] of left) await killAndResume(moment, index);
    };
    await Promise.all([work(), killAgainAndAgain().then(work)]);
    // Else the kills would have come too late, and the checkpoints would not have been used.
    expect(killed).toBeGreaterThan(kills / 2);
    expect(saved).toBeGreaterThan(kills * 5);
  });
});
