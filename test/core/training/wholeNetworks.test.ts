// Gradients of whole real networks by all of their weights, in their training forms, against central differences. In
// float64 where ONNX Runtime has all of a network's operators in it. The others run in float32, whose rounding is 1e-4
// of these derivatives, and without the kinks of ReLU: a step large enough for float32 would cross many of them, so the
// copy under test has Softplus in their place.
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/core/formats/openModel';
import { hasShared, sharedFile } from '../../support/sharedFiles';
import { wholeGradient, withoutKinks, type WholeNetwork } from './support/wholeGradient';

interface Case extends Pick<WholeNetwork, 'inputs' | 'type' | 'choices'> {
  readonly file: string;
  /** How many tensors the gradient is taken by: all that the outputs depend on. */
  readonly weights: number;
  /** Tensors whose gradient is 0, or too small for float32 to tell it from rounding. */
  readonly unseen?: RegExp;
}

const cases: readonly Case[] = [
  {
    file: 'tinyphysics',
    inputs: { states: [2, 20, 4], tokens: [2, 20] },
    choices: 1024,
    type: 'float64',
    weights: 39,
  },
  // A step of two LSTMs with states that are fed.
  {
    file: 'dtln_model_1',
    inputs: { input_2: [1, 1, 257], input_3: [1, 2, 128, 2] },
    type: 'float64',
    weights: 8,
  },
  // Two LSTMs of both directions over a sequence.
  { file: 'tract_byte_sb_bidi_lstm', inputs: { input: [2, 6] }, choices: 256, type: 'float64', weights: 9 },
  { file: 'cifar10_resnet_4b', inputs: { 'input.1': [1, 3, 32, 32] }, type: 'float32', weights: 26 },
  // Batch statistics take away what most biases add; the attention of a middle block is nearly even.
  {
    file: 'vit_ibp_3_3_8',
    inputs: { input: [4, 3, 32, 32] },
    type: 'float32',
    weights: 56,
    unseen: /bias$|MatMul_310$|MatMul_327$/,
  },
  // ONNX Runtime makes one operator of x·σ(x), and has that in float32 alone.
  { file: 'mujoco_go1_policy', inputs: { obs: [1, 48] }, type: 'float32', weights: 10 },
];

describe.runIf(hasShared)('the gradient of a whole network', () => {
  it.each(cases)('equals central differences by all weights of $file', async (network) => {
    const { file, type } = network;
    const model = withoutKinks(openModel(sharedFile(`models/onnx/${file}.onnx`)));
    const found = await wholeGradient({ ...network, model }, 1);
    expect(found.refused).toEqual([]);
    expect(found.weights.length).toBe(network.weights);
    expect(found.unseen.filter((name) => network.unseen?.test(name) !== true)).toEqual([]);
    const most = type === 'float64' ? { together: 1e-6, alone: 1e-6 } : { together: 1e-3, alone: 2e-2 };
    expect(Math.max(...found.together)).toBeLessThan(most.together);
    const wrong = Object.entries(found.alone).filter(([, error]) => !(error < most.alone));
    expect(wrong).toEqual([]);
  });
});
