// Both packages of ONNX Runtime behind the one interface, on real files.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelToBytes } from '../../../src/core/formats/modelBytes';
import type { ElementType } from '../../../src/core/ir/elementType';
import { firstRuntime, nativeRuntime, onnxRuntime, webRuntime } from '../../../src/core/runtime/onnxRuntime';
import { CounterweightError } from '../../../src/shared/base/errors';
import { graph, input, model, node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';

const runtimes = [
  ['onnxruntime-node', nativeRuntime],
  ['onnxruntime-web', webRuntime],
] as const;

describe('choosing a runtime', () => {
  it('takes the native one where its binding loads', async () => {
    expect((await onnxRuntime()).name).toBe('onnxruntime-node');
  });

  it('falls back to WebAssembly where the binding does not load, and says so', async () => {
    const runtime = await firstRuntime([
      () => Promise.reject(new Error('no binding for this platform')),
      webRuntime,
    ]);
    expect(runtime.name).toBe('onnxruntime-web');
    expect(runtime.version).toMatch(/^1\.\d+\.\d+/);
  });

  it('gives the reasons where none loads', async () => {
    const loading = firstRuntime([
      () => Promise.reject(new Error('no binding\nstack')),
      () => Promise.reject(new Error('no WebAssembly')),
    ]);
    await expect(loading).rejects.toMatchObject({
      code: 'RUNTIME_MISSING',
      values: { problem: 'no binding; no WebAssembly' },
    });
  });
});

describe.each(runtimes)('element types in %s', (_, load) => {
  it.each<[ElementType, ArrayBufferView]>([
    ['float32', Float32Array.of(1.5, -2, 0)],
    ['float64', Float64Array.of(1.5, -2, 0)],
    // The bits of 1.5, -2 and 0.
    ['float16', Uint16Array.of(0x3e00, 0xc000, 0)],
    ['int8', Int8Array.of(-128, 0, 127)],
    ['uint8', Uint8Array.of(0, 128, 255)],
    ['int16', Int16Array.of(-32768, 0, 32767)],
    ['uint16', Uint16Array.of(0, 1, 65535)],
    ['int32', Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)],
    ['uint32', Uint32Array.of(0, 1, 2 ** 32 - 1)],
    ['int64', BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n)],
    ['uint64', BigUint64Array.of(0n, 1n, 2n ** 64n - 1n)],
    ['bool', Uint8Array.of(1, 0, 1)],
  ])('%s goes in and comes out bit by bit', async (type, data) => {
    const values = [{ name: 'x', type, shape: [3] }];
    const identity = graph({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: values,
      outputs: [{ name: 'y', type, shape: [3] }],
    });
    const session = await (await load()).load(modelToBytes(model(identity)));
    const { y } = await session.run({ x: { type, shape: [3], data } });
    expect(y).toEqual({ type, shape: [3], data });
    await session.dispose();
  });
});

describe.each(runtimes)('outputs of %s', (_, load) => {
  it('are written into a part of an array that is given for them', async () => {
    const nodes = [node('Neg', ['x'], ['y']), node('Abs', ['x'], ['z'])];
    const outputs = [input('y', [3]), input('z', [3])];
    const turning = graph({ nodes, inputs: [input('x', [3])], outputs });
    const session = await (await load()).load(modelToBytes(model(turning)));
    const x = { type: 'float32', shape: [3], data: Float32Array.of(1, -2, 3) } as const;
    const whole = new Float32Array(5);
    const y = { ...x, data: whole.subarray(1, 4) };
    const results = await session.run({ x }, ['y', 'z'], { y });
    expect([...whole]).toEqual([0, -1, 2, -3, 0]);
    expect(results['y']).toBe(y);
    expect([...(results['z']!.data as Float32Array)]).toEqual([1, 2, 3]);
    await session.dispose();
  });
});

