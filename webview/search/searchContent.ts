// A search as points, as figures in words and as tables: what each network costs against what it reaches.
import * as l10n from '@vscode/l10n';
import { formatInteger, formatPercent, formatShortPercent, formatValue } from '../../src/shared/base/numbers';
import { budgetText, costOf, costText, type BudgetMeasure } from '../../src/shared/base/searchBudget';
import type { SearchView, TrialView } from '../../src/shared/contracts/searchViews';
import type { Table } from '../charts/csv';
import type { ScatterContent, ScatterPoint } from './scatterContent';

/** `winner` is the trial that was chosen, once one was. */
export function scatterOf(search: SearchView, winner: number | undefined): ScatterContent {
  const { budget, rungs } = search;
  const accuracies = isClassified(search);
  const points = search.trials.flatMap((trial): ScatterPoint[] => {
    const value = reachedOf(trial, accuracies);
    return value === null
      ? []
      : [
          {
            id: trial.trial,
            x: costOf(budget, trial.costs),
            y: value,
            group: trial.rung,
            marked: trial.trial === winner,
          },
        ];
  });
  return {
    points: points.toSorted((a, b) => a.x - b.x || a.id - b.id),
    groups: rungs.map((epochs) =>
      epochs === 1 ? l10n.t('after 1 epoch') : l10n.t('after {0} epochs', formatInteger(epochs)),
    ),
    limit: { x: budget.limit, label: l10n.t('Budget') },
    markedLabel: l10n.t('Winner'),
    axes: {
      x: { title: measureTitle(budget.measure), format: (cost) => costText(budget.measure, cost) },
      y: accuracies
        ? { title: l10n.t('Validation accuracy'), format: (value) => formatShortPercent(value, 1) }
        : { title: l10n.t('Validation loss'), format: formatValue },
    },
  };
}

/** "Trial 3: resnet-8, width 0.5, depth 1, 1×28×28; macs 1.2M; accuracy 91.2% after 5 epochs". */
export function trialText(search: SearchView, trial: TrialView): string {
  const { architecture, width, depth, input, costs, epochs } = trial;
  const { measure } = search.budget;
  const cost = `${measureTitle(measure)} ${costText(measure, costOf({ measure }, costs))}`;
  return l10n.t(
    'Trial {0}: {1}, width {2}, depth {3}, {4}; {5}; {6} after {7} epochs',
    trial.trial,
    architecture,
    width,
    depth,
    input.join('×'),
    cost,
    reachedText(trial),
    epochs,
  );
}

/** What is said while no trial is pointed at. */
export function summaryText({ trials, wanted, budget }: SearchView): string {
  return l10n.t('{0} of {1} networks; {2}', trials.length, wanted, budgetText(budget));
}

function reachedText({ validation }: TrialView): string {
  if (validation === null) return l10n.t('diverged');
  const { accuracy, loss } = validation;
  return accuracy === undefined
    ? l10n.t('loss {0}', formatValue(loss))
    : l10n.t('accuracy {0}', formatPercent(accuracy, 1));
}

export function measureTitle(measure: BudgetMeasure): string {
  const titles: Readonly<Record<BudgetMeasure, string>> = {
    parameters: l10n.t('Parameters'),
    macs: l10n.t('MACs'),
    bytes: l10n.t('File size'),
    latency: l10n.t('Latency'),
  };
  return titles[measure];
}

/** Whether samples have classes, as far as is known; else the loss is what counts. */
export function isClassified({ trials }: SearchView): boolean {
  const reached = trials.flatMap(({ validation }) => validation ?? []);
  return reached.length === 0 || reached.some(({ accuracy }) => accuracy !== undefined);
}

function reachedOf({ validation }: TrialView, accuracies: boolean): number | null {
  if (validation === null) return null;
  return accuracies ? (validation.accuracy ?? null) : validation.loss;
}

/** For reading beside the picture. */
export function searchTable(search: SearchView): Table {
  const { measure } = search.budget;
  return {
    columns: [
      l10n.t('Trial'),
      l10n.t('Architecture'),
      measureTitle(measure),
      l10n.t('Epochs'),
      l10n.t('Validation'),
    ],
    rows: search.trials.map((trial) => [
      trial.trial,
      trial.architecture,
      costText(measure, costOf({ measure }, trial.costs)),
      trial.epochs,
      reachedText(trial),
    ]),
  };
}

/** All figures of all trials. */
export function searchCsv({ trials }: SearchView): Table {
  return {
    columns: [
      'trial',
      'parent',
      'architecture',
      'width',
      'depth',
      'input',
      'parameters',
      'macs',
      'bytes',
      'latencyMs',
      'rung',
      'epochs',
      'trainLoss',
      'validationLoss',
      'trainAccuracy',
      'validationAccuracy',
      'seconds',
      'path',
    ],
    rows: trials.map(({ train, validation, costs, ...trial }) => [
      trial.trial,
      trial.parent ?? '',
      trial.architecture,
      trial.width,
      trial.depth,
      trial.input.join('x'),
      costs.parameters,
      costs.macs,
      costs.bytes,
      costs.latencyMs ?? '',
      trial.rung,
      trial.epochs,
      train?.loss ?? '',
      validation?.loss ?? '',
      train?.accuracy ?? '',
      validation?.accuracy ?? '',
      trial.seconds,
      trial.path,
    ]),
  };
}
