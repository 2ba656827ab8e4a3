// Networks that are exported for a number of samples, mostly one, and would work for any: their inputs state the number,
// and so do the shapes that values are brought into. Whether the number can be left open is not guessed but tried.
import { planInputs, randomFeeds, type Feeds } from '../analysis/sampleInputs';
import { runtimeNumbers } from '../analysis/runtimeNumbers';
import { CounterweightError } from '../../shared/base/errors';
import { nodeOrder } from '../analysis/nodeOrder';
import { modelToBytes } from '../formats/modelBytes';
import { freshNames } from '../ir/freshNames';
import { isFloat } from '../ir/elementType';
import type { Model, Node } from '../ir/graph';
import { encodeNumbers, tensorNumbers } from '../ir/numbers';
import { pauseFor } from '../ir/pacing';
import { Tensor } from '../ir/tensor';
import { storedTensors } from '../ir/traversal';
import { operatorOf } from '../operators/operators';
import type { Runtime, RuntimeTensor, Session } from '../runtime/runtime';

/**
 * The model for any number of samples, if it computes for two batches at once what it computes for one after the other;
 * else undefined: also where no inputs are found that it runs with. `batch` is the number that all its inputs state.
 * Throws RUNTIME_REFUSED where the model itself does not load.
 */
export async function withFreeBatch(
  model: Model,
  batch: number,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<Model | undefined> {
  if (!model.graph.inputs.every(({ shape }) => shape?.[0] === batch)) return undefined;
  const free = withOpenShapes(withBatch(model, undefined), batch);
  const outputs = model.graph.outputs
    .filter(({ type }) => type === undefined || isFloat(type))
    .map(({ name }) => name);
  const session = await runtime.load(modelToBytes(model));
  try {
    const plan = await planInputs(session, model, pauseFor(signal));
    if (CounterweightError.is(plan)) return undefined;
    const [first, second] = [randomFeeds(session.inputs, plan, 0), randomFeeds(session.inputs, plan, 1)];
    const apart = [await session.run(first, outputs), await session.run(second, outputs)];
    const together = await runFree(withBatch(free, 2 * batch), joined(first, second), outputs, runtime);
    const agree = outputs.every((name) =>
      agrees(
        together?.[name],
        apart.map((each) => each[name]),
      ),
    );
    return agree ? free : undefined;
  } finally {
    await session.dispose();
  }
}

/** What the model gives; undefined where it does not run: the number of samples is somewhere in it. */
async function runFree(
  model: Model,
  feeds: Feeds,
  outputs: readonly string[],
  runtime: Runtime,
): Promise<Readonly<Record<string, RuntimeTensor>> | undefined> {
  let session: Session | undefined;
  try {
    session = await runtime.load(modelToBytes(model));
    return await session.run(feeds, outputs);
  } catch (error) {
    if (CounterweightError.is(error, 'RUNTIME_REFUSED')) return undefined;
    throw error;
  } finally {
    await session?.dispose();
  }
}

function withBatch(model: Model, batch: number | undefined): Model {
  const inputs = model.graph.inputs.map((input) => ({
    ...input,
    shape: [batch, ...(input.shape ?? []).slice(1)],
  }));
  return { ...model, graph: { ...model.graph, inputs } };
}

/** The model with the first size left open in every stated shape that data are brought into. */
function withOpenShapes(model: Model, batch: number): Model {
  const fresh = freshNames(model);
  const stored = storedTensors(model.graph);
  const depends = new Set(model.graph.inputs.map(({ name }) => name));
  const initializers = [...model.graph.initializers];
  const open = (node: Node): Node => {
    const index = operatorOf(node)?.shapeInput;
    const tensor = index === undefined ? undefined : stored.get(node.inputs[index] ?? '');
    const shape = tensor && openShape([...tensorNumbers(tensor)], batch);
    if (index === undefined || !shape) return node;
    const name = fresh(`${node.inputs[index] ?? ''}_open`);
    initializers.push(Tensor.fromBytes(name, 'int64', [shape.length], encodeNumbers('int64', shape)));
    return { ...node, inputs: node.inputs.with(index, name) };
  };
  const nodes = nodeOrder(model.graph).map((node) => {
    if (!node.inputs.some((input) => depends.has(input))) return node;
    for (const output of node.outputs) depends.add(output);
    return open(node);
  });
  return { ...model, graph: { ...model.graph, nodes, initializers } };
}

/** -1 takes what the other sizes leave; where another size is open already, 0 takes the size that is there. */
function openShape(shape: readonly number[], batch: number): readonly number[] | undefined {
  const [first, ...others] = shape;
  if (first === undefined || first <= 0) return undefined;
  if (!others.includes(-1)) return [-1, ...others];
  return first === batch ? [0, ...others] : undefined;
}

function joined(first: Feeds, second: Feeds): Feeds {
  const both = Object.entries(first).map(([name, { type, shape, data }]) => {
    const other = second[name]!.data;
    const bytes = new Uint8Array(data.byteLength + other.byteLength);
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    bytes.set(new Uint8Array(other.buffer, other.byteOffset, other.byteLength), data.byteLength);
    const View = data.constructor as new (buffer: ArrayBuffer) => ArrayBufferView;
    const [rows = 1, ...sample] = shape;
    return [name, { type, shape: [2 * rows, ...sample], data: new View(bytes.buffer) }] as const;
  });
  return Object.fromEntries(both);
}

/** Kernels for other sizes add in another order. */
const tolerance = 1e-4;

function agrees(together: RuntimeTensor | undefined, apart: readonly (RuntimeTensor | undefined)[]): boolean {
  const all = together && runtimeNumbers(together);
  if (!all) return false;
  const wanted = apart.flatMap((part) => (part ? [...(runtimeNumbers(part) ?? [])] : []));
  const scale = Math.max(1e-6, ...wanted.map(Math.abs));
  return (
    wanted.length === all.length && wanted.every((value, i) => Math.abs(value - all[i]!) <= tolerance * scale)
  );
}
