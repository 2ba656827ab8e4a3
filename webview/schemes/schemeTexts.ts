// The words and figures of schemes that are compared.
import * as l10n from '@vscode/l10n';
import { formatBytes, formatDecibels, formatInteger, formatValue } from '../../src/shared/base/numbers';
import type {
  LayerSchemeView,
  SchemeFiguresView,
  SchemeId,
  SchemesView,
} from '../../src/shared/contracts/schemeViews';
import type { Table } from '../charts/csv';

function schemeName(id: SchemeId): string {
  const names: Record<SchemeId, string> = {
    float16: 'float16',
    bfloat16: 'bfloat16',
    int8: l10n.t('int8 per channel'),
    'int8-tensor': l10n.t('int8 per tensor'),
    'int4-group': l10n.t('int4 in groups of 32'),
    int4: l10n.t('int4 per channel'),
    'int3-group': l10n.t('int3 in groups of 32'),
    'int2-group': l10n.t('int2 in groups of 32'),
  };
  return names[id];
}

/** What a scheme does to the whole model or to one of its layers. */
export interface SchemeRow {
  readonly id: SchemeId;
  readonly figures: SchemeFiguresView;
  /** Of what there is now; above 1 where it grows. */
  readonly sizeRatio: number;
  /** From 0 to 1, where the best that is finite is 1. */
  readonly sqnrFraction: number;
  /** Why weights keep their type, or how many layers do; empty where none do. */
  readonly kept: string;
  /** Whether the scheme changes anything. */
  readonly changes: boolean;
}

/** The schemes on a layer, or on the whole model; none where the layer has no weights. */
export function schemeRows(compared: SchemesView, layer: string | undefined): readonly SchemeRow[] {
  const index = compared.layers.findIndex(({ name }) => name === layer);
  if (layer !== undefined && index < 0) return [];
  const before = layer === undefined ? compared.bytes : (compared.layers[index]?.bytes ?? 0);
  const rows = compared.schemes.flatMap(({ id, model, layers }) => {
    const figures = layer === undefined ? model : layers[index];
    const kept = layer === undefined ? keptLayers(layers) : (layers[index]?.kept ?? '');
    return figures === undefined ? [] : [{ id, figures, kept }];
  });
  const best = Math.max(1, ...rows.map(({ figures }) => figures.sqnrDb ?? 0));
  return rows.map((row) => ({
    ...row,
    changes: row.kept === '' || row.figures.maxError > 0,
    sizeRatio: before === 0 ? 1 : row.figures.bytes / before,
    sqnrFraction: row.figures.sqnrDb === null ? 1 : Math.max(0, row.figures.sqnrDb) / best,
  }));
}

function keptLayers(layers: readonly LayerSchemeView[]): string {
  const count = layers.filter(({ kept }) => kept !== undefined).length;
  if (count === 0) return '';
  return count === 1 ? l10n.t('1 layer keeps its type') : l10n.t('{0} layers keep their type', count);
}

export function schemeColumns(): readonly string[] {
  return [l10n.t('Scheme'), l10n.t('Size'), l10n.t('SQNR'), l10n.t('MSE'), l10n.t('Max error')];
}

/** What is written of a row, in the order of the columns. */
export function schemeCells({ id, figures, changes }: SchemeRow): readonly string[] {
  const [name, size] = [schemeName(id), formatBytes(figures.bytes)];
  if (!changes) return [name, size, '–', '–', '–'];
  return [
    name,
    size,
    formatDecibels(figures.sqnrDb),
    formatValue(figures.mse),
    formatValue(figures.maxError),
  ];
}

/** For reading. */
export function schemeTable(rows: readonly SchemeRow[]): Table {
  return {
    columns: [...schemeColumns(), l10n.t('Kept')],
    rows: rows.map((row) => [...schemeCells(row), row.kept]),
  };
}

/** Every figure of every scheme, of the file and of each layer, exact. */
export function schemeCsv({ layers, schemes }: SchemesView): Table {
  return {
    columns: ['scheme', 'layer', 'bytes', 'mse', 'sqnrDb', 'maxError', 'kept'],
    rows: schemes.flatMap(({ id, model, layers: own }) => [
      [id, '', ...figuresOf(model), ''],
      ...own.map((figures, index) => [
        id,
        layers[index]?.name ?? '',
        ...figuresOf(figures),
        figures.kept ?? '',
      ]),
    ]),
  };
}

function figuresOf({ bytes, mse, sqnrDb, maxError }: SchemeFiguresView): readonly (string | number)[] {
  return [bytes, mse, sqnrDb ?? 'inf', maxError];
}

/** Like "268,341 bytes, 0.251 of now". */
export function exactSize({ figures, sizeRatio }: SchemeRow): string {
  return l10n.t('≈ {0} bytes, {1} of now', formatInteger(figures.bytes), sizeRatio.toFixed(3));
}
