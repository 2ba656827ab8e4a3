// Searches from end to end: what is found keeps the budget as a written file, can be made again, and is the same after
// any interruption; images are tried in smaller sizes; what nothing fits into is refused.
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { inspectModel } from '../../../../src/core/analysis/inspectModel';
import { countMacs } from '../../../../src/core/analysis/macs';
import { inferShapes } from '../../../../src/core/analysis/shapes';
import { newModel } from '../../../../src/core/architectures/architectures';
import { openSplits } from '../../../../src/core/data/openData';
import { readJsonLines } from '../../../../src/core/experiment/jsonLines';
import { searchMarkdown } from '../../../../src/core/experiment/search/searchMarkdown';
import { searchNetworks, type SearchParams } from '../../../../src/core/experiment/search/searchNetworks';
import { openModel } from '../../../../src/core/formats/openModel';
import { train } from '../../../../src/core/training/train';
import { trainSchema } from '../../../../src/core/training/trainOptions';
import { budgetMeasures, costOf, type Budget } from '../../../../src/shared/base/searchBudget';
import type { SearchReportView, SearchView, TrialView } from '../../../../src/shared/contracts/searchViews';
import { useTempFolder } from '../../../support/tempFolder';

const temp = useTempFolder();
const { signal } = new AbortController();
const data = 'glyphs:samples=120,size=8';

function paramsFor(changes: Partial<SearchParams> = {}): SearchParams {
  return {
    architectures: ['mlp', 'lenet-300-100'],
    data,
    budget: { measure: 'parameters', limit: 4000 },
    trials: 4,
    epochs: 4,
    seed: 3,
    folder: temp.file('found'),
    jobId: 'test',
    ...changes,
  };
}

function search(
  changes: Partial<SearchParams> = {},
  context: Partial<Parameters<typeof searchNetworks>[1]> = {},
): Promise<SearchReportView> {
  return searchNetworks(paramsFor(changes), { signal, progress: () => undefined, ...context });
}

function measuredLatencies(): Promise<readonly { readonly candidate: string }[]> {
  return readJsonLines(temp.file('found/latencies.jsonl'));
}

function weights(file: string): Buffer {
  return Buffer.concat(openModel(file).graph.initializers.map((tensor) => tensor.bytes()));
}

/** What of a search must not depend on when and where it was done. */
function course({ trials }: SearchView): unknown {
  return trials.map((trial) => ({ ...trial, seconds: 0, path: path.basename(trial.path) }));
}

