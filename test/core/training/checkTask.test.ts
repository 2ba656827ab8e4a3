// What is refused before a run begins, and in which words.
import { describe, expect, it } from 'vitest';
import type { DataSet } from '../../../src/core/data/dataSet';
import { checkTask } from '../../../src/core/training/checkTask';
import type { TrainTask } from '../../../src/core/training/trainTask';
import { linearData, linearModel, linearTask } from '../../support/fakeTrainer';

const images = (name: string): DataSet => ({
  name,
  count: 5,
  inputs: [{ shape: [1, 8, 8] }],
  targets: { kind: 'classes', count: 3, names: ['a', 'b', name] },
  rows: () => Promise.reject(new Error('nothing is read')),
});

function taskWith(data: Partial<TrainTask['data']>, options = {}): TrainTask {
  const given = linearTask(options);
  return { ...given, data: { ...given.data, ...data } };
}

describe('checking a task', () => {
  it('answers with what is to be predicted', () => {
    expect(checkTask(linearTask())).toEqual({ kind: 'values', shape: [1] });
    const data = { train: images('train'), validation: images('validation') };
    const moves = { shift: 0.1, rotate: 5, flip: true, noise: 0.1 };
    expect(checkTask(taskWith(data, { augment: moves }))).toMatchObject({ kind: 'classes', count: 3 });
  });

  it('refuses data without samples or targets', () => {
    const { targets: _, ...unlabelled } = linearData('plain', 5, 1);
    const cases: [Partial<TrainTask['data']>, string, RegExp][] = [
      [{ train: linearData('nothing', 0, 1) }, 'nothing', /no samples/],
      [{ validation: linearData('nobody', 0, 1) }, 'nobody', /no samples/],
      [{ train: unlabelled }, 'plain', /neither labels nor values/],
      [{ validation: unlabelled }, 'plain', /neither labels nor values/],
    ];
    for (const [data, name, problem] of cases) {
      expect(() => checkTask(taskWith(data))).toThrow(
        expect.objectContaining({
          code: 'DATA_INVALID',
          values: { data: name, problem: expect.stringMatching(problem) as string },
        }),
      );
    }
  });

  it('refuses validation samples that are not like those that are trained on', () => {
    const others: DataSet[] = [
      images('other'),
      { ...linearData('wider', 5, 1), inputs: [{ shape: [4] }] },
      { ...linearData('two', 5, 1), targets: { kind: 'values', shape: [2] } },
    ];
    for (const validation of others) {
      expect(() => checkTask(taskWith({ validation }))).toThrow(/not like those of train/);
    }
  });

  it('refuses to move what is no image, and to give noise to whole numbers', () => {
    for (const augment of [{ shift: 0.1 }, { rotate: 5 }, { flip: true }]) {
      expect(() => checkTask(linearTask({ augment }))).toThrow(
        expect.objectContaining({
          code: 'STEP_INVALID',
          message: expect.stringMatching(/not for \[3\]/) as string,
        }),
      );
    }
    const { graph, ...rest } = linearModel();
    const tokens = {
      ...rest,
      graph: { ...graph, inputs: [{ ...graph.inputs[0]!, type: 'int64' as const }] },
    };
    expect(() => checkTask(linearTask({ augment: { noise: 0.1 } }, { model: tokens }))).toThrow(/input x of/);
    expect(() => checkTask(linearTask({}, { model: tokens }))).not.toThrow();
  });
});
