// What `inspect` prints for people.
import { formatBytes, formatCount, formatInteger, formatPercent } from '../../shared/base/numbers';
import type { LayerView, ModelView, ShapeView } from '../../shared/contracts/viewModels';
import { noteLines } from './notes';
import { table, type Column } from './table';

export function modelText(model: ModelView, columns: number): string {
  const { totals } = model;
  const about = [model.format, ...model.opsets, ...(model.producer ? [`by ${model.producer}`] : [])];
  const total: LayerView = {
    name: 'Total',
    operator: '',
    outputShape: null,
    tensors: [],
    ...totals,
  };
  return [
    `${model.path}: ${about.join(', ')}`,
    ...model.inputs.map(({ name, type, shape }) => `Input   ${name}: ${type} ${shapeText(shape)}`),
    ...model.outputs.map(({ name, type, shape }) => `Output  ${name}: ${type} ${shapeText(shape)}`),
    '',
    ...table(layout, [...model.layers, total], columns),
    '',
    ...noteLines(model.warnings),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

const layout: readonly Column<LayerView>[] = [
  { title: 'Layer', kind: 'text', cell: ({ name }) => name },
  { title: 'Operator', kind: 'text', cell: ({ operator }) => operator },
  { title: 'Parameters', kind: 'figure', cell: ({ parameters }) => formatInteger(parameters) },
  { title: 'Size', kind: 'figure', cell: ({ bytes }) => formatBytes(bytes) },
  { title: 'MACs', kind: 'figure', cell: ({ macs }) => (macs === null ? '?' : formatCount(macs)) },
  {
    title: 'Zeros',
    kind: 'figure',
    cell: ({ sparsity }) => (sparsity === null ? '' : formatPercent(sparsity)),
  },
  {
    title: 'Output',
    kind: 'text',
    cell: ({ outputShape, operator }) => (operator === '' ? '' : shapeText(outputShape)),
  },
];

/** Like `1×3×224×224`; what is not known is a question mark. */
function shapeText(shape: ShapeView | null): string {
  if (shape === null) return '?';
  return shape.length === 0 ? 'scalar' : shape.map((dimension) => dimension ?? '?').join('×');
}
