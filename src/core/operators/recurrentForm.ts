// Recurrent layers while training: step after step written out, since ONNX Runtime has no gradients of them and loops
// pass none on. The sequence length is that of the training graph.
import { attribute } from '../ir/graph';
import type { GraphBuilder } from '../ir/graphBuilder';
import { GradientRefused, type GradientRule, type TrainingForm, type TrainingFormContext } from './gradient';
import { recurrentActivations, type Activation } from './recurrentActivations';
import type { CellKind, CellState } from './recurrentCells';

type Asked = Pick<TrainingFormContext, 'node' | 'opset' | 'build' | 'inputShape' | 'inputValues'>;

/** What is known of a layer before it is written out. */
interface Layer {
  readonly steps: number;
  readonly batch: number;
  readonly input: number;
  readonly hidden: number;
  /** For each direction, whether it runs from the last step to the first. */
  readonly reversed: readonly boolean[];
  readonly activations: readonly (readonly Activation[])[];
  readonly clip: number | undefined;
  /** The batch is the first axis of all values. */
  readonly batchFirst: boolean;
}

/** ONNX Runtime takes minutes to load what more steps come to. */
const mostSteps = 1000;

/** Inputs of the operators, all of them in the same places. */
const inputs = { value: 0, weights: 1, recurrence: 2, bias: 3, lengths: 4, hidden: 5, cell: 6, peepholes: 7 };

/** Writes the steps of the layer; one that cannot be written out stays as it is, and has no gradient. */
export function recurrentForm(kind: CellKind): TrainingForm {
  return (context) => {
    let layer: Layer;
    try {
      layer = layerOf(context, kind);
    } catch (error) {
      if (!(error instanceof GradientRefused)) throw error;
      context.build.nodes.push(context.node);
      return;
    }
    unroll(context, kind, layer);
  };
}

/** Says why a layer could not be written out: those that can are gone when gradients are asked for. */
export function recurrentGradient(kind: CellKind): GradientRule {
  return (context) => {
    layerOf(context, kind);
    throw new GradientRefused(`${context.node.operator}: not in its training form`);
  };
}

function layerOf(context: Asked, kind: CellKind): Layer {
  const { node, build, inputShape } = context;
  const refuse = (reason: string): never => {
    throw new GradientRefused(`${node.operator}: ${reason}`);
  };
  if (build.opset < 13) refuse('before opset 13');
  const batchFirst = attribute(node, 'layout', 'int') === 1;
  const [first, second, input] = inputShape(inputs.value) as [number, number, number];
  const [steps, batch] = batchFirst ? [second, first] : [first, second];
  if (steps === 0 || batch === 0) refuse('an empty sequence');
  if (steps > mostSteps) refuse(`${steps} steps`);
  const [directions, , hidden] = inputShape(inputs.recurrence) as [number, number, number];
  const direction = attribute(node, 'direction', 'string') ?? 'forward';
  if ((node.inputs[inputs.lengths] ?? '') !== '') {
    const lengths = context.inputValues(inputs.lengths);
    if (lengths?.every((length) => length === steps) !== true) refuse('sequences of different lengths');
  }
  const clip = attribute(node, 'clip', 'float');
  return {
    steps,
    batch,
    input,
    hidden,
    reversed: directions === 2 ? [false, true] : [direction === 'reverse'],
    activations: recurrentActivations(node, kind.activations, directions),
    // No bound, and one of 0, mean none.
    clip: clip === undefined || clip <= 0 ? undefined : clip,
    batchFirst,
  };
}

