// What to do about a verdict: concrete, with the edit of the recipe where there is one, and what was measured to help
// before what usually helps.
import { note } from '../../../shared/base/messages';
import { formatInteger, formatShortPercent, formatValue } from '../../../shared/base/numbers';
import type { AdviceView, Verdict } from '../../../shared/contracts/viewModels';
import type { CurveMeasures } from './curveMeasures';
import type { DiagnosisFacts } from './diagnosisFacts';
import * as limits from './diagnosisLimits';
import { dataEffect, gapOf, pruningHelps } from './measuredEvidence';
import type { Signs } from './signs';

type Adviser = (facts: DiagnosisFacts, measures: CurveMeasures, signs: Signs) => readonly AdviceView[];

export function adviceOn(
  verdict: Verdict,
  facts: DiagnosisFacts,
  measures: CurveMeasures,
  signs: Signs,
): readonly AdviceView[] {
  return advisers[verdict](facts, measures, signs);
}

const advisers: Readonly<Record<Verdict, Adviser>> = {
  overfit: onOverfit,
  underfit: onUnderfit,
  diverged: onDiverged,
  leaking: (facts) => onLeaking(facts),
  undecided: (facts) =>
    facts.history.length === 0 ? [{ note: note('ADVICE_GIVE_DATA', {}) }] : [longer(facts)],
  balanced: onBalanced,
};

/** A usual amount where there is none yet, and ten times as much where there is; more than 0.1 stops learning. */
const firstWeightDecay = 1e-4;
const mostWeightDecay = 0.1;
const firstDropout = 0.3;
const mostDropout = 0.5;
const patience = 5;
const prunedShare = 0.5;
const firstClipNorm = 1;

function onOverfit(facts: DiagnosisFacts, measures: CurveMeasures, { turned }: Signs): readonly AdviceView[] {
  const { options, compression, learningCurve } = facts;
  const { best } = measures;
  const effect = learningCurve && dataEffect(learningCurve);
  const responds = compression !== undefined && pruningHelps(compression);
  const measured: readonly { readonly gain: number; readonly advice: AdviceView }[] = [
    ...(best && turned ? [{ gain: best.rise, advice: stopAt(facts, measures) }] : []),
    ...(effect?.helps ? [{ gain: effect.fall, advice: measuredData(effect) }] : []),
    ...(responds
      ? [
          {
            gain: 1 - compression.after.validation.loss / compression.before.validation.loss,
            advice: measuredPruning(compression),
          },
        ]
      : []),
  ];
  const decay = raised(options?.weightDecay ?? 0, firstWeightDecay, 10, mostWeightDecay);
  const dropout = raised(options?.dropout ?? 0, firstDropout, 1.5, mostDropout);
  return [
    ...measured.toSorted((a, b) => b.gain - a.gain).map(({ advice }) => advice),
    ...(effect?.helps ? [] : [{ note: note('ADVICE_MORE_DATA', {}) }]),
    ...(decay === undefined
      ? []
      : [
          {
            note: note('ADVICE_WEIGHT_DECAY', { value: formatValue(decay) }),
            edit: { set: { 'train.weightDecay': decay } },
          },
        ]),
    ...(dropout === undefined
      ? []
      : [
          {
            note: note('ADVICE_DROPOUT', { value: formatShortPercent(dropout) }),
            edit: { set: { 'train.dropout': dropout } },
          },
        ]),
    ...(options?.earlyStopping
      ? []
      : [
          {
            note: note('ADVICE_EARLY_STOPPING', { patience }),
            edit: { set: { 'train.earlyStopping.patience': patience } },
          },
        ]),
    // What was measured to do harm is not advised.
    ...(compression ? [] : [pruning()]),
  ];
}

function onUnderfit(facts: DiagnosisFacts, { trend }: CurveMeasures, signs: Signs): readonly AdviceView[] {
  const { options } = facts;
  const held = options && (options.weightDecay > 0 || options.dropout > 0);
  return [
    ...(signs.falling && trend ? [measuredLonger(facts, -trend.train)] : []),
    ...(held
      ? [
          {
            note: note('ADVICE_LESS_REGULARIZATION', {
              weightDecay: formatValue(options.weightDecay),
              dropout: formatShortPercent(options.dropout),
            }),
            edit: { set: { 'train.weightDecay': 0, 'train.dropout': 0 } },
          },
        ]
      : []),
    { note: note('ADVICE_WIDER', { parameters: formatInteger(facts.parameters) }) },
    ...(options
      ? [
          {
            note: note('ADVICE_OTHER_RATE', { value: formatValue(rounded(3 * options.learningRate)) }),
            edit: { set: { 'train.learningRate': rounded(3 * options.learningRate) } },
          },
        ]
      : []),
    ...(signs.falling || facts.history.length === 0 ? [] : [longer(facts)]),
  ];
}

