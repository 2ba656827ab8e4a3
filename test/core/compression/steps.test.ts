// The table of steps: how options are checked and described, and how steps follow each other.
import { describe, expect, it } from 'vitest';
import { describeOptions } from '../../../src/core/compression/describeOptions';
import {
  applySteps,
  outputSuffix,
  parseSteps,
  steps,
  type StepsContext,
} from '../../../src/core/compression/steps';
import { stepsContext } from '../../support/applyStep';
import type { StepsView } from '../../../src/shared/contracts/viewModels';
import { normals } from '../../../src/shared/base/random';
import { floats, graph, input, model, node } from '../../support/build';

function problemOf(given: unknown): string {
  try {
    parseSteps(given as StepsView);
  } catch (error) {
    expect(error).toMatchObject({ name: 'CounterweightError', code: 'STEP_INVALID' });
    return (error as Error).message;
  }
  throw new Error('The steps were accepted');
}

describe('parsing steps', () => {
  it('fills in the defaults', () => {
    const parsed = parseSteps([{ prune: { sparsity: 0.9 } }, { quantize: {} }]);
    expect(parsed.map(({ id, options }) => [id, options])).toEqual([
      [
        'prune',
        {
          sparsity: 0.9,
          criterion: 'magnitude',
          granularity: 'element',
          scope: 'global',
          schedule: 'one-shot',
          reconstruct: 'none',
        },
      ],
      [
        'quantize',
        expect.objectContaining({
          bits: 8,
          scheme: 'symmetric',
          granularity: 'channel',
          observer: 'min-max',
        }),
      ],
    ]);
  });

  it.each([
    [{ sparsity: 1 }, 'Step prune: option sparsity must be a number from 0 to below 1, not 1.'],
    [{ sparsity: -0.1 }, 'Step prune: option sparsity must be a number from 0 to below 1, not -0.1.'],
    [{ sparsity: NaN }, 'Step prune: option sparsity must be a number from 0 to below 1, not NaN.'],
    [{ sparsity: '80%' }, 'Step prune: option sparsity must be a number from 0 to below 1, not "80%".'],
    [{}, 'Step prune: option sparsity is missing; it must be a number from 0 to below 1.'],
    [null, 'Step prune: option sparsity is missing; it must be a number from 0 to below 1.'],
    [
      { sparsity: 0.5, scope: 'layers' },
      'Step prune: option scope must be global or layer or output or sensitivity, not "layers".',
    ],
    [{ sparsity: 0.5, spope: 'layer' }, 'Step prune: there is no option spope; the nearest is scope.'],
    [{ sparsity: 0.5, exclude: 'fc' }, 'Step prune: option exclude must be a list of text, not "fc".'],
    [{ sparsity: 0.5, exclude: [1] }, 'Step prune: option exclude.0 must be text, not 1.'],
    [
      { sparsity: 0.5, perLayer: { 'fc.1': { sparsity: 2 } } },
      'Step prune: option perLayer.fc.1.sparsity must be a number from 0 to below 1, not 2.',
    ],
    [
      { sparsity: 0.5, perLayer: { fc: { sparsty: 0.5 } } },
      'Step prune: there is no option perLayer.fc.sparsty; the nearest is perLayer.fc.sparsity.',
    ],
    [
      { sparsity: 0.5, perLayer: { fc: 0.5 } },
      'Step prune: option perLayer.fc must be a mapping of names to values, not 0.5.',
    ],
    [[0.5], 'Step prune: the options must be a mapping of names to values, not [0.5].'],
    [0.5, 'Step prune: the options must be a mapping of names to values, not 0.5.'],
  ])('says what is wrong with the options %j', (options, message) => {
    expect(problemOf([{ prune: options }])).toBe(message);
  });

  it('names the known bits, and the step that was meant', () => {
    expect(problemOf([{ quantize: { bits: 9 } }])).toBe(
      'Step quantize: option bits must be a whole number from 2 to 8, not 9.',
    );
    expect(problemOf([{ quantize: { xyzzy: 1 } }])).toMatch(
      /^Step quantize: there is no option xyzzy; known are bits, scheme, granularity, .*observer, /,
    );
    expect(problemOf([{ quantise: {} }])).toBe(
      'Step quantise: there is no such step; the nearest is quantize.',
    );
    expect(problemOf([{ distill: {} }])).toBe(
      'Step distill: there is no such step; known are replace, lowRank, prune, quantize, train.',
    );
  });

  it('wants one step in each entry', () => {
    expect(problemOf([{ prune: { sparsity: 0.5 }, quantize: {} }])).toMatch(/exactly one step/);
    expect(problemOf([{ quantize: {} }, {}])).toMatch(/^Step 2: each entry names exactly one step, not none/);
  });

  it('tells the steps in the name of the output', () => {
    expect(outputSuffix(parseSteps([{ prune: { sparsity: 0.8 } }, { quantize: {} }]))).toBe('prune80.int8');
    expect(outputSuffix(parseSteps([{ prune: { sparsity: 0.925 } }]))).toBe('prune92.5');
  });
});

