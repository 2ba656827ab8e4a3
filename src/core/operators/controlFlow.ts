// Operators that run graphs of their own: what those graphs get, how often they run, and what comes out.
import { attribute, type Dimension, type Shape } from '../ir/graph';
import { axisOf } from './dimensions';
import type { BodyRun, InferBody, InferredOutput, NodeContext, Operator } from './operator';

export const controlFlowOperators: readonly Operator[] = [
  { name: 'If', body: branch },
  { name: 'Loop', body: loop },
  { name: 'Scan', body: scan },
  { name: 'SequenceMap' },
  { name: 'BeamSearch', domain: 'com.microsoft' },
  { name: 'GreedySearch', domain: 'com.microsoft' },
  { name: 'Sampling', domain: 'com.microsoft' },
];

function branch(context: NodeContext, infer: InferBody): BodyRun {
  const yes = infer('then_branch', []);
  const no = infer('else_branch', []);
  const condition = context.inputValues(0)?.[0];
  if (condition === undefined) {
    const outputs = yes.map((output, i) => common(output, no[i]));
    return { outputs, repeats: { then_branch: 1, else_branch: 1 }, alternatives: true };
  }
  const taken = condition !== 0;
  return { outputs: taken ? yes : no, repeats: { then_branch: Number(taken), else_branch: Number(!taken) } };
}

/** What holds in both cases. */
function common(a: InferredOutput, b: InferredOutput | undefined): InferredOutput {
  if (!a.shape || a.shape.length !== b?.shape?.length) return { shape: undefined };
  const other = b.shape;
  return { shape: a.shape.map((size, i) => (size === other[i] ? size : undefined)) };
}

/** Inputs are trip count, condition and states; the body gets the iteration, the condition and the states. */
function loop({ node, inputShape, inputValues }: NodeContext, infer: InferBody): BodyRun {
  const given = node.inputs.slice(2).map((_, i): InferredOutput => ({ shape: inputShape(i + 2) }));
  const counters: readonly InferredOutput[] = [{ shape: [] }, { shape: [] }];
  const { states, rest } = fixedPoint(given, (current) => infer('body', [...counters, ...current]).slice(1));
  // A condition that is not stored may end the loop early.
  const unconditional = (node.inputs[1] ?? '') === '' || inputValues(1)?.[0] === 1;
  const trips = unconditional ? inputValues(0)?.[0] : undefined;
  const stacked = rest.map(({ shape }): InferredOutput => ({ shape: shape && [trips, ...shape] }));
  return { outputs: [...states, ...stacked], repeats: { body: trips } };
}

/** Inputs are states, then sequences that are cut along an axis (before version 9 a batch axis preceded all). */
function scan(context: NodeContext, infer: InferBody): BodyRun {
  const { node, opset, inputShape } = context;
  const sequences = attribute(node, 'num_scan_inputs', 'int') ?? 0;
  if (opset < 9 || sequences === 0) return { outputs: [], repeats: {} };
  const count = node.inputs.length - sequences;
  const given = node.inputs.slice(0, count).map((_, i): InferredOutput => ({ shape: inputShape(i) }));
  const axes = attribute(node, 'scan_input_axes', 'ints') ?? [];
  const cut = node.inputs.slice(count).map((_, i) => without(inputShape(count + i), axes[i] ?? 0));
  const slices = cut.map(({ shape }): InferredOutput => ({ shape }));
  const { states, rest } = fixedPoint(given, (current) => infer('body', [...current, ...slices]));
  const steps = cut.map(({ size }) => size).find((size) => typeof size === 'number');
  const outputAxes = attribute(node, 'scan_output_axes', 'ints') ?? [];
  const stacked = rest.map(({ shape }, i) => ({ shape: inserted(shape, outputAxes[i] ?? 0, steps) }));
  return { outputs: [...states, ...stacked], repeats: { body: steps } };
}

/** States keep their shape from step to step, or it is not known: whatever the body changes is unknown from the start. */
function fixedPoint(
  given: readonly InferredOutput[],
  step: (states: readonly InferredOutput[]) => readonly InferredOutput[],
): { readonly states: readonly InferredOutput[]; readonly rest: readonly InferredOutput[] } {
  let outputs = step(given);
  const states = given.map((state, i) => common(state, outputs[i]));
  if (states.some(({ shape }, i) => !same(shape, given[i]?.shape))) outputs = step(states);
  return { states, rest: outputs.slice(given.length) };
}

function same(a: Shape | undefined, b: Shape | undefined): boolean {
  return a?.length === b?.length && (a ?? []).every((size, i) => size === b?.[i]);
}

function without(
  shape: Shape | undefined,
  axis: number,
): { readonly shape: Shape | undefined; readonly size: Dimension } {
  const at = shape && axisOf(axis, shape.length);
  if (!shape || at === undefined) return { shape: undefined, size: undefined };
  return { shape: shape.filter((_, i) => i !== at), size: shape[at] };
}

function inserted(shape: Shape | undefined, axis: number, size: Dimension): Shape | undefined {
  if (!shape) return undefined;
  const at = axis < 0 ? axis + shape.length + 1 : axis;
  return [...shape.slice(0, at), size, ...shape.slice(at)];
}
