// The curves of a run as charts: loss, accuracy, sparsity and learning rate over the epochs of all its steps.
import { formatShortPercent, formatValue } from '../../../../shared/base/numbers';
import type { Journey, JourneyPhase, JourneyPoint } from '../../../../shared/contracts/journey';
import type { LossKind } from '../../../../shared/contracts/viewModels';
import { lineChart, type ChartLine, type ChartPhase, type ChartPoint, type LineChart } from './lineChart';
import { html, type Markup } from './markup';

/** The charts that there is something to draw in, and the list of the phases where there are several. */
export function curveCharts(journey: Journey, loss: LossKind | undefined): Markup | undefined {
  if (journey.points.length === 0) return undefined;
  const hasLearningRate = new Set(journey.points.map(({ learningRate }) => learningRate)).size > 1;
  const charts: (Markup | undefined)[] = [
    chart(journey, `Loss${loss === undefined ? '' : ` (${lossNames[loss]})`}`, formatValue, [
      ['training', 'first', ({ trainLoss }) => trainLoss],
      ['validation', 'second', ({ validationLoss }) => validationLoss],
    ]),
    chart(journey, 'Accuracy', formatShortPercent, [
      ['training', 'first', ({ trainAccuracy }) => trainAccuracy],
      ['validation', 'second', ({ validationAccuracy }) => validationAccuracy],
    ]),
    journey.isPruned
      ? chart(
          journey,
          'Zeros among weights',
          formatShortPercent,
          [['zeros', 'first', ({ sparsity }) => sparsity]],
          {
            bounds: [0, 1],
          },
        )
      : undefined,
    hasLearningRate
      ? chart(
          journey,
          'Learning rate',
          formatValue,
          [['learning rate', 'first', ({ isStart, learningRate }) => (isStart ? null : learningRate)]],
          { logarithmic: true },
        )
      : undefined,
  ];
  return html`<div class="charts">${charts.filter((each) => each !== undefined)}</div>
    ${journey.phases.length > 1 && phaseList(journey.phases)}`;
}

/** "after prune, pruned to 80%": what was done right before a phase. Empty for a phase that a run begins with. */
function phaseName({ done, prunedTo, isRewound }: JourneyPhase): string {
  const steps = done.flatMap((step) => Object.keys(step));
  const parts = [
    ...(steps.length > 0 ? [`after ${steps.join(', ')}`] : []),
    ...(prunedTo === undefined ? [] : [`pruned to ${formatShortPercent(prunedTo)}`]),
    ...(isRewound ? ['rewound'] : []),
  ];
  return parts.join(', ');
}

/** The same in the room that a chart has; the list below says what a percentage is. */
function phaseMark(phase: JourneyPhase): string {
  return phase.prunedTo === undefined ? phaseName(phase) : formatShortPercent(phase.prunedTo);
}

const lossNames: Readonly<Record<LossKind, string>> = {
  crossEntropy: 'cross-entropy',
  binaryCrossEntropy: 'binary cross-entropy',
  mse: 'mean squared error',
  mae: 'mean absolute error',
  huber: 'Huber',
};

type LineFacts = readonly [
  label: string,
  tone: ChartLine['tone'],
  value: (point: JourneyPoint) => number | null | undefined,
];

function chart(
  { points, phases, bestEpoch }: Journey,
  title: string,
  format: (value: number) => string,
  lines: readonly LineFacts[],
  more: Pick<LineChart, 'bounds' | 'logarithmic'> = {},
): Markup | undefined {
  return lineChart({
    title,
    format,
    xLabel: 'epoch',
    lines: lines.map(([label, tone, value]) => ({
      label,
      tone,
      pieces: phases.flatMap((_, phase) =>
        pieces(
          points.filter((point) => point.phase === phase),
          value,
        ),
      ),
    })),
    phases: phases.map((phase): ChartPhase => ({
      from: phase.begins,
      to: phase.ends,
      label: phaseMark(phase),
    })),
    ...(bestEpoch !== null && { mark: { x: bestEpoch, label: `best epoch ${bestEpoch}` } }),
    ...more,
  });
}

/** A line breaks where a value is no number. */
function pieces(points: readonly JourneyPoint[], value: LineFacts[2]): readonly (readonly ChartPoint[])[] {
  const found: ChartPoint[][] = [[]];
  for (const point of points) {
    const y = value(point);
    if (typeof y === 'number' && Number.isFinite(y)) found.at(-1)!.push({ x: point.epoch, y });
    else found.push([]);
  }
  return found.filter((piece) => piece.length > 0);
}

function phaseList(phases: readonly JourneyPhase[]): Markup {
  return html`<ol class="phases">
    ${phases.map((phase) => {
      const name = phaseName(phase) || 'training';
      return html`<li>Epochs ${phase.begins + 1} to ${phase.ends}: ${name}</li>`;
    })}
  </ol>`;
}
