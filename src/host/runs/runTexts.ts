// The words and figures of the Experiments view. Free of VS Code, so that what a user reads can be tested.
import * as l10n from '@vscode/l10n';
import path from 'node:path';
import { assertNever } from '../../shared/base/assertNever';
import { CounterweightError } from '../../shared/base/errors';
import { formatBytes, formatInteger, formatPercent, formatShortPercent } from '../../shared/base/numbers';
import type { ReportView, StepsView } from '../../shared/contracts/viewModels';
import { localizeError, localizeProgress } from '../localize';
import { escapeMarkdown } from '../views/layerTexts';
import type { Run, RunFailure } from './runRecord';

/** What is said of a run away from the list, like "model.onnx · prune 80% + int8 per channel". */
export function runLabel(run: Run): string {
  return `${path.basename(run.record.model)} · ${stepsText(run.record.steps)}`;
}

/** A run in the list: the outcome comes first, since there is not always room for the rest. */
export function runItemTexts(run: Run): { readonly label: string; readonly description: string } {
  const { failure } = run.record;
  const reason = failure === undefined ? [] : [failureText(failure)];
  return { label: runOutcome(run), description: [runLabel(run), ...reason].join(' · ') };
}

/** Like "43% · pruning conv1" or "4.1× smaller · 80% zero". */
export function runOutcome(run: Run): string {
  switch (run.record.state) {
    case 'running':
      if (run.cancelling) return l10n.t('Cancelling…');
      if (run.progress === undefined) return l10n.t('Running in another window');
      return `${formatPercent(run.progress.fraction, 0)} · ${localizeProgress(run.progress)}`;
    case 'finished':
      return run.report === undefined ? l10n.t('Report is missing') : resultText(run.report);
    case 'cancelled':
      return l10n.t('Cancelled');
    case 'failed':
      return l10n.t('Failed');
    default:
      return assertNever(run.record.state);
  }
}

/** Like "4.1× smaller · 80% zero". */
export function resultText(report: ReportView): string {
  const size = sizeChangeText(report.ratio) ?? l10n.t('Same size');
  return `${size} · ${l10n.t('{0} zero', formatShortPercent(report.compressed.sparsity))}`;
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
  const lines = [
    `**${escapeMarkdown(runLabel(run))}**`,
    escapeMarkdown(record.failure === undefined ? runOutcome(run) : failureText(record.failure)),
    report === undefined ? '' : changes(report),
    report === undefined
      ? escapeMarkdown(record.model)
      : `${escapeMarkdown(record.model)}  \n→ ${escapeMarkdown(report.compressed.path)}`,
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
  if (id === 'prune' && typeof sparsity === 'number')
    return l10n.t('prune {0}', formatShortPercent(sparsity, 2));
  if (id === 'quantize') {
    return granularity === 'tensor' ? l10n.t('int8 per tensor') : l10n.t('int8 per channel');
  }
  return id;
}