describe.runIf(hasShared).each(runtimes)('%s', (name, load) => {
  it('names itself', async () => {
    expect(await load()).toMatchObject({ name, version: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown });
  });

  it('runs a file and the same file as bytes to the same result', async () => {
    const runtime = await load();
    const data = Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7);
    const outputs: Float32Array[] = [];
    for (const model of [file('cntk_mnist-8.onnx'), readFileSync(file('cntk_mnist-8.onnx'))]) {
      const session = await runtime.load(model, { threads: 1 });
      expect(session.inputs).toEqual([{ name: 'Input3', type: 'float32', shape: [1, 1, 28, 28] }]);
      const result = await session.run({ Input3: { type: 'float32', shape: [1, 1, 28, 28], data } });
      expect(result['Plus214_Output_0']).toMatchObject({ type: 'float32', shape: [1, 10] });
      outputs.push(result['Plus214_Output_0']!.data as Float32Array);
      await session.dispose();
    }
    expect(outputs[0]).toEqual(outputs[1]);
    expect(outputs[0]!.some((value) => value !== 0)).toBe(true);
  });

  it('finds external data beside the model', async () => {
    const session = await (await load()).load(file('external_conv_qdq/conv_qdq_external_ini.onnx'));
    const data = new Float32Array(3 * 24 * 24).fill(0.5);
    const result = await session.run({ input: { type: 'float32', shape: [1, 3, 24, 24], data } });
    expect(result['output']?.shape).toEqual([1, 32, 26, 26]);
    await session.dispose();
  });

  it('passes 64-bit integers and scalars', async () => {
    const session = await (await load()).load(file('silero_vad.onnx'));
    const result = await session.run({
      input: { type: 'float32', shape: [1, 512], data: new Float32Array(512) },
      state: { type: 'float32', shape: [2, 1, 128], data: new Float32Array(256) },
      sr: { type: 'int64', shape: [], data: BigInt64Array.of(16000n) },
    });
    expect(result['output']?.shape).toEqual([1, 1]);
    expect(result['stateN']?.shape).toEqual([2, 1, 128]);
    expect(session.inputs[0]?.shape).toEqual([undefined, undefined]);
    await session.dispose();
  });

  it('tolerates outputs that are strings, and leaves out those that are no tensors', async () => {
    const session = await (await load()).load(file('ort_squeezenet_tensor_input.onnx'));
    const data = new Float32Array(3 * 227 * 227);
    const result = await session.run({ data: { type: 'float32', shape: [1, 3, 227, 227], data } });
    expect(Object.keys(result)).toEqual(['classLabel']);
    expect(result['classLabel']).toMatchObject({ type: 'string', shape: [1, 1] });
    await session.dispose();
  });

  it('gives only what is fetched', async () => {
    const session = await (await load()).load(file('ultraface_RFB-320.onnx'));
    const data = new Float32Array(3 * 240 * 320);
    const result = await session.run({ input: { type: 'float32', shape: [1, 3, 240, 320], data } }, [
      'boxes',
    ]);
    expect(Object.keys(result)).toEqual(['boxes']);
    await session.dispose();
  });

  it('says in its own words why it refuses a model, without this machine’s paths', async () => {
    const refused = await refusal((await load()).load(file('ort_starry-night-fp16.onnx')));
    expect(refused.values).toMatchObject({ path: 'ort_starry-night-fp16.onnx' });
    expect(refused.message).toContain('Incompatible dimensions');
    expect(refused.message).not.toContain(sharedFile(''));
    expect(refused.message).not.toContain('/onnxruntime');
  });

  it('refuses bytes that are no model', async () => {
    const refused = await refusal((await load()).load(Uint8Array.of(1, 2, 3, 4)));
    expect(refused.values.path).toBe('the model');
  });

  it('refuses inputs that do not fit', async () => {
    const session = await (await load()).load(file('cntk_mnist-8.onnx'));
    const wrong = { type: 'float32', shape: [1, 1, 5, 5], data: new Float32Array(25) } as const;
    const refused = await refusal(session.run({ Input3: wrong }));
    expect(refused.values.path).toBe('cntk_mnist-8.onnx');
    expect(refused.message).not.toContain('\n');
    await session.dispose();
  });
});

function file(relative: string): string {
  return sharedFile(`models/onnx/${relative}`);
}

async function refusal(work: Promise<unknown>): Promise<CounterweightError<'RUNTIME_REFUSED'>> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!CounterweightError.is(error, 'RUNTIME_REFUSED')) throw new Error(`Not refused: ${String(error)}`);
  return error;
}
