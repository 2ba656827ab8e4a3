// A small model as the engine sums it up.
import type { LayerView, ModelView, TensorView } from '../../../src/shared/contracts/viewModels';

export function tensor(name: string, change: Partial<TensorView> = {}): TensorView {
  return {
    name,
    type: 'float32',
    shape: [20, 10],
    parameters: 200,
    bytes: 800,
    sparsity: 0.25,
    min: -1,
    max: 1.5,
    mean: 0.01,
    standardDeviation: 0.3,
    ...change,
  };
}

export function layer(name: string, change: Partial<LayerView> = {}): LayerView {
  return {
    name,
    operator: 'Gemm',
    parameters: 220,
    bytes: 880,
    macs: 200,
    sparsity: 0.25,
    outputShape: [null, 20],
    tensors: [tensor(`${name}.weight`)],
    ...change,
  };
}

export function model(path = '/models/net.onnx', change: Partial<ModelView> = {}): ModelView {
  return {
    path,
    format: 'ONNX',
    producer: 'pytorch 2.2',
    opsets: ['ai.onnx 13'],
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 10] }],
    outputs: [{ name: 'y', type: 'float32', shape: null }],
    totals: { parameters: 267_322, bytes: 1_070_000, macs: 266_200, sparsity: 0 },
    layers: [
      layer('fc1', { bytes: 880, macs: 200, sparsity: 0.25 }),
      layer('relu', {
        operator: 'Relu',
        parameters: 0,
        bytes: 0,
        macs: null,
        sparsity: null,
        tensors: [],
      }),
      layer('fc2', { bytes: 4000, macs: 1000, sparsity: 0.1, parameters: 1000 }),
      layer('fc3', { bytes: 400, macs: null, sparsity: 0.9, parameters: 100 }),
    ],
    warnings: [],
    ...change,
  };
}
