// The words and figures of the Experiments view. Free of VS Code, so that what a user reads can be tested.
import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { assertNever } from '../../shared/base/assertNever';
import { CounterweightError } from '../../shared/base/errors';
import {
  formatBytes,
  formatInteger,
  formatPercent,
  formatShortPercent,
  formatValue,
} from '../../shared/base/numbers';
import { budgetText, costOf, costText } from '../../shared/base/searchBudget';
import type { SearchReportView } from '../../shared/contracts/searchViews';
import type { SensitivityReportView } from '../../shared/contracts/sensitivityViews';
import type {
  CurvesView,
  DiagnosisReportView,
  ReportView,
  StepsView,
  Verdict,
} from '../../shared/contracts/viewModels';
import { localizeError, localizeProgress } from '../localize';
import { quantizedType } from '../../shared/base/quantizedType';
import { excludedBy } from '../models/lockedLayers';
import { escapeMarkdown } from '../views/layerTexts';
import type { Run, RunFailure, RunRecord, SensitivityRecord } from './runRecord';

/** What is said of a run away from the list, like "model.onnx · prune 80% + int8 per channel". */
export function runLabel({ record }: Run): string {
  return `${path.basename(record.model)} · ${whatText(record)}`;
}

function whatText(record: RunRecord): string {
  switch (record.kind) {
    case 'compress':
      return stepsText(record.steps);
    case 'diagnosis':
      return l10n.t('overfitting diagnosis');
    case 'search':
      return l10n.t('search, {0}', budgetText(record.budget));
    case 'sensitivity':
      return sensitivityText(record);
    default:
      return assertNever(record);
  }
}

function sensitivityText({ method, granularity }: SensitivityRecord): string {
  if (method === 'quantize') return l10n.t('sensitivity to quantization');
  return granularity === 'channel'
    ? l10n.t('sensitivity to fewer channels')
    : l10n.t('sensitivity to pruning');
}

/** A run in the list: the outcome comes first, since there is not always room for the rest. */
export function runItemTexts(run: Run): { readonly label: string; readonly description: string } {
  const { failure } = run.record;
  const reason = failure === undefined ? [] : [failureText(failure)];
  return { label: runOutcome(run), description: [runLabel(run), ...reason].join(' · ') };
}

/** Like "43% · pruning conv1", "Paused · epoch 3 of 10 · loss 0.412" or "4.1× smaller · 80% zero". */
export function runOutcome(run: Run): string {
  switch (run.record.state) {
    case 'running':
      return runningText(run);
    case 'finished':
      return resultText(run) ?? l10n.t('Report is missing');
    case 'cancelled':
      return unfinishedText(l10n.t('Cancelled'), run);
    case 'failed': {
      const interrupted = run.record.failure?.code === 'RUN_INTERRUPTED';
      return unfinishedText(interrupted ? l10n.t('Interrupted') : l10n.t('Failed'), run);
    }
    default:
      return assertNever(run.record.state);
  }
}

function runningText({ progress, curves, paused, cancelling }: Run): string {
  if (cancelling) return l10n.t('Cancelling…');
  if (progress === undefined) return l10n.t('Running in another window');
  const epoch = curves === undefined ? undefined : epochText(curves);
  if (paused) return [l10n.t('Paused'), ...(epoch === undefined ? [] : [epoch])].join(' · ');
  const percent = formatPercent(progress.fraction, 0);
  const training = progress.phase === 'training' && epoch !== undefined;
  return `${percent} · ${training ? epoch : localizeProgress(progress)}`;
}

/** Like "Cancelled · epoch 3 of 10 · loss 0.412": how far a training came. */
function unfinishedText(outcome: string, { curves }: Run): string {
  const epoch = curves && epochText(curves);
  return epoch === undefined ? outcome : `${outcome} · ${epoch}`;
}

/** Like "epoch 3 of 10 · loss 0.412", where the loss is that of validation; undefined before the first epoch. */
function epochText({ history, epochs }: CurvesView): string | undefined {
  const last = history.at(-1);
  if (last === undefined || last.epoch === 0) return undefined;
  const loss = last.validationLoss ?? last.trainLoss;
  const epoch = l10n.t('epoch {0} of {1}', last.epoch, epochs);
  return loss === null ? epoch : `${epoch} · ${l10n.t('loss {0}', formatValue(loss))}`;
}

/** What a finished run came to, like "4.1× smaller · 80% zero" or "Overfit · accuracy 91.3%"; undefined without one. */
export function resultText({ report, diagnosis, search, sensitivity }: Run): string | undefined {
  if (diagnosis !== undefined) return diagnosisText(diagnosis);
  if (search !== undefined) return searchResultText(search);
  if (sensitivity !== undefined) return mostSensitiveText(sensitivity);
  if (report === undefined) return undefined;
  const verdict = report.training?.at(-1)?.diagnosis.verdict;
  const trained = verdict === undefined ? [] : [verdictText(verdict), ...measureText(report)];
  const smaller = report.steps.every((step) => Object.hasOwn(step, 'train')) ? [] : [smallerText(report)];
  return [...smaller, ...trained].join(' · ');
}

function mostSensitiveText({ layers }: SensitivityReportView): string {
  return l10n.t('{0} is the most sensitive', layers[0]?.name ?? '–');
}

function smallerText({ ratio, compressed }: ReportView): string {
  const size = sizeChangeText(ratio) ?? l10n.t('Same size');
  return `${size} · ${l10n.t('{0} zero', formatShortPercent(compressed.sparsity))}`;
}

