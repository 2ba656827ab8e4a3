// The layers of a comparison as rows of text, the same in the terminal, in report.md and in report.html.
import {
  formatBytes,
  formatDecibels,
  formatInteger,
  formatPercent,
  formatValue,
} from '../../../shared/base/numbers';
import type { LayerChangeView, LayerPartView } from '../../../shared/contracts/layerChange';

/** What the cells of a layer's row say; a dash where there is nothing to say. */
export interface LayerRow {
  readonly name: string;
  readonly operator: string;
  /** Whether the row is one of those that stand for the layer above it. */
  readonly isPart: boolean;
  readonly shape: string;
  readonly type: string;
  readonly parameters: string;
  readonly zeros: string;
  readonly bytes: string;
  readonly gzipBytes: string;
  readonly sparseBytes: string;
  readonly entropyBytes: string;
  readonly mse: string;
  readonly sqnr: string;
  readonly maxError: string;
  readonly cosine: string;
}

/** A row for each layer, followed by those of the layers that replaced it. */
export function layerRows(layers: readonly LayerChangeView[]): readonly LayerRow[] {
  return layers.flatMap((layer) => [rowOf(layer), ...(layer.parts ?? []).map(partRow)]);
}

/** "float32 → int8"; just the one where both read the same. */
export function changeText(before: string, after: string): string {
  return before === after ? after : `${before} → ${after}`;
}

function rowOf(layer: LayerChangeView): LayerRow {
  const { name, operator, parameters, parametersAfter = parameters } = layer;
  return {
    name,
    operator,
    isPart: false,
    shape: shapeChange(layer),
    type: changeText(layer.typeBefore ?? none, layer.typeAfter ?? none),
    parameters: changeText(formatInteger(parameters), formatInteger(parametersAfter)),
    zeros: changeText(known(layer.sparsityBefore, formatPercent), known(layer.sparsityAfter, formatPercent)),
    bytes: changeText(formatBytes(layer.bytesBefore), formatBytes(layer.bytesAfter)),
    gzipBytes: bytesChange(layer.gzipBytesBefore, layer.gzipBytesAfter),
    sparseBytes: bytesChange(layer.sparseBytesBefore, layer.sparseBytesAfter),
    entropyBytes: bytesChange(layer.entropyBytesBefore, layer.entropyBytesAfter),
    mse: known(layer.mse, formatValue),
    sqnr: layer.sqnrDb === undefined ? none : formatDecibels(layer.sqnrDb),
    maxError: known(layer.maxError, formatValue),
    cosine: known(layer.cosine, (cosine) => cosine.toFixed(4)),
  };
}

function partRow({ name, operator, shape, type, parameters, bytes, sparsity }: LayerPartView): LayerRow {
  return {
    name,
    operator,
    isPart: true,
    shape: shapeText(shape),
    type,
    parameters: formatInteger(parameters),
    zeros: formatPercent(sparsity),
    bytes: formatBytes(bytes),
    gzipBytes: none,
    sparseBytes: none,
    entropyBytes: none,
    mse: none,
    sqnr: none,
    maxError: none,
    cosine: none,
  };
}

const none = '–';

function shapeChange({ change, shapeBefore, shapeAfter, parts = [] }: LayerChangeView): string {
  const before = shapeBefore ? shapeText(shapeBefore) : 'added';
  if (change === 'removed') return `${before} → removed`;
  if (shapeAfter)
    return shapeBefore ? changeText(before, shapeText(shapeAfter)) : `added, ${shapeText(shapeAfter)}`;
  return parts.length > 0 ? `${before} → ${parts.length} layers` : none;
}

function shapeText(shape: readonly number[]): string {
  return shape.join('×') || 'scalar';
}

function known(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? none : format(value);
}

function bytesChange(before: number | undefined, after: number | undefined): string {
  return before === undefined || after === undefined
    ? none
    : changeText(formatBytes(before), formatBytes(after));
}
