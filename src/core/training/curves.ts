// What is drawn of a run while it goes on.
import type { CurvesView, EpochView } from '../../shared/contracts/viewModels';
import { diagnose } from '../analysis/overfitting/diagnose';
import type { DiagnosisFacts } from '../analysis/overfitting/diagnosisFacts';
import { classCount } from '../data/dataSet';
import { bestEpoch } from './bestEpoch';
import type { RunParts } from './runParts';

/** Where a run stands beside its history: whether it is over, and whether it diverged. */
export type Standing = Pick<DiagnosisFacts, 'ended' | 'divergence'>;

/** The curves after these epochs with what they say so far. */
export function curvesOf(
  { task: { step, data, options }, trainer, baseline }: RunParts,
  history: readonly EpochView[],
  standing: Standing,
): CurvesView {
  const { epochs } = options;
  const { loss, parameters } = trainer;
  const samples = { train: data.train.count, validation: data.validation.count };
  const classes = classCount(data.train);
  const facts: DiagnosisFacts = {
    ...standing,
    history: sparsest(history),
    epochs,
    loss,
    samples,
    parameters,
    options,
    ...(baseline && { baseline }),
    ...(classes !== undefined && { classes }),
  };
  const diagnosis = diagnose(facts);
  return { step, epochs, history, bestEpoch: bestEpoch(history), loss, samples, parameters, diagnosis };
}

/** The epochs that can be compared: those of the highest sparsity, where it rises on the way. */
function sparsest(history: readonly EpochView[]): readonly EpochView[] {
  const highest = history.reduce((most, { sparsity = 0 }) => Math.max(most, sparsity), 0);
  return history.filter(({ sparsity = 0 }) => sparsity === highest);
}