function unroll(context: TrainingFormContext, kind: CellKind, layer: Layer): void {
  const { node, build } = context;
  const { steps, batch, hidden, reversed, batchFirst } = layer;
  const given = (index: number): string | undefined => node.inputs[index] || undefined;
  const directions = reversed.length;
  const rows = kind.gates * hidden;
  /** The part of each direction, without the axis of directions, in the given shape. */
  const perDirection = (
    value: string | undefined,
    shape: readonly number[],
  ): readonly string[] | undefined =>
    value === undefined
      ? undefined
      : split(build, value, 0, directions).map((part) => build.reshape(part, shape));
  const batchSecond = (value: string | undefined): string | undefined =>
    value !== undefined && batchFirst ? build.node('Transpose', [value], { perm: [1, 0, 2] }) : value;

  const sequence = build.reshape(batchSecond(given(inputs.value))!, [steps * batch, layer.input]);
  const weights = perDirection(given(inputs.weights), [rows, layer.input])!;
  const recurrence = perDirection(given(inputs.recurrence), [rows, hidden])!;
  const biases = perDirection(given(inputs.bias), [2 * rows]);
  const peepholes = perDirection(given(inputs.peepholes), [3 * hidden]);
  const initialHidden = perDirection(batchSecond(given(inputs.hidden)), [batch, hidden]);
  const initialCell = perDirection(batchSecond(given(inputs.cell)), [batch, hidden]);

  const fromInput = (matrix: string, bias: string | undefined): readonly string[] =>
    split(build, build.node('Gemm', [sequence, matrix, bias], { transB: 1 }), 0, steps);
  const run = (direction: number): { readonly states: readonly string[]; readonly last: CellState } => {
    const bias = biases?.[direction];
    const [inputBias, recurrenceBias] = bias === undefined ? [] : build.split(bias, 0, [rows, rows]);
    const step = kind.steps({
      build,
      hidden,
      inputWeights: weights[direction]!,
      recurrence: recurrence[direction]!,
      inputBias,
      recurrenceBias,
      peepholes: peepholes?.[direction],
      fromInput,
      activations: layer.activations[direction]!.map((activation) => (value) => activation(build, value)),
      clip: (value) => clipped(build, value, layer.clip),
      couplesGates: attribute(node, 'input_forget', 'int') === 1,
      resetsAfter: (attribute(node, 'linear_before_reset', 'int') ?? 0) !== 0,
    });
    const states: string[] = [];
    let state: CellState = { hidden: initialHidden?.[direction], cell: initialCell?.[direction] };
    for (let count = 0; count < steps; count++) {
      const at = reversed[direction] === true ? steps - 1 - count : count;
      const next = step(at, state);
      states[at] = next.hidden;
      state = next;
    }
    return { states, last: state };
  };
  writeOutputs(
    context,
    layer,
    reversed.map((_, direction) => run(direction)),
  );
}

function writeOutputs(
  { node, build }: TrainingFormContext,
  { steps, batch, hidden, batchFirst }: Layer,
  runs: readonly { readonly states: readonly string[]; readonly last: CellState }[],
): void {
  const write = (output: number, value: () => string, perm: readonly number[]): void => {
    const name = node.outputs[output] ?? '';
    if (name === '') return;
    if (batchFirst) build.nodeNamed('Transpose', [value()], [name], { perm });
    else build.nodeNamed('Identity', [value()], [name]);
  };
  const join = (values: readonly string[], axis: number): string =>
    values.length === 1 ? values[0]! : build.node('Concat', values, { axis });
  // [steps, directions, batch, hidden], and with the batch first [batch, steps, directions, hidden].
  const all = (): string =>
    join(
      runs.map(({ states }) => build.reshape(join(states, 0), [steps, 1, batch, hidden])),
      1,
    );
  const last =
    (state: keyof CellState): (() => string) =>
    () =>
      join(
        runs.map((run) => build.reshape(run.last[state]!, [1, batch, hidden])),
        0,
      );
  write(0, all, [2, 0, 1, 3]);
  write(1, last('hidden'), [1, 0, 2]);
  write(2, last('cell'), [1, 0, 2]);
}

function clipped(build: GraphBuilder, value: string, bound: number | undefined): string {
  if (bound === undefined) return value;
  return build.node('Clip', [value, build.scalar(-bound), build.scalar(bound)]);
}

/** The value in `count` equal parts along an axis. */
function split(build: GraphBuilder, value: string, axis: number, count: number): readonly string[] {
  if (count === 1) return [value];
  // Since opset 18, how many parts there are is said, not counted.
  return build.nodeWithOutputs('Split', [value], count, {
    axis,
    ...(build.opset >= 18 && { num_outputs: count }),
  });
}
