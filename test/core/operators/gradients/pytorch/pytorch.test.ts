// Gradients against PyTorch's autograd, on the same values: conventions at kinks and ties are those of PyTorch. Runs
// where Python has PyTorch.
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Model, ValueInfo } from '../../../../../src/core/ir/graph';
import { trainingForms } from '../../../../../src/core/training/trainingForms';
import { normal, seedOf, uniform } from '../../../../../src/shared/base/random';
import { graph, model } from '../../../../support/build';
import { gradientsAt, type GradientCase } from '../../../../support/checkGradient';
import { askPython, hasPythonPackage } from '../../../../support/python';
import * as elementwise from './elementwiseCases';
import * as layers from './layerCases';
import { layouts } from './layoutCases';
import type { PytorchCase } from './pytorchCase';

const script = path.join(import.meta.dirname, 'pytorchGradients.py');

// One test, so that a machine without PyTorch says in one line what did not run.
describe.runIf(hasPythonPackage('torch'))(
  'gradients, where python3 or COUNTERWEIGHT_PYTHON has PyTorch,',
  () => {
    it('are those of its autograd', async () => {
      const all = [...Object.values(elementwise), ...Object.values(layers), layouts].flat();
      const values = all.map(valuesOf);
      const answers = askPython(
        script,
        all.map((test, index) => ({ torch: test.torch, inputs: inputsOf(test, values[index]!) })),
      ) as number[][][];
      expect(answers.length).toBe(all.length);
      const differences: string[] = [];
      for (const [index, test] of all.entries()) {
        const found = await gradientsAt(await gradientCase(test), values[index]!, Math.cos);
        for (const [place, name] of Object.keys(test.inputs).entries()) {
          const error = relativeError(found[name]!, answers[index]![place]!);
          if (!(error < 1e-5)) differences.push(`${test.name}, by ${name}: relative error ${error}`);
        }
      }
      expect(differences).toEqual([]);
    });
  },
);

function inputsOf(test: PytorchCase, values: Readonly<Record<string, Float32Array>>) {
  return Object.fromEntries(
    Object.entries(test.inputs).map(([name, shape]) => [name, { shape, values: [...values[name]!] }]),
  );
}

/** The largest difference by the largest magnitude; where nothing depends on the input, all of it has to be 0. */
function relativeError(found: readonly number[], reference: readonly number[]): number {
  if (found.length !== reference.length) return Infinity;
  const difference = Math.max(...reference.map((value, i) => Math.abs(value - found[i]!)));
  return difference === 0 ? 0 : difference / Math.max(...reference.map(Math.abs));
}

/** Rounded to float32, so that both sides see the same. */
function valuesOf(test: PytorchCase, index: number): Readonly<Record<string, Float32Array>> {
  const next = uniform(seedOf(1, index));
  return Object.fromEntries(
    Object.entries(test.inputs).map(([name, shape]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      const given = test.given?.[name];
      const draw = (): number => (test.value ?? normal)(next);
      return [name, given ? Float32Array.from(given) : Float32Array.from({ length }, draw)];
    }),
  );
}

async function gradientCase(test: PytorchCase): Promise<GradientCase> {
  const { nodes, inputs, tensors = [], outputs = ['y'], opset = 17 } = test;
  const plain = { nodes, inputs, tensors, outputs, opset, float32: true };
  if (test.trains !== true) return plain;
  const whole: Model = model(
    graph({
      nodes,
      inputs: Object.entries(inputs).map(([name, shape]): ValueInfo => ({ name, type: 'float32', shape })),
      outputs: outputs.map((name) => ({ name, type: 'float32' })),
      initializers: tensors,
    }),
    opset,
  );
  const { model: trained } = await trainingForms(whole);
  return { ...plain, nodes: trained.graph.nodes, tensors: trained.graph.initializers };
}
