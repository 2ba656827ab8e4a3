// Models of old versions list stored tensors among their inputs; on samples, only what samples fill is an input.
import type { Model } from '../ir/graph';

/**
 * The model without its stored tensors among its inputs: these are defaults, which no sample replaces. Versions of the
 * IR before 4 know no others, so that the model is raised to that.
 */
export function inputsWithoutDefaults(model: Model): Model {
  const { graph } = model;
  const stored = new Set(graph.initializers.map(({ name }) => name));
  return {
    ...model,
    irVersion: Math.max(model.irVersion, 4),
    graph: { ...graph, inputs: graph.inputs.filter(({ name }) => !stored.has(name)) },
  };
}
