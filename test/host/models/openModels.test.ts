// The list of models: when the engine is asked again, and what is known of a file meanwhile.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpenModels } from '../../../src/host/models/openModels';
import { CounterweightError } from '../../../src/shared/base/errors';
import { FakeEngine } from '../panel/fakeEngine';
import { model } from '../views/exampleModel';

let folder = '';
let file = '';
let engine = new FakeEngine();
let models: OpenModels;
let remembered: readonly string[] = [];
let changes = 0;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'cw-models-'));
  file = path.join(folder, 'net.onnx');
  writeFileSync(file, 'model');
  engine = new FakeEngine();
  remembered = [];
  models = new OpenModels(engine, {
    get: () => remembered,
    set: (paths) => (remembered = paths),
  });
  changes = 0;
  models.onDidChange(() => changes++);
});

afterEach(() => {
  models.dispose();
  rmSync(folder, { recursive: true });
});

async function read(answer: (call: ReturnType<FakeEngine['last']>) => void): Promise<unknown> {
  const reading = models.read(file).catch((error: unknown) => error);
  const before = engine.calls.length;
  while (engine.calls.length === before) await new Promise((resolve) => setImmediate(resolve));
  answer(engine.last('inspect'));
  return reading;
}

describe('The list of models', () => {
  it('has the latest first, each once, and is remembered', () => {
    models.add('/a.onnx');
    models.add('/b.onnx');
    models.add('/a.onnx');
    expect(models.paths).toEqual(['/b.onnx', '/a.onnx']);
    expect(remembered).toEqual(models.paths);
    models.remove('/b.onnx');
    expect(remembered).toEqual(['/a.onnx']);
    expect(changes).toBe(3);
  });
});

describe('A summary', () => {
  it('is asked for once while the file stays as it is', async () => {
    expect(models.peek(file)).toBeUndefined();
    await read((call) => call.answer(model(file)));
    expect((await models.read(file)).path).toBe(file);
    expect(engine.calls).toHaveLength(1);
    expect(models.peek(file)?.kind).toBe('model');
    expect(changes).toBe(1);
  });

  it('is asked for again when the file was written', async () => {
    await read((call) => call.answer(model(file)));
    utimesSync(file, new Date(2020, 1), new Date(2020, 1));
    await read((call) => call.answer(model(file)));
    expect(engine.calls).toHaveLength(2);
  });

  it('that failed is known as failed until the file changes or is refreshed', async () => {
    const error = new CounterweightError('FILE_EMPTY', { path: file });
    expect(await read((call) => call.fail(error))).toBe(error);
    expect(models.peek(file)).toEqual({ kind: 'failed', error });
    await expect(models.read(file)).rejects.toBe(error);
    models.refresh();
    await read((call) => call.answer(model(file)));
    expect(models.peek(file)?.kind).toBe('model');
  });

  it('of a listed file that changed is forgotten at once', async () => {
    models.add(file);
    await read((call) => call.answer(model(file)));
    models.fileChanged(file);
    expect(models.peek(file)).toBeUndefined();
  });
});
