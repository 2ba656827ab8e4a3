// Which output of a network is trained, and what the loss takes of it: the scores before a final softmax or sigmoid,
// because the logarithm of what these give loses all digits where the network is sure.
import { CounterweightError } from '../../shared/base/errors';
import type { LossKind } from '../../shared/contracts/viewModels';
import type { ScoreKind } from '../analysis/classScores';
import { resolveLoss } from '../analysis/losses';
import type { ShapeTable } from '../analysis/shapes';
import type { Targets } from '../data/dataSet';
import { isFloat } from '../ir/elementType';
import { attribute, type Model, type Node } from '../ir/graph';
import { axisOf, knownShape } from '../operators/dimensions';
import { product, type Operator } from '../operators/operator';
import { operatorOf } from '../operators/operators';
import type { TrainOptions } from './trainOptions';

export interface TrainedOutput {
  readonly name: string;
  /** Its elements for each sample. */
  readonly elements: number;
  readonly loss: LossKind;
  /** What the file's output is, as `evaluate` needs to know it. */
  readonly scores: ScoreKind;
  /** The final softmax or sigmoid that the loss does without. */
  readonly head?: Node;
}

export interface OutputQuestion {
  readonly model: Model;
  /** Of the model, for a batch of the given number of samples. */
  readonly shapes: ShapeTable;
  readonly batch: number;
  readonly targets: Targets;
  readonly loss: TrainOptions['loss'];
  /** Names of the model's file and of the data, for messages. */
  readonly path: string;
  readonly data: string;
}

/**
 * The first output of floating-point numbers that the targets fit. Of values it has as many elements for each sample
 * as they; of classes it has one for each, or one for two of them, all on one axis: the scores of anchors or time steps
 * have another. Throws NOT_TRAINABLE where there is none, DATA_INVALID where the loss does not suit the targets.
 */
export function trainedOutput(question: OutputQuestion): TrainedOutput {
  const { model, targets, path } = question;
  const outputs = model.graph.outputs.filter(({ type }) => type === undefined || isFloat(type));
  const found = outputs.flatMap(({ name }) => {
    const elements = fittingElements(question, name);
    return elements === undefined ? [] : [{ name, elements }];
  });
  const [first] = found;
  if (!first) {
    const wanted =
      targets.kind === 'classes'
        ? `scores of ${targets.count} classes`
        : `${product(targets.shape) ?? 0} values for each sample`;
    const shapes = outputs.map(({ name }) => `${name} [${shapeOf(question, name)?.join(', ') ?? '?'}]`);
    const reason = `the data ask for ${wanted}, and it gives ${shapes.join(', ') || 'no floating-point numbers'}`;
    throw new CounterweightError('NOT_TRAINABLE', { path, reason });
  }
  const { name, elements } = first;
  const loss = resolveLoss(question.loss, { name: question.data, targets }, elements);
  const last = finalActivation(question, name, elements);
  const activation = last && operatorOf(last)?.activates;
  // The other losses compare outputs with 0 and 1.
  const isProbability = heads[loss] === undefined || activation === 'softmax' || activation === 'sigmoid';
  const isHead = activation !== undefined && heads[loss]?.has(activation) === true;
  return {
    name,
    elements,
    loss,
    scores: isProbability ? 'probabilities' : 'logits',
    ...(last && isHead && { head: last }),
  };
}

/** The activations that each loss contains. */
const heads: Partial<Record<LossKind, ReadonlySet<NonNullable<Operator['activates']>>>> = {
  crossEntropy: new Set(['softmax', 'logSoftmax'] as const),
  binaryCrossEntropy: new Set(['sigmoid'] as const),
};

function shapeOf({ model, shapes }: OutputQuestion, name: string): readonly number[] | undefined {
  return knownShape(shapes.shape(model.graph, name));
}

function fittingElements(question: OutputQuestion, name: string): number | undefined {
  const { batch, targets } = question;
  const shape = shapeOf(question, name);
  if (!shape || (shape[0] !== batch && batch !== 1)) return undefined;
  const elements = (product(shape) ?? 0) / batch;
  if (targets.kind === 'values') return elements === product(targets.shape) ? elements : undefined;
  const sample = shape[0] === batch ? shape.slice(1) : shape;
  const isVector = sample.filter((size) => size !== 1).length <= 1;
  const fits = elements >= targets.count || (elements === 1 && targets.count === 2);
  return isVector && fits ? elements : undefined;
}

/** The softmax or sigmoid whose result is the output, in another shape at most. */
function finalActivation(question: OutputQuestion, output: string, elements: number): Node | undefined {
  const { model, shapes, batch } = question;
  const producers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  let value = output;
  for (let steps = 0; steps < model.graph.nodes.length; steps++) {
    const node = producers.get(value);
    const operator = node && operatorOf(node);
    if (!node || !operator || product(shapes.shape(model.graph, value)) !== batch * elements)
      return undefined;
    if (operator.activates) {
      return operator.activates === 'sigmoid' || isAlongClasses(question, node, elements) ? node : undefined;
    }
    const [input, ...others] = operator.passes?.(node, node.outputs.indexOf(value)) ?? [];
    if (input === undefined || others.length > 0 || operator.dequantizes === true) return undefined;
    value = node.inputs[input] ?? '';
  }
  return undefined;
}

/** Whether a softmax works along the axis that holds all elements of a sample. */
function isAlongClasses({ model, shapes }: OutputQuestion, node: Node, elements: number): boolean {
  const shape = knownShape(shapes.shape(model.graph, node.outputs[0] ?? ''));
  const axis = shape && axisOf(attribute(node, 'axis', 'int') ?? -1, shape.length);
  return axis !== undefined && shape?.[axis] === elements;
}
