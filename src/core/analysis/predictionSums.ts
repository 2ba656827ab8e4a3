// Sums over samples of what a network predicts and what was to be predicted, and the measures that they make.
import type { LossKind } from '../../shared/contracts/viewModels';
import type { Batch } from '../data/dataSet';
import { classSums, type ClassMeasures } from './classMeasures';
import { labelSums, scoreKind, type LabelSums, type ScoreKind } from './classScores';
import { elementLoss, resolveLoss, type ElementLossKind, type LabelledData } from './losses';
import { valueSums, type ValueMeasures } from './valueMeasures';

export interface PredictionMeasures extends Partial<ClassMeasures> {
  readonly lossKind: LossKind;
  readonly loss: number;
  readonly regression?: ValueMeasures;
}

export interface PredictionSums {
  /** The outputs for a batch, row-major by sample; what follows the batch's samples does not count. */
  add(outputs: ArrayLike<number>, batch: Batch): void;
  /** Of at least one sample. */
  measures(): PredictionMeasures;
}

interface PredictionOptions {
  readonly loss?: LossKind | 'auto';
  readonly scores?: ScoreKind;
}

/** Throws DATA_INVALID where the loss does not suit the targets. */
export function predictionSums(
  data: LabelledData,
  perSample: number,
  { loss = 'auto', scores }: PredictionOptions,
): PredictionSums {
  const lossKind = resolveLoss(loss, data, perSample);
  if (lossKind === 'crossEntropy') return crossEntropySums(perSample, scores);
  const { targets } = data;
  const sumsOf = (kind: ScoreKind): PredictionSums =>
    targets.kind === 'values'
      ? valuePredictions(lossKind, perSample, kind)
      : classPredictions(lossKind, perSample, kind);
  if (scores || lossKind !== 'binaryCrossEntropy') return sumsOf(scores ?? 'probabilities');
  // Whether they are probabilities is known when all of them were seen.
  const [probabilities, logits] = [sumsOf('probabilities'), sumsOf('logits')];
  let areProbabilities = true;
  return {
    add(outputs, batch) {
      areProbabilities &&= areWithinOne(outputs, batch.count * perSample);
      probabilities.add(outputs, batch);
      logits.add(outputs, batch);
    },
    measures: () => (areProbabilities ? probabilities : logits).measures(),
  };
}

function crossEntropySums(classes: number, given: ScoreKind | undefined): PredictionSums {
  const right = classSums(classes);
  let losses: LabelSums | undefined = given && labelSums(given);
  return {
    add(outputs, { count, labels = new Int32Array() }) {
      const scores = { rows: count, classes, values: outputs };
      // Decided on the first batch.
      losses ??= labelSums(scoreKind(scores, { onlyOutput: true, labelledClasses: classes }) ?? 'logits');
      losses.add(scores, labels);
      for (let i = 0; i < count; i++) right.add(outputs, i * classes, labels[i]!);
    },
    measures: () => ({
      lossKind: 'crossEntropy',
      ...right.measures(),
      loss: losses?.measures().loss ?? Number.NaN,
    }),
  };
}

function classPredictions(lossKind: ElementLossKind, perSample: number, kind: ScoreKind): PredictionSums {
  const lossOf = elementLoss(lossKind, kind);
  const threshold = kind === 'logits' ? 0 : 0.5;
  const right = classSums(Math.max(2, perSample));
  let total = 0;
  let elements = 0;
  return {
    add(outputs, { count, labels = new Int32Array() }) {
      for (let i = 0; i < count; i++) {
        const label = labels[i]!;
        const start = i * perSample;
        for (let c = 0; c < perSample; c++) {
          total += lossOf(outputs[start + c]!, perSample === 1 ? label : Number(c === label));
        }
        if (perSample === 1) right.add([threshold, outputs[start]!], 0, label);
        else right.add(outputs, start, label);
      }
      elements += count * perSample;
    },
    measures: () => ({ lossKind, loss: total / elements, ...right.measures() }),
  };
}

function valuePredictions(lossKind: ElementLossKind, perSample: number, kind: ScoreKind): PredictionSums {
  const lossOf = elementLoss(lossKind, kind);
  // Errors of probabilities say nothing about how well they predict.
  const values = lossKind === 'binaryCrossEntropy' ? undefined : valueSums(perSample);
  let total = 0;
  let elements = 0;
  return {
    add(outputs, { count, values: targets = new Float32Array() }) {
      for (let i = 0; i < count * perSample; i++) total += lossOf(outputs[i]!, targets[i]!);
      for (let i = 0; i < count; i++) values?.add(outputs, i * perSample, targets, i * perSample);
      elements += count * perSample;
    },
    measures: () => ({ lossKind, loss: total / elements, ...(values && { regression: values.measures() }) }),
  };
}

/** Not of values that are no numbers: they are no probabilities. */
function areWithinOne(values: ArrayLike<number>, count: number): boolean {
  for (let i = 0; i < count; i++) if (!(values[i]! >= 0 && values[i]! <= 1)) return false;
  return true;
}
