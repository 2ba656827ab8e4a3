// What is said of the effect of compression on the generalization gap, and where nothing can be said.
import { describe, expect, it } from 'vitest';
import { gapEffect } from '../../../../src/core/analysis/overfitting/gapEffect';
import { fillTemplate, noteTemplates } from '../../../../src/shared/base/messages';
import type { MeasureView } from '../../../../src/shared/contracts/viewModels';

function measure(accuracy: number | undefined, samples: number, loss = 0.5): MeasureView {
  return { loss, samples, ...(accuracy !== undefined && { accuracy }) };
}

function network(train: number, validation: number, samples: number) {
  return { train: measure(train, samples), validation: measure(validation, samples) };
}

function sentences(notes: ReturnType<typeof gapEffect>): readonly string[] {
  return notes.map(({ code, values }) => fillTemplate(noteTemplates[code], values));
}

describe('the effect on the gap', () => {
  it('is a narrower gap, in points of accuracy', () => {
    const effect = gapEffect(
      network(0.993, 0.87, 5000),
      network(0.931, 0.89, 5000),
      'pruning 90% and fine-tuning',
    );
    expect(sentences(effect)).toEqual([
      'Pruning 90% and fine-tuning narrowed the generalization gap from 12.3 to 4.1 points of accuracy, by 8.2 with a standard error of 0.8.',
      'Accuracy on validation data rose by 2.0 points to 89.0%, with a standard error of 0.6.',
    ]);
  });

  it('is a wider gap, and a worse accuracy', () => {
    const effect = gapEffect(network(0.95, 0.94, 5000), network(0.99, 0.9, 5000), 'quantizing');
    expect(effect.map(({ code }) => code)).toEqual(['GAP_WIDENED', 'ACCURACY_FELL']);
    expect(effect[0]!.values).toMatchObject({ what: 'Quantizing', before: '1.0', after: '9.0' });
  });

  it('is none that samples so few could show', () => {
    const [before, after] = [network(0.99, 0.85, 100), network(0.96, 0.86, 100)];
    expect(gapEffect(before, after, 'pruning').map(({ code }) => code)).toEqual([
      'GAP_UNCERTAIN',
      'ACCURACY_UNCERTAIN',
    ]);
    expect(sentences(gapEffect(before, after, 'pruning'))[0]).toBe(
      'Pruning took the generalization gap from 14.0 to 10.0 points of accuracy, a difference of 4.0; that is less than its standard error of 5.7, so that it can be chance.',
    );
    // The same on a hundred times as many is no chance.
    const many = gapEffect(network(0.99, 0.85, 10_000), network(0.96, 0.86, 10_000), 'pruning');
    expect(many.map(({ code }) => code)).toEqual(['GAP_NARROWED', 'ACCURACY_ROSE']);
  });

  it('is told in losses where nothing is classified, without saying what it is worth', () => {
    const before = { train: measure(undefined, 10, 0.1), validation: measure(undefined, 10, 0.5) };
    const after = { train: measure(undefined, 10, 0.2), validation: measure(undefined, 10, 0.4) };
    expect(sentences(gapEffect(before, after, 'pruning 50%'))).toEqual([
      'Pruning 50% took the gap between the losses from 0.4 to 0.2, and the validation loss from 0.5 to 0.4; how much of that is chance was not measured.',
    ]);
  });
});
