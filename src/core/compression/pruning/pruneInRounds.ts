// Pruning with training: rounds of pruning and fine-tuning in which zeros stay zero (Han et al.; NIPS 2015), with the
// weights rewound to what they were in between where that is asked for (Frankle & Carbin: The lottery ticket
// hypothesis; ICLR 2019).
import path from 'node:path';
import { seedOf } from '../../../shared/base/random';
import { CounterweightError } from '../../../shared/base/errors';
import type { Note } from '../../../shared/base/messages';
import type { TrainingView } from '../../../shared/contracts/viewModels';
import type { Model } from '../../ir/graph';
import { train, type TrainResult } from '../../training/train';
import { trainSchema, type TrainOptions } from '../../training/trainOptions';
import type { StepContext, StepResult } from '../step';
import { joinRounds, type RoundCurves } from './joinRounds';
import { pruneOnce } from './pruneOnce';
import { defaultRounds, type PruneOptions } from './pruneOptions';
import { sparsityOf, withZerosOf } from './sameZeros';
import { sparsityTarget, type SparsityTarget } from './sparsityOfLayers';
import { sparsityTargets } from './sparsityTargets';

/** What to reach in each round; layers with a sparsity of their own get there by the same schedule. */
function roundTargets(options: PruneOptions): readonly SparsityTarget[] {
  const { sparsity, schedule, rounds = defaultRounds } = options;
  if (sparsity === undefined) return [sparsityTarget(options)];
  return sparsityTargets(sparsity, schedule, rounds).map((_, round) =>
    sparsityTarget(options, (last) => sparsityTargets(last, schedule, rounds)[round]!),
  );
}

/** How often the step trains. */
export function trainingsOf(options: PruneOptions): number {
  if (options.regrow) return 1;
  return options.fineTune ? roundTargets(options).length + (options.rewind === true ? 1 : 0) : 0;
}

/**
 * Prunes and trains; the given model is not changed. Every training has a folder of its own for its checkpoint, and
 * what lies between them follows from the seed, so that a killed run goes on in the round that it was in. Throws
 * STEP_NEEDS_DATA and what pruning and training throw.
 */
export async function pruneInRounds(
  model: Model,
  options: PruneOptions,
  context: StepContext,
): Promise<StepResult> {
  const targets = roundTargets(options);
  const rewinds = options.rewind === true;
  const trainings = trainingRounds(options, context);
  const notes: Note[] = [];
  let current = model;
  if (rewinds) current = (await trainings.train(model)).model;
  for (const [round, target] of targets.entries()) {
    const task = { model: current, options, target, seed: seedOf(context.seed, round) };
    const pruned = await pruneOnce(task, { ...context, progress: trainings.pruning });
    notes.push(...pruned.notes);
    const start = rewinds ? withZerosOf(model, pruned.model) : pruned.model;
    current = (await trainings.train(start)).model;
  }
  const training = trainings.joined();
  return {
    model: current,
    notes: unique([...notes, ...trainings.notes]),
    pruned: true,
    ...(training && { training }),
  };
}

interface Trainings {
  /** The next training, from the given network, whose zeros stay. */
  readonly train: (model: Model) => Promise<TrainResult>;
  /** Reports progress of the pruning between two trainings. */
  readonly pruning: StepContext['progress'];
  /** All trainings so far as one. */
  readonly joined: () => TrainingView | undefined;
  readonly notes: Note[];
}

/** The part of a round's progress that its pruning makes; training makes the rest. */
const pruningPart = 0.1;

function trainingRounds(options: PruneOptions, context: StepContext): Trainings {
  const { data, index, seed, checkpointFolder, signal, gate } = context;
  if (!data) throw new CounterweightError('STEP_NEEDS_DATA', { step: 'prune' });
  const trainOptions: TrainOptions = trainSchema.parse(options.fineTune);
  const count = trainingsOf(options);
  const epochs = count * trainOptions.epochs;
  const earlier: RoundCurves[] = [];
  const notes: Note[] = [];
  let last: TrainingView | undefined;
  const report = (fraction: number, detail?: string): void => {
    const round = earlier.length + 1;
    const where = count > 1 ? `round ${round} of ${count}` : '';
    const details = [where, detail ?? ''].filter((part) => part !== '').join(', ');
    context.progress((earlier.length + fraction) / count, details === '' ? undefined : details);
  };
  return {
    notes,
    train: async (model) => {
      const sparsity = sparsityOf(model);
      const joining = { earlier: [...earlier], sparsity, epochs };
      const round = earlier.length;
      const folder =
        checkpointFolder === undefined
          ? undefined
          : path.join(checkpointFolder, `step-${index}`, `round-${round}`);
      const task = {
        model,
        path: context.path,
        data,
        options: trainOptions,
        seed: seedOf(seed, round),
        keepZeros: true,
        step: index,
        ...(folder !== undefined && { checkpointFolder: folder }),
      };
      const result = await train(task, {
        signal,
        gate,
        progress: (fraction, detail) => report(pruningPart + (1 - pruningPart) * fraction, detail),
        curves: (view) => context.curves(joinRounds(view, joining)),
      });
      const seconds = (last?.seconds ?? 0) + result.training.seconds;
      last = { ...joinRounds(result.training, joining), seconds };
      earlier.push({ history: result.training.history, sparsity });
      notes.push(...result.notes);
      return result;
    },
    pruning: (fraction, detail) => {
      if (earlier.length < count) report(pruningPart * fraction, detail);
    },
    joined: () => last,
  };
}

function unique(notes: readonly Note[]): readonly Note[] {
  const seen = new Map(notes.map((note) => [JSON.stringify(note), note]));
  return [...seen.values()];
}
