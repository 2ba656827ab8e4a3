// Networks compute with the sizes of their values: most only cut the batch size out of them for the shape of a Reshape.
// An axis whose size goes into anything else has to stay as it is, or the network would compute something else.
import type { KnownShapes } from '../../../analysis/shapeRules';
import type { Node } from '../../../ir/graph';
import { operatorOf } from '../../../operators/operators';
import type { GraphPlaces } from './valuePlaces';

/**
 * The axes of a node's input whose sizes reach more than integers that are known before running. Every operator on
 * the way is asked what it would give if the size were another one.
 */
export function axesThatMatter(reader: Node, places: GraphPlaces, shapes: KnownShapes): readonly number[] {
  const context = shapes.context(reader);
  const shape = context?.inputShape(0);
  const rule = operatorOf(reader)?.shape;
  const [output = ''] = reader.outputs;
  if (!context || !shape || !rule) return [];
  const usual = rule(context)[0]?.values;
  return [...shape.keys()].filter((axis) => {
    const size = shape[axis];
    if (typeof size !== 'number' || !usual) return true;
    const other = rule({ ...context, inputShape: () => shape.with(axis, size + 1) })[0]?.values;
    return !other || (differs(usual, other) && matters(output, other, places, shapes));
  });
}

function matters(
  value: string,
  changed: readonly number[],
  places: GraphPlaces,
  shapes: KnownShapes,
): boolean {
  const values = new Map([[value, changed]]);
  // Nodes are asked in graph order, so that each sees all of its changed inputs.
  for (const { node } of places.nodes) {
    if (!node.inputs.some((input) => values.has(input))) continue;
    const context = shapes.context(node);
    const rule = operatorOf(node)?.shape;
    if (!context || !rule) return true;
    const usual = rule(context);
    const other = rule({
      ...context,
      inputValues: (index) => values.get(node.inputs[index] ?? '') ?? context.inputValues(index),
    });
    for (const [i, name] of node.outputs.entries()) {
      const [before, after] = [usual[i]?.values, other[i]?.values];
      if (!before || !after) return true;
      if (differs(before, after)) values.set(name, after);
    }
  }
  return [...values.keys()].some((name) => places.captured.has(name));
}

function differs(a: readonly number[], b: readonly number[]): boolean {
  return a.length !== b.length || a.some((value, i) => value !== b[i]);
}
