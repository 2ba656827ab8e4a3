// What a user reads in the Layers tree.
import { describe, expect, it } from 'vitest';
import {
  layerAccessibleText,
  layerDescription,
  layerTooltip,
  modelDescription,
  modelTooltip,
  tensorDescription,
  tensorTooltip,
} from '../../../src/host/views/layerTexts';
import { layer, model, tensor } from './exampleModel';

describe('A row of the Layers view', () => {
  it('tells parameters, bytes, MACs and zeros of a model', () => {
    expect(modelDescription(model())).toBe('267k params · 1.07 MB · 266k MACs · 0% zero');
  });

  it('tells the same of a layer, after its operator', () => {
    expect(layerDescription(layer('fc1'))).toBe('Gemm · 220 params · 880 B · 200 MACs · 25.0% zero');
    expect(layerDescription(layer('fc1', { macs: null }))).toContain('MACs unknown');
    expect(layerAccessibleText(layer('fc1'))).toBe('fc1, Gemm, 220 params, 880 B, 200 MACs, 25.0% zero');
  });

  it('tells of a layer without tensors what there is to tell', () => {
    const plain = { operator: 'Relu', tensors: [], parameters: 0, bytes: 0, sparsity: null };
    expect(layerDescription(layer('relu', { ...plain, macs: null }))).toBe('Relu');
    expect(layerDescription(layer('relu', { ...plain, macs: 1500 }))).toBe('Relu · 1.5k MACs');
  });

  it('tells type, shape and bytes of a tensor', () => {
    expect(tensorDescription(tensor('w'))).toBe('float32[20, 10] · 800 B · 25.0% zero');
    expect(tensorDescription(tensor('shape', { type: 'int64', shape: [2], sparsity: null, bytes: 16 }))).toBe(
      'int64[2] · 16 B',
    );
  });
});

describe('A tooltip', () => {
  it('shows what is not known as unknown', () => {
    expect(layerTooltip(layer('fc1', { macs: null, outputShape: null }))).toMatch(/unknown[^]*unknown/);
    expect(layerTooltip(layer('fc1'))).toContain(String.raw`\[?, 20\]`);
  });

  it('shows the notes of a model in words', () => {
    const warnings = [{ code: 'MACS_ASSUME', values: { assumed: 'batch = 1' } }] as const;
    expect(modelTooltip(model('/a.onnx', { warnings }))).toContain('MACs are counted for batch = 1');
  });

  it('leaves out the figures of a tensor that has none', () => {
    const bare = tensor('t', { min: null, max: null, mean: null, standardDeviation: null, sparsity: null });
    expect(tensorTooltip(bare)).not.toContain('Range');
    expect(tensorTooltip(tensor('t'))).toContain('Range');
  });

  it('cannot be written into by names from a file', () => {
    expect(layerTooltip(layer('a](command:evil) <img>\n# x'))).toContain(
      String.raw`**a\]\(command:evil\) \<img\> \# x**`,
    );
  });
});