describe('a search', () => {
  it('keeps every trial with its file and curves, and writes the winner with its report', async () => {
    const views: SearchView[] = [];
    const fractions: number[] = [];
    const report = await search(
      {},
      { search: (view) => views.push(view), progress: ({ fraction }) => fractions.push(fraction) },
    );
    const folder = temp.file('found');
    expect((await readdir(folder)).toSorted()).toEqual([
      'model.onnx',
      'report.json',
      'report.md',
      'search.json',
      'trials',
      'trials.jsonl',
    ]);
    expect(JSON.parse(await readFile(path.join(folder, 'report.json'), 'utf8'))).toEqual(report);
    expect(await readFile(path.join(folder, 'report.md'), 'utf8')).toBe(searchMarkdown(report));

    const { trials, rungs, wanted } = report.search;
    expect(trials.map(({ trial }) => trial)).toEqual([1, 2, 3, 4]);
    expect(rungs).toEqual([1, 2]);
    const lines = await readJsonLines<TrialView>(path.join(folder, 'trials.jsonl'));
    for (const line of lines) {
      const view = await inspectModel(path.join(folder, line.path), signal);
      const { parameters, macs, bytes } = view.totals;
      expect(line.costs).toEqual({ parameters, macs, bytes });
      expect(parameters).toBeLessThanOrEqual(4000);
      expect(existsSync(path.join(folder, line.path.replace(/\.onnx$/, '.json')))).toBe(true);
    }
    expect(lines).toHaveLength(views.length - 1);
    expect(views.at(-1)).toEqual(report.search);
    expect(views[0]).toMatchObject({ trials: [], wanted });
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);

    const winner = trials.find(({ trial }) => trial === report.winner.trial)!;
    const finalists = trials.filter(({ rung }) => rung === 1);
    expect(winner.validation?.accuracy).toBe(
      Math.max(...finalists.map(({ validation }) => validation!.accuracy!)),
    );
    expect(report.winner.training.history.at(-1)?.epoch).toBe(4);
    expect(report.winner.generalization.test?.samples).toBe(500);
    expect(report.winner.costs).toEqual(winner.costs);
  });

  it('finds what `new` and `train` make again, to the last bit', async () => {
    const { winner, search: found, classes } = await search({ trials: 2 });
    const { architecture, width, depth, input } = found.trials.find(({ trial }) => trial === winner.trial)!;
    const result = await train(
      {
        model: newModel({ architecture, width, depth, input, classes, seed: 3 }),
        path: 'new.onnx',
        data: await openSplits(data, 3),
        options: trainSchema.parse({ epochs: 4 }),
        seed: 3,
        keepZeros: false,
        step: 0,
      },
      { signal, progress: () => undefined, curves: () => undefined, gate: () => Promise.resolve() },
    );
    const again = Buffer.concat(result.model.graph.initializers.map((tensor) => tensor.bytes()));
    expect(weights(winner.path).equals(again)).toBe(true);
    expect(searchMarkdown(await search({ trials: 1, folder: temp.file('b') }))).toContain(' --seed 3 ');
  });

  it.each(budgetMeasures)('keeps a budget of %s', async (measure) => {
    const limits = { parameters: 3000, macs: 2500, bytes: 9000, latency: 20 };
    const budget: Budget = { measure, limit: limits[measure] };
    const report = await search({ budget, trials: 2, epochs: 1, architectures: ['lenet-300-100'] });
    for (const { costs } of report.search.trials) {
      expect(costOf(budget, costs)).toBeLessThanOrEqual(budget.limit);
      expect(costs.latencyMs !== undefined).toBe(measure === 'latency');
    }
    expect(costOf(budget, report.winner.costs)).toBeLessThanOrEqual(budget.limit);
  });

  it('takes the same course after being stopped at any time, and ends with the same weights', async () => {
    const whole = await search({ folder: temp.file('whole') });
    // Once between rungs, within one, and while the winner is trained.
    for (const [index, stop] of [0.1, 0.3, 0.5, 0.9].entries()) {
      const controller = new AbortController();
      const progress = ({ fraction }: { readonly fraction: number }): void => {
        if (fraction >= stop) controller.abort();
      };
      await expect(
        search({ resume: index > 0 }, { signal: controller.signal, progress }),
      ).rejects.toMatchObject({ name: 'AbortError' });
      expect(existsSync(temp.file('found/model.onnx'))).toBe(false);
      await expect(search()).rejects.toMatchObject({ code: 'RUN_UNFINISHED' });
    }
    const resumed = await search({ resume: true });
    expect(course(resumed.search)).toEqual(course(whole.search));
    expect(resumed.winner.trial).toBe(whole.winner.trial);
    expect(weights(resumed.winner.path).equals(weights(whole.winner.path))).toBe(true);
    expect(existsSync(temp.file('found/checkpoint'))).toBe(false);
  });

  it('measures no latency anew when it goes on', async () => {
    const budget: Budget = { measure: 'latency', limit: 50 };
    const controller = new AbortController();
    const stopped = search(
      { budget, architectures: ['lenet-300-100'] },
      {
        signal: controller.signal,
        search: ({ trials }) => {
          if (trials.length === 2) controller.abort();
        },
      },
    );
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const before = await measuredLatencies();
    const seen: (readonly { readonly candidate: string }[])[] = [];
    await search(
      { budget, architectures: ['lenet-300-100'], resume: true },
      {
        search: ({ trials }) => {
          if (trials.length === 4) void measuredLatencies().then((all) => seen.push(all));
        },
      },
    );
    const after = seen[0]!.map(({ candidate }) => candidate);
    expect(after.slice(0, before.length)).toEqual(before.map(({ candidate }) => candidate));
    expect(new Set(after).size).toBe(after.length);
  });

  it('predicts values of a table, where the lowest loss wins', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => [i / 60, (i * 7) % 11, i / 20 + 1.5].join(','));
    await writeFile(temp.file('t.csv'), ['a,b,y', ...rows, ''].join('\n'));
    await writeFile(
      temp.file('t.yaml'),
      'train: { file: t.csv, label: y, targets: values }\nnormalize: standardize\n',
    );
    const report = await search({ data: temp.file('t.yaml'), architectures: ['mlp'], trials: 3 });
    expect(report.classes).toBe(1);
    const finalists = report.search.trials.filter(({ rung }) => rung === 1);
    const losses = finalists.map(({ validation }) => validation!.loss);
    const winner = finalists.find(({ trial }) => trial === report.winner.trial);
    expect(winner?.validation?.loss).toBe(Math.min(...losses));
    expect(report.notes.map(({ code }) => code)).toContain('SEARCH_NO_TEST');
    expect(searchMarkdown(report)).toContain('has the lowest validation loss');
  });

  it('tries images of a folder in smaller sizes too, and writes what takes them', async () => {
    for (const [index, name] of ['dark', 'light'].entries()) {
      await mkdir(temp.file(`images/${name}`), { recursive: true });
      for (let i = 0; i < 12; i++) {
        const png = new PNG({ width: 24, height: 24 });
        for (let at = 0; at < png.data.length; at++) {
          png.data[at] = at % 4 === 3 ? 255 : 120 * index + ((at * (i + 3)) % 97);
        }
        await writeFile(temp.file(`images/${name}/${i}.png`), PNG.sync.write(png));
      }
    }
    const report = await search({
      data: temp.file('images'),
      architectures: ['resnet-8'],
      budget: { measure: 'macs', limit: 60_000 },
      trials: 5,
      epochs: 1,
    });
    const sizes = new Set(report.search.trials.map(({ input }) => input.join('x')));
    expect(sizes.size).toBeGreaterThan(1);
    expect(['3x24x24', '3x18x18', '3x12x12']).toEqual(expect.arrayContaining([...sizes]));
    for (const { input, path: file } of report.search.trials) {
      expect(openModel(file).graph.inputs[0]?.shape).toEqual(['batch', ...input]);
    }
  });
});

