// A made-up search for the page: a dozen networks under a budget of multiply-accumulates.
import type { SearchReportView, SearchView, TrialView } from '../../src/shared/contracts/searchViews';
import { lenet } from './sampleModels';
import { curvesAfter } from './sampleTraining';

const rungs = [2, 4, 8];

/** Architecture, width, depth, MACs in thousands, validation accuracy after the last rung, that rung, parent. */
const rows: readonly (readonly [string, number, number, number, number | null, number, number?])[] = [
  ['resnet-8', 0.5, 1, 1480, 0.861, 1],
  ['ds-cnn', 1.12, 1, 1910, 0.838, 1],
  ['lenet-5', 0.9, 1, 1650, 0.874, 2],
  ['resnet-8', 0.4, 1.5, 1890, 0.822, 0],
  ['ds-cnn', 0.71, 0.5, 640, 0.713, 0],
  ['lenet-5', 0.63, 1, 820, 0.846, 1],
  ['lenet-5', 1, 1, 1990, 0.882, 2, 3],
  ['resnet-8', 0.56, 1, 1830, 0.893, 2, 1],
  ['lenet-5', 0.8, 1, 1340, 0.851, 0, 3],
  ['resnet-8', 0.45, 1, 1210, null, 0, 8],
  ['resnet-8', 0.5, 1.5, 1960, 0.907, 2, 8],
  ['resnet-8', 0.45, 1.5, 1620, 0.869, 1, 11],
];

/** After so many trials. */
export function searchView(count = rows.length): SearchView {
  const trials = rows
    .slice(0, count)
    .map(([architecture, width, depth, kilo, accuracy, rung, parent], index) => {
      const measure = accuracy === null ? null : { loss: 2 * (1 - accuracy), accuracy, samples: 500 };
      const trial: TrialView = {
        trial: index + 1,
        ...(parent !== undefined && { parent }),
        architecture,
        width,
        depth,
        input: [1, 28, 28],
        costs: { parameters: 21 * kilo, macs: 1000 * kilo, bytes: 84 * kilo + 9000 },
        rung,
        epochs: rungs[rung]!,
        train: measure && { ...measure, loss: 0.8 * measure.loss },
        validation: measure,
        seconds: 4.2 * (rung + 1),
        path: measure ? `/projects/digits/.counterweight/runs/1/trials/${index + 1}/rung-${rung}.onnx` : '',
      };
      return trial;
    });
  return { budget: { measure: 'macs', limit: 2_000_000 }, wanted: 12, rungs, trials };
}

export function searchReport(): SearchReportView {
  const search = searchView();
  const best = search.trials[10]!;
  return {
    version: 1,
    kind: 'search',
    created: '2026-11-24T06:00:00.000Z',
    seconds: 214,
    data: 'glyphs:samples=2000',
    seed: 1,
    architectures: ['resnet-8', 'ds-cnn', 'lenet-5'],
    classes: 10,
    search,
    winner: {
      trial: best.trial,
      path: lenet.path.replace(/[^/]+$/, 'network.onnx'),
      costs: best.costs,
      generalization: {
        train: { loss: 0.082, accuracy: 0.978, samples: 2000 },
        validation: { loss: 0.214, accuracy: 0.941, samples: 500 },
        test: { loss: 0.231, accuracy: 0.936, samples: 500 },
      },
      training: { ...curvesAfter(16), ended: 'allEpochs', seconds: 61, frozen: [] },
    },
    notes: [],
  };
}
