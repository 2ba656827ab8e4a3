// A network for a number of samples: a training graph is made for one batch size, because gradients need every shape.
import type { DataSet } from '../data/dataSet';
import { placement, type Placement } from '../analysis/dataInputs';
import type { Model } from '../ir/graph';
import type { RuntimeValue } from '../runtime/runtime';

/** What is known of the samples that a network is trained on. */
export type Samples = Pick<DataSet, 'name' | 'inputs'>;

/** A model all of whose inputs have known shapes. */
export interface BatchModel {
  readonly model: Model;
  /** Lays samples out for the inputs; fewer than the batch are filled up with the last one. */
  readonly placement: Placement;
}

/** The number of samples that the model's inputs are made for; undefined where they leave it free. Throws DATA_INVALID. */
export function fixedBatch(model: Model, samples: Samples): number | undefined {
  return placement(samples, valuesOf(model)).fixedBatch;
}

/** The model for `batch` samples, which must be its own number where that is fixed. Throws DATA_INVALID. */
export function modelOfBatch(model: Model, samples: Samples, batch: number): BatchModel {
  const free = placement(samples, valuesOf(model));
  const empty = samples.inputs.map(
    ({ shape }) => new Float32Array(shape.reduce((product, size) => product * size, 1)),
  );
  const { feeds } = free.place({ count: 1, inputs: empty });
  const inputs = model.graph.inputs.map((input) => {
    const [first = 1, ...rest] = feeds[input.name]?.shape ?? [];
    const shape = free.fixedBatch === undefined ? [batch, ...rest] : [first, ...rest];
    return { name: input.name, ...(input.type && { type: input.type }), shape };
  });
  const sized = { ...model, graph: { ...model.graph, inputs } };
  return { model: sized, placement: placement(samples, valuesOf(sized)) };
}

function valuesOf(model: Model): readonly RuntimeValue[] {
  return model.graph.inputs.map(({ name, type, shape }) => ({ name, type, shape }));
}