describe('the table of steps', () => {
  it('describes every option, with what is allowed', () => {
    for (const { schema } of steps) {
      for (const option of describeOptions(schema)) {
        expect(option.description).toMatch(/^[A-Z].*\.$/);
        expect(option.allowed).not.toBe('');
      }
    }
    expect(optionsOf('prune')[0]).toMatchObject({ name: 'sparsity', minimum: 0, maximum: 1 });
    expect(optionsOf('quantize')[2]).toMatchObject({
      name: 'granularity',
      choices: ['tensor', 'channel', 'group'],
      default: 'channel',
    });
  });
});

const context = (more: Partial<StepsContext> = {}): StepsContext =>
  stepsContext({ path: '/models/net.onnx', ...more });

const dense = model(
  graph({
    nodes: [node('MatMul', ['x', 'w'], ['y'], {}, 'fc')],
    inputs: [input('x', [1, 32])],
    outputs: [input('y', [1, 64])],
    initializers: [floats('w', [32, 64], normals(2048, 1))],
  }),
);

describe('applying steps', () => {
  it('goes through the steps in order, with progress from 0 to 1', async () => {
    const fractions: number[] = [];
    const parsed = parseSteps([{ prune: { sparsity: 0.5 } }, { quantize: {} }]);
    const result = await applySteps(
      dense,
      parsed,
      context({ progress: (fraction) => fractions.push(fraction) }),
    );
    expect(result.model.graph.nodes.map(({ operator }) => operator)).toEqual(['DequantizeLinear', 'MatMul']);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions[0]).toBeGreaterThan(0);
    expect(fractions.at(-1)).toBe(1);
  });

  it('names the option that is wrong inside a group, and the one that was meant', () => {
    expect(problemOf([{ train: { earlyStopping: { patience: 0 } } }])).toContain(
      'option earlyStopping.patience must be a whole number from 1 to 10000, not 0',
    );
    expect(problemOf([{ train: { augment: { rotation: 3 } } }])).toContain(
      'there is no option augment.rotation; the nearest is augment.rotate',
    );
    expect(problemOf([{ train: { decay: 3 } }])).toContain('option decay must be a mapping');
    expect(problemOf([{ train: { nesterov: 'yes' } }])).toContain(
      'option nesterov must be true or false, not "yes"',
    );
  });

  it('refuses to train without data, before it does anything', async () => {
    await expect(applySteps(dense, parseSteps([{ train: {} }]), context())).rejects.toMatchObject({
      code: 'STEP_NEEDS_DATA',
    });
  });

  it('says why there is nothing to do where there are no weights', async () => {
    const plain = model(
      graph({ nodes: [node('Relu', ['x'], ['y'])], inputs: [input('x', [2])], outputs: [input('y', [2])] }),
    );
    await expect(applySteps(plain, parseSteps([{ quantize: {} }]), context())).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
      values: { path: '/models/net.onnx', reason: 'it holds Relu and no weight tensors' },
    });
  });

  it('says why there is nothing to do where no weight changes', async () => {
    const once = await applySteps(dense, parseSteps([{ quantize: {} }]), context());
    await expect(applySteps(once.model, parseSteps([{ quantize: {} }]), context())).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
      values: { reason: 'the steps change none of its weights (it is quantized already (int8))' },
    });
    await expect(
      applySteps(dense, parseSteps([{ prune: { sparsity: 0 } }]), context()),
    ).rejects.toMatchObject({
      code: 'NOTHING_TO_DO',
      values: { reason: 'the steps change none of its weights' },
    });
  });

  it('ends with an AbortError when it is cancelled', async () => {
    const controller = new AbortController();
    const parsed = parseSteps([{ prune: { sparsity: 0.5 } }, { quantize: {} }]);
    const job = applySteps(
      dense,
      parsed,
      context({ signal: controller.signal, progress: () => controller.abort() }),
    );
    await expect(job).rejects.toMatchObject({ name: 'AbortError' });
  });
});

function optionsOf(id: string) {
  return describeOptions(steps.find((step) => step.id === id)!.schema);
}