function onDiverged({ options }: DiagnosisFacts): readonly AdviceView[] {
  const slower = options && rounded(options.learningRate / 10);
  const clip = options?.clipNorm === undefined ? firstClipNorm : rounded(options.clipNorm / 10);
  return [
    slower === undefined
      ? { note: note('ADVICE_LOWER_RATE', {}) }
      : {
          note: note('ADVICE_LOWER_RATE_TO', {
            value: formatValue(slower),
            before: formatValue(options!.learningRate),
          }),
          edit: { set: { 'train.learningRate': slower } },
        },
    { note: note('ADVICE_CLIP', { value: formatValue(clip) }), edit: { set: { 'train.clipNorm': clip } } },
    { note: note('ADVICE_CHECK_INPUTS', {}) },
  ];
}

function onLeaking({ overlap }: DiagnosisFacts): readonly AdviceView[] {
  return [{ note: note('ADVICE_REMOVE_SHARED', { shared: formatInteger(overlap?.shared ?? 0) }) }];
}

function onBalanced(facts: DiagnosisFacts, { trend }: CurveMeasures): readonly AdviceView[] {
  const improves = trend && trend.epochs >= limits.leastEpochs && trend.validation < limits.fallingSlope;
  return facts.ended && improves ? [measuredLonger(facts, -trend.validation)] : [];
}

/** The run ends where it was best; the validation loss there is known. */
function stopAt({ history }: DiagnosisFacts, { best }: CurveMeasures): AdviceView {
  const { epoch, validationLoss } = best!;
  const values = {
    epoch,
    best: formatValue(validationLoss),
    loss: formatValue(history.at(-1)?.validationLoss ?? validationLoss),
  };
  return { note: note('ADVICE_STOP_AT', values), edit: { set: { 'train.epochs': epoch } } };
}

function measuredData({ from, to, fall }: NonNullable<ReturnType<typeof dataEffect>>): AdviceView {
  return {
    note: note('ADVICE_MORE_DATA_MEASURED', {
      from: formatInteger(from.samples),
      to: formatInteger(to.samples),
      fall: formatShortPercent(fall),
    }),
  };
}

function measuredPruning({
  sparsity,
  before,
  after,
}: NonNullable<DiagnosisFacts['compression']>): AdviceView {
  return {
    note: note('ADVICE_PRUNE_MEASURED', {
      sparsity: formatShortPercent(sparsity),
      gapBefore: formatValue(gapOf(before)),
      gapAfter: formatValue(gapOf(after)),
    }),
    edit: { add: [{ prune: { sparsity } }] },
  };
}

function pruning(): AdviceView {
  return {
    note: note('ADVICE_PRUNE', { sparsity: formatShortPercent(prunedShare) }),
    edit: { add: [{ prune: { sparsity: prunedShare } }] },
  };
}

function longer({ epochs, history }: DiagnosisFacts): AdviceView {
  const more = Math.max(2 * Math.max(epochs, history.at(-1)?.epoch ?? 0), limits.trendEpochs);
  return { note: note('ADVICE_LONGER', { epochs: more }), edit: { set: { 'train.epochs': more } } };
}

function measuredLonger(facts: DiagnosisFacts, fall: number): AdviceView {
  const { edit, note: sentence } = longer(facts);
  const epochs = sentence.values['epochs']!;
  const values = { epochs, fall: formatShortPercent(fall) };
  return { note: note('ADVICE_LONGER_MEASURED', values), ...(edit && { edit }) };
}

/** The next amount of a regularizer; undefined where there is as much as makes sense. */
function raised(now: number, first: number, factor: number, most: number): number | undefined {
  if (now >= most) return undefined;
  return now === 0 ? first : Math.min(most, rounded(now * factor));
}

/** Without the digits that a product of decimals brings along. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
