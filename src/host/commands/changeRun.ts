// Runs something like an earlier run: with changes that the user makes, or with those that advice makes.
import { CounterweightError } from '../../shared/base/errors';
import type { RecipeEdit, StepsView } from '../../shared/contracts/viewModels';
import type { Run } from '../runs/runRecord';
import { askCompression } from './askCompression';
import { askSearch } from './askSearch';
import { askSensitivity } from './askSensitivity';
import { askTraining } from './askTraining';
import { diagnose, requireTrust, startRun, type ModelCommandParts } from './modelCommands';
import { applyEdit, trainingOf } from './recipeEdits';
import { stepOptions } from './stepOptions';

/** Asks the questions of the run again, answered as they were. */
export async function changeRun(parts: ModelCommandParts, run: Run): Promise<void> {
  requireTrust();
  const { engine, models, recent, experiments, locks } = parts;
  const { record } = run;
  if (record.kind === 'diagnosis') {
    const judged = record.judged === undefined ? undefined : await experiments.lookUp(record.judged);
    await diagnose(parts, record.model, judged, false);
    return;
  }
  if (record.kind === 'search') {
    const request = await askSearch({ engine, recent, before: record });
    if (request !== undefined) await startRun(parts, request);
    return;
  }
  const model = await models.read(record.model);
  if (record.kind === 'sensitivity') {
    const request = await askSensitivity({ model, recent, before: record });
    if (request !== undefined) await startRun(parts, request);
    return;
  }
  const { data, seed } = record;
  const steps = stepsOf(run);
  const request =
    trainingOf(steps) === undefined
      ? await askCompression({ model, engine, recent, locked: locks.in(model), before: { steps, data } })
      : await askTraining({ model, recent, options: await stepOptions(engine), before: steps, data, seed });
  if (request !== undefined) await startRun(parts, request);
}

/** Shows what advice changes of a run, or of the run that a diagnosis judges, and starts that where the user agrees. */
export async function applyAdvice(parts: ModelCommandParts, folder: string, edit: RecipeEdit): Promise<void> {
  requireTrust();
  const { engine, models, recent, experiments } = parts;
  const run = await experiments.lookUp(folder);
  if (run === undefined) throw new CounterweightError('RUN_WITHOUT_REPORT', { folder });
  const { record } = run;
  const judged =
    record.kind === 'diagnosis' && record.judged !== undefined
      ? await experiments.lookUp(record.judged)
      : undefined;
  const base = judged ?? run;
  const before = stepsOf(base);
  const request = await askTraining({
    model: await models.read(base.record.model),
    recent,
    options: await stepOptions(engine),
    before,
    advised: applyEdit(before, edit),
    data: base.record.data ?? record.data,
    seed: base.record.seed,
  });
  if (request !== undefined) await startRun(parts, request);
}

/** With every default where the engine wrote them down; none for a diagnosis or a search. */
function stepsOf({ record, report }: Run): StepsView {
  return report?.steps ?? (record.kind === 'compress' ? record.steps : []);
}
