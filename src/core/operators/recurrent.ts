// Recurrent layers: W [directions, gates·hidden, input], R [directions, gates·hidden, hidden].
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { add, times } from './dimensions';
import { product, type NodeContext, type Operator } from './operator';
import { recurrentCells, type CellKind } from './recurrentCells';
import { recurrentForm, recurrentGradient } from './recurrentForm';

interface RecurrentInit {
  readonly name: string;
  readonly domain?: string;
  /** States per cell: hidden, and cell state of an LSTM. */
  readonly states: 1 | 2;
  /** The contrib operators store W and R transposed, and quantized. */
  readonly quantized?: boolean;
  /** Its steps, where gradients pass through it. */
  readonly cell?: CellKind;
}

export const recurrentOperators: readonly Operator[] = [
  recurrent({ name: 'RNN', states: 1, cell: recurrentCells.RNN }),
  recurrent({ name: 'GRU', states: 1, cell: recurrentCells.GRU }),
  recurrent({ name: 'LSTM', states: 2, cell: recurrentCells.LSTM }),
  recurrent({ name: 'DynamicQuantizeLSTM', domain: 'com.microsoft', states: 2, quantized: true }),
];

const quantizedInput = { quantized: true, grid: { scale: 8, zeroPoint: 9 } };
const quantizedRecurrence = { quantized: true, grid: { scale: 10, zeroPoint: 11 } };

function recurrent(init: RecurrentInit): Operator {
  const { name, states, quantized = false, cell } = init;
  const outputAxis = quantized ? 2 : 1;
  return {
    name,
    ...(init.domain === undefined ? {} : { domain: init.domain }),
    ...(cell ? { trainingForm: recurrentForm(cell), gradient: recurrentGradient(cell) } : {}),
    weights: () => [
      { input: 1, role: 'weight', outputAxis, ...(quantized ? quantizedInput : {}) },
      { input: 2, role: 'weight', outputAxis, ...(quantized ? quantizedRecurrence : {}) },
      { input: 3, role: 'bias' },
      ...(states === 2 ? [{ input: 7, role: 'bias' } as const] : []),
    ],
    shape: (context) => {
      const { sequence, batch, directions, hidden, batchFirst } = sizesOf(context);
      if (sequence === null) return [{ shape: undefined }];
      const steps: Shape = batchFirst
        ? [batch, sequence, directions, hidden]
        : [sequence, directions, batch, hidden];
      const state: Shape = batchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
      return [{ shape: steps }, { shape: state }, ...(states === 2 ? [{ shape: state }] : [])];
    },
    // Both matrices once per step and sample; peepholes and biases are elementwise.
    macs: (context) => {
      const { sequence, batch } = sizesOf(context);
      const perStep = add(product(context.inputShape(1)), product(context.inputShape(2)));
      return times(sequence ?? undefined, batch, perStep);
    },
  };
}

interface Sizes {
  /** Null where the input's rank is unknown. */
  readonly sequence: Dimension | null;
  readonly batch: Dimension;
  readonly directions: number;
  readonly hidden: Dimension;
  readonly batchFirst: boolean;
}

function sizesOf({ node, inputShape }: NodeContext): Sizes {
  const input = inputShape(0);
  const batchFirst = attribute(node, 'layout', 'int') === 1;
  return {
    sequence: input ? input[batchFirst ? 1 : 0] : null,
    batch: input?.[batchFirst ? 0 : 1],
    directions: attribute(node, 'direction', 'string') === 'bidirectional' ? 2 : 1,
    hidden: attribute(node, 'hidden_size', 'int'),
    batchFirst,
  };
}
