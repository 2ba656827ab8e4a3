// Formulations of gradients that ONNX Runtime computes wrongly, or that are wrong themselves, without any error.
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import { inferShapes } from '../../../src/core/analysis/shapes';
import { freshNames } from '../../../src/core/ir/freshNames';
import { GraphBuilder } from '../../../src/core/ir/graphBuilder';
import type { Model, Node } from '../../../src/core/ir/graph';
import { onnxRuntime } from '../../../src/core/runtime/onnxRuntime';
import { differentiate } from '../../../src/core/training/differentiate';
import { graph, input, model, node } from '../../support/build';

const pool = node('MaxPool', ['x'], ['y'], { kernel_shape: [2, 2], strides: [2, 2] });
const values = [3, 3, 1, 0, 3, 2, 0, 1];
const sent = [10, 20];

describe('a maximum pool over tied values', () => {
  it('gives the gradient to several of them through a mask', async () => {
    const repeat = node('ConvTranspose', ['g', 'ones'], ['spread'], { strides: [2, 2] });
    const spreadMaxima = node('ConvTranspose', ['y', 'ones'], ['maxima'], { strides: [2, 2] });
    const ones = node('Expand', ['one', 'size'], ['ones']);
    const mask = node('Equal', ['x', 'maxima'], ['equal']);
    const cast = node('Cast', ['equal'], ['mask'], { to: 1 });
    const masked = node('Mul', ['spread', 'mask'], ['dx']);
    const nodes = [pool, ...constants(), ones, repeat, spreadMaxima, mask, cast, masked];
    expect(await run(withInputs(nodes, 'dx'))).toEqual([10, 10, 20, 0, 10, 0, 0, 20]);
  });

  it('gives the gradient to the first of them by the rule', async () => {
    const forward = withInputs([pool], 'y');
    const shapes = await inferShapes(forward);
    const build = new GraphBuilder({ fresh: freshNames(forward), opset: 17, type: 'float32' });
    const { gradients } = differentiate({
      nodes: [pool],
      contextOf: (of) => shapes.context(of)!,
      build,
      seeds: new Map([['y', 'g']]),
      wanted: new Set(['x']),
    });
    const whole = withInputs([pool, ...build.nodes], gradients.get('x')!);
    const initializers = [...whole.graph.initializers, ...build.tensors];
    expect(await run({ ...whole, graph: { ...whole.graph, initializers } })).toEqual([
      10, 0, 20, 0, 0, 0, 0, 0,
    ]);
  });
});

function constants(): readonly Node[] {
  return [
    node('Constant', [], ['one'], { value_float: { kind: 'float', value: 1 } }),
    node('Constant', [], ['size'], { value_ints: [1, 1, 2, 2] }),
  ];
}

function withInputs(nodes: readonly Node[], output: string): Model {
  const inputs = [input('x', [1, 1, 2, 4]), input('g', [1, 1, 1, 2])];
  return model(graph({ nodes, inputs, outputs: [{ name: output, type: 'float32' }] }), 17);
}

async function run(tested: Model): Promise<number[]> {
  const runtime = await onnxRuntime();
  const session = await runtime.load(modelToBytes(tested), { threads: 1 });
  try {
    const feeds = {
      x: { type: 'float32', shape: [1, 1, 2, 4], data: Float32Array.from(values) },
      g: { type: 'float32', shape: [1, 1, 1, 2], data: Float32Array.from(sent) },
    } as const;
    const [result] = Object.values(await session.run(feeds));
    return [...(result!.data as Float32Array)];
  } finally {
    await session.dispose();
  }
}
