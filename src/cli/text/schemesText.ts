// What `inspect --schemes` prints for people: what each scheme comes to, and what it does to each layer.
import { formatBytes, formatDecibels, formatValue } from '../../shared/base/numbers';
import type { SchemeId, SchemesView, SchemeView } from '../../shared/contracts/schemeViews';
import { table, type Column } from './table';

export function schemesText(compared: SchemesView, columns: number): string {
  const { bytes, layers, schemes } = compared;
  if (layers.length === 0) return 'No layer has weights to quantize.\n';
  return [
    ...table(modelLayout(bytes), schemes, columns),
    '',
    'SQNR of the weights of each layer:',
    ...table(
      layerLayout(compared),
      layers.map((_, index) => index),
      columns,
    ),
    '',
    ...keptLines(compared),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

/** As the command line's help and messages name them. */
const titles: Readonly<Record<SchemeId, string>> = {
  float16: 'float16',
  bfloat16: 'bfloat16',
  int8: 'int8 per channel',
  'int8-tensor': 'int8 per tensor',
  'int4-group': 'int4 in groups of 32',
  int4: 'int4 per channel',
  'int3-group': 'int3 in groups of 32',
  'int2-group': 'int2 in groups of 32',
};

function modelLayout(bytes: number): readonly Column<SchemeView>[] {
  return [
    { title: 'Scheme', kind: 'text', cell: ({ id }) => titles[id] },
    { title: 'Size', kind: 'figure', cell: ({ model }) => `≈ ${formatBytes(model.bytes)}` },
    { title: 'Of now', kind: 'figure', cell: ({ model }) => (model.bytes / bytes).toFixed(3) },
    { title: 'SQNR', kind: 'figure', cell: ({ model }) => formatDecibels(model.sqnrDb) },
    { title: 'MSE', kind: 'figure', cell: ({ model }) => formatValue(model.mse) },
    { title: 'Max error', kind: 'figure', cell: ({ model }) => formatValue(model.maxError) },
  ];
}

function layerLayout({ layers, schemes }: SchemesView): readonly Column<number>[] {
  return [
    { title: 'Layer', kind: 'text', cell: (index) => layers[index]?.name ?? '' },
    ...schemes.map(({ id, layers: figures }): Column<number> => {
      const cell = (index: number): string => {
        const figure = figures[index];
        return figure === undefined || isKept(figure) ? 'kept' : formatDecibels(figure.sqnrDb);
      };
      return { title: id, kind: 'figure', cell };
    }),
  ];
}

/** Whether nothing of the layer changes. */
function isKept({ kept, maxError }: SchemeView['layers'][number]): boolean {
  return kept !== undefined && maxError === 0;
}

/** Why layers keep their type, each reason of a layer once. */
function keptLines({ layers, schemes }: SchemesView): readonly string[] {
  const lines = schemes.flatMap(({ layers: figures }) =>
    figures.flatMap(({ kept }, index) =>
      kept === undefined ? [] : [`${layers[index]?.name ?? ''}: ${kept}`],
    ),
  );
  return [...new Set(lines)].map((line) => `note: weights of layer ${line}`);
}