function measureText({ accuracy, generalization }: ReportView): readonly string[] {
  const after = accuracy?.after ?? generalization?.after.validation;
  if (after === undefined) return [];
  return [
    after.accuracy === undefined
      ? l10n.t('loss {0}', formatValue(after.loss))
      : l10n.t('accuracy {0}', formatPercent(after.accuracy)),
  ];
}

function diagnosisText({ diagnosis, generalization }: DiagnosisReportView): string {
  const verdict = verdictText(diagnosis.verdict);
  if (generalization === undefined) return verdict;
  const { train, validation } = generalization;
  return `${verdict} · ${l10n.t('loss gap {0}', formatValue(validation.loss - train.loss))}`;
}

/** Like "resnet-8 · accuracy 97.1% · 1.93M MACs". */
function searchResultText({ search: { budget, trials }, winner }: SearchReportView): string {
  const architecture = trials.find(({ trial }) => trial === winner.trial)?.architecture ?? '';
  const { accuracy, loss } = winner.generalization.test ?? winner.generalization.validation;
  const measure =
    accuracy === undefined
      ? l10n.t('loss {0}', formatValue(loss))
      : l10n.t('accuracy {0}', formatPercent(accuracy));
  const cost = costText(budget.measure, costOf(budget, winner.costs));
  return [architecture, measure, `${budget.measure} ${cost}`].join(' · ');
}

function verdictText(verdict: Verdict): string {
  switch (verdict) {
    case 'overfit':
      return l10n.t('Overfit');
    case 'underfit':
      return l10n.t('Underfit');
    case 'balanced':
      return l10n.t('Balanced');
    case 'diverged':
      return l10n.t('Diverged');
    case 'leaking':
      return l10n.t('Leaking');
    case 'undecided':
      return l10n.t('Undecided');
    default:
      return assertNever(verdict);
  }
}

/** `ratio` is compressed over original: 0.25 is "4.0× smaller". Undefined where the figure would be 1.0. */
export function sizeChangeText(ratio: number): string | undefined {
  const factor = ratio < 1 ? 1 / ratio : ratio;
  const figure = factor.toFixed(factor < 10 ? 1 : 0);
  if (figure === '1.0') return undefined;
  return ratio < 1 ? l10n.t('{0}× smaller', figure) : l10n.t('{0}× larger', figure);
}

export function failureText(failure: RunFailure): string {
  return localizeError(new CounterweightError(failure.code, failure.values as never));
}

/** Like "prune 80% + int8 per channel"; steps that this version does not know are named as the recipe does. */
export function stepsText(steps: StepsView): string {
  return steps
    .flatMap((step) => Object.entries(step).map(([id, options]) => stepText(id, options)))
    .join(' + ');
}

/** Markdown. Names come from files, so they are escaped. */
export function runTooltip(run: Run): string {
  const { record, report } = run;
  const data = record.data === undefined ? '' : l10n.t('Data: {0}', record.data);
  const lines = [
    `**${escapeMarkdown(runLabel(run))}**`,
    escapeMarkdown(record.failure === undefined ? runOutcome(run) : failureText(record.failure)),
    report === undefined ? '' : changes(report),
    report === undefined
      ? escapeMarkdown(record.model)
      : `${escapeMarkdown(record.model)}  \n→ ${escapeMarkdown(report.compressed.path)}`,
    escapeMarkdown(data),
    (record.failure?.log ?? [])
      .slice(-8)
      .map((line) => `    ${line}`)
      .join('\n'),
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function changes(report: ReportView): string {
  const { original, compressed } = report;
  const rows = [
    [l10n.t('File size'), formatBytes(original.bytes), formatBytes(compressed.bytes)],
    [l10n.t('Zipped'), formatBytes(original.gzipBytes), formatBytes(compressed.gzipBytes)],
    [l10n.t('Parameters'), formatInteger(original.parameters), formatInteger(compressed.parameters)],
    [l10n.t('Zero weights'), formatPercent(original.sparsity), formatPercent(compressed.sparsity)],
  ];
  const head = `|  | ${l10n.t('before')} | ${l10n.t('after')} |`;
  return [head, '|:--|--:|--:|', ...rows.map((row) => `| ${row.map(escapeMarkdown).join(' | ')} |`)].join(
    '\n',
  );
}

function stepText(id: string, options: Readonly<Record<string, unknown>>): string {
  const { sparsity, granularity } = options;
  if (id === 'prune' && typeof sparsity === 'number') {
    const pruning = l10n.t('prune {0}', formatShortPercent(sparsity, 2));
    const locked = excludedBy([{ prune: options }]).length;
    return locked === 0 ? pruning : `${pruning} ${l10n.t('({0} locked)', locked)}`;
  }
  if (id === 'train' && typeof options['epochs'] === 'number') {
    return options['epochs'] === 1 ? l10n.t('train 1 epoch') : l10n.t('train {0} epochs', options['epochs']);
  }
  if (id === 'replace' && typeof options['with'] === 'string') return options['with'];
  if (id === 'lowRank') {
    return typeof options['ratio'] === 'number'
      ? l10n.t('low rank {0}', formatShortPercent(options['ratio'], 2))
      : l10n.t('low rank');
  }
  if (id === 'quantize') {
    const type = quantizedType(options);
    if (!type.startsWith('int')) return type;
    if (granularity === 'tensor') return l10n.t('{0} per tensor', type);
    return granularity === 'group' ? l10n.t('{0} in groups', type) : l10n.t('{0} per channel', type);
  }
  return id;
}
