// The words and figures of the Layers tree. Free of VS Code, so that what a user reads can be tested.
import * as l10n from '@vscode/l10n';
import {
  formatBytes,
  formatCount,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../shared/base/numbers';
import type { LayerView, ModelView, ShapeView, TensorView } from '../../shared/contracts/viewModels';
import { localizeNote } from '../localize';

/** Like "267k params · 1.07 MB · 266k MACs · 0% zero". */
export function modelDescription({ totals }: ModelView): string {
  return figures(totals.parameters, totals.bytes, totals.macs, totals.sparsity);
}

/** Like "locked · Gemm · 30.1k params · 121 kB · 30k MACs · 0% zero". */
export function layerDescription(layer: LayerView, locked = false): string {
  const text = unlockedDescription(layer);
  return locked ? join([l10n.t('locked'), text]) : text;
}

function unlockedDescription(layer: LayerView): string {
  if (layer.tensors.length === 0) {
    return layer.macs ? join([layer.operator, macsText(layer.macs)]) : layer.operator;
  }
  return join([layer.operator, figures(layer.parameters, layer.bytes, layer.macs, layer.sparsity)]);
}

export function tensorDescription(tensor: TensorView): string {
  return join([
    `${tensor.type}[${tensor.shape.join(', ')}]`,
    formatBytes(tensor.bytes),
    zeroText(tensor.sparsity),
  ]);
}

/** Markdown. Names come from files, so they are escaped. */
export function modelTooltip(view: ModelView): string {
  const rows: [string, string][] = [
    [l10n.t('Format'), view.producer === undefined ? view.format : `${view.format} (${view.producer})`],
    [l10n.t('Opsets'), view.opsets.join(', ')],
    [l10n.t('Inputs'), view.inputs.map(endpoint).join(', ')],
    [l10n.t('Outputs'), view.outputs.map(endpoint).join(', ')],
    [l10n.t('Layers'), formatInteger(view.layers.length)],
    [l10n.t('Parameters'), formatInteger(view.totals.parameters)],
    [l10n.t('File size'), `${formatBytes(view.totals.bytes)} (${formatInteger(view.totals.bytes)} B)`],
    [l10n.t('MACs'), formatInteger(view.totals.macs)],
    [l10n.t('Zero weights'), formatPercent(view.totals.sparsity, 2)],
  ];
  const notes = view.warnings.map((note) => `- ${escapeMarkdown(localizeNote(note))}`);
  return [`**${escapeMarkdown(view.path)}**`, table(rows), notes.join('\n')].filter(Boolean).join('\n\n');
}

export function layerTooltip(layer: LayerView): string {
  const rows: [string, string][] = [
    [l10n.t('Operator'), layer.operator],
    [l10n.t('Output'), layer.outputShape === null ? l10n.t('unknown') : shapeText(layer.outputShape)],
    [l10n.t('Parameters'), formatInteger(layer.parameters)],
    [l10n.t('Stored bytes'), formatInteger(layer.bytes)],
    [l10n.t('MACs'), layer.macs === null ? l10n.t('unknown') : formatInteger(layer.macs)],
  ];
  if (layer.sparsity !== null) rows.push([l10n.t('Zero weights'), formatPercent(layer.sparsity, 2)]);
  return `**${escapeMarkdown(layer.name)}**\n\n${table(rows)}`;
}

export function tensorTooltip(tensor: TensorView): string {
  const rows: [string, string][] = [
    [l10n.t('Type'), tensor.type],
    [l10n.t('Shape'), shapeText(tensor.shape)],
    [l10n.t('Parameters'), formatInteger(tensor.parameters)],
    [l10n.t('Stored bytes'), formatInteger(tensor.bytes)],
  ];
  if (tensor.sparsity !== null) rows.push([l10n.t('Zero weights'), formatPercent(tensor.sparsity, 2)]);
  if (tensor.min !== null && tensor.max !== null) {
    rows.push([l10n.t('Range'), `${formatValue(tensor.min)} … ${formatValue(tensor.max)}`]);
  }
  if (tensor.mean !== null) rows.push([l10n.t('Mean'), formatValue(tensor.mean)]);
  if (tensor.standardDeviation !== null) {
    rows.push([l10n.t('Standard deviation'), formatValue(tensor.standardDeviation)]);
  }
  return `**${escapeMarkdown(tensor.name)}**\n\n${table(rows)}`;
}

/** What a screen reader says of a row, where the dots and brackets of the description say too little. */
export function layerAccessibleText(layer: LayerView, locked = false): string {
  return `${layer.name}, ${layerDescription(layer, locked).replaceAll(' · ', ', ')}`;
}

/** A dimension without a name or number is a question mark. */
function shapeText(shape: ShapeView): string {
  return `[${shape.map((size) => size ?? '?').join(', ')}]`;
}

export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~$&]/g, '\\$&').replace(/\s+/g, ' ');
}

function figures(parameters: number, bytes: number, macs: number | null, sparsity: number | null): string {
  return join([
    l10n.t('{0} params', formatCount(parameters)),
    formatBytes(bytes),
    macs === null ? l10n.t('MACs unknown') : macs === 0 ? '' : macsText(macs),
    zeroText(sparsity),
  ]);
}

function macsText(macs: number): string {
  return l10n.t('{0} MACs', formatCount(macs));
}

function zeroText(sparsity: number | null): string {
  return sparsity === null ? '' : l10n.t('{0} zero', formatPercent(sparsity, sparsity === 0 ? 0 : 1));
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

function endpoint(value: ModelView['inputs'][number]): string {
  return `${value.name} ${value.type}${value.shape === null ? '' : shapeText(value.shape)}`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(([name, value]) => `| ${escapeMarkdown(name)} | ${escapeMarkdown(value)} |`);
  return ['|  |  |', '|:--|:--|', ...body].join('\n');
}