describe('a search that cannot be', () => {
  it('says the smallest network and by how much it misses, and leaves nothing', async () => {
    const refused = search({ budget: { measure: 'macs', limit: 100 }, architectures: ['mlp'] });
    await expect(refused).rejects.toThrow(
      /^No network of mlp keeps macs ≤ 100\. The smallest, mlp, width 0\.05, depth 0\.5, 1x8x8, has \d+: \d\.\d+ times as much\./,
    );
    await expect(refused).rejects.toMatchObject({ code: 'SEARCH_NOTHING_FITS' });
    const made = newModel({
      architecture: 'mlp',
      input: [1, 8, 8],
      classes: 10,
      width: 0.05,
      depth: 0.5,
      seed: 1,
    });
    const { total } = countMacs(made, await inferShapes(made));
    await expect(refused).rejects.toThrow(`has ${total}: ${total / 100} times`);
    expect(await readdir(temp.path)).toEqual([]);
  });

  it.each([
    ['an unknown architecture', { architectures: ['lenet'] }, 'ARCHITECTURE_INVALID'],
    ['an autoencoder', { architectures: ['autoencoder'] }, 'ARCHITECTURE_INVALID'],
    ['images that are too small', { architectures: ['mobilenet-v2'] }, 'ARCHITECTURE_INVALID'],
    ['data that are none', { data: 'none' }, 'DATA_INVALID'],
  ])('is refused for %s', async (_, changes, code) => {
    await expect(search(changes)).rejects.toMatchObject({ code });
    expect(await readdir(temp.path)).toEqual([]);
  });

  it('is refused where it would go on with another one, or overwrite one', async () => {
    await search({ trials: 1, epochs: 1 });
    await expect(search({ trials: 1, epochs: 1 })).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
    const controller = new AbortController();
    const other = { folder: temp.file('other') };
    const progress = (): void => controller.abort();
    await expect(
      search(other, { signal: controller.signal, search: ({ trials }) => trials.length > 0 && progress() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await expect(search({ ...other, resume: true, seed: 4 })).rejects.toThrow(/the seed differs/);
    await expect(search({ ...other, resume: true, trials: 5 })).rejects.toThrow(/the trials differs/);
  });

  it('leaves nothing where it is cancelled before anything was trained', async () => {
    const controller = new AbortController();
    const progress = ({ phase }: { readonly phase: string }): void => {
      if (phase === 'training') controller.abort();
    };
    await expect(search({}, { signal: controller.signal, progress })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(await readdir(temp.path)).toEqual([]);
  });
});
