// docs/runs.md describes every field of every kind of report.json: its tables have the fields of the types that reports
// are made of, no more and no fewer, and a report that a run has written holds nothing that they do not name.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newModel } from '../../src/core/architectures/architectures';
import { compressModel } from '../../src/core/experiment/compressModel';
import { saveModel } from '../../src/core/formats/saveModel';
import { useTempFolder } from '../support/tempFolder';
import { isIn, read, sourceFiles } from './projectFiles';

/** The type whose fields each table has, by the line that stands before the table. */
const tables: Readonly<Record<string, string>> = {
  '### A compression or a training': 'ReportView',
  '[sizes.md](sizes.md) says how the last two are computed.': 'SizesView',
  'Figures of the weights are': 'LayerChangeView',
  '### Parts of a replaced layer': 'LayerPartView',
  '### Outputs': 'OutputChangeView',
  'What `accuracy` holds:': 'AccuracyView',
  'What `latency` holds': 'LatencyView',
  'What the report of a run holds:': 'RunGeneralizationView',
  'Each of these, and `generalization`': 'GeneralizationView',
  'A measure is:': 'MeasureView',
  '### Trainings': 'TrainingView',
  'An epoch of `history`:': 'EpochView',
  'A round of `rounds`:': 'RoundView',
  '[diagnosis.md](diagnosis.md) says': 'DiagnosisView',
  'Each of `evidence`:': 'EvidenceView',
  'Each of `advice`:': 'AdviceView',
  'What `edit` holds:': 'RecipeEdit',
  'Sentences are stored as a code': 'Note',
  '### A diagnosis': 'DiagnosisReportView',
  'A point of `learningCurve`:': 'LearningPointView',
  'An entry of `spectrum`:': 'SpectrumView',
  '### A search': 'SearchReportView',
  'What `search` holds:': 'SearchView',
  'What `budget` holds:': 'Budget',
  'A trial:': 'TrialView',
  'Costs are:': 'Costs',
  '### A sensitivity': 'SensitivityReportView',
  'An entry of `layers`:': 'LayerSensitivityView',
  'A point of `points`:': 'SensitivityPointView',
  '### A triage': 'TriageReportView',
  'An entry of `causes`:': 'CauseView',
};

/** Tables of fields by the line before them: the first cells of their rows, without the backticks. */
function fieldTables(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let caption = '';
  for (const block of read('docs/runs.md').split('\n\n')) {
    const lines = block.trim().split('\n');
    if (!/^\| Field +\|/.test(lines[0]!)) caption = lines.at(-1)!;
    else
      found.set(
        caption,
        lines.slice(2).map((line) => /^\| `([\w.]+)` /.exec(line)?.[1] ?? line),
      );
  }
  return found;
}

/** The fields of an interface with those that it inherits; one that is written within another is `outer.inner`. */
function fieldsOf(type: string): readonly string[] {
  const declaration = new RegExp(`^export interface ${type}(?: extends (\\w+))? \\{\\n(.*?)^\\}`, 'ms');
  const [, base, body] = declarations.map((text) => declaration.exec(text)).find((match) => match) ?? [];
  if (body === undefined) throw new Error(`There is no interface ${type} in src/shared.`);
  const fields: string[] = [];
  let outer = '';
  for (const line of body.split('\n')) {
    const [first, ...inner] = [...line.matchAll(/readonly (\w+)\??:/g)].map(([, name]) => name!);
    if (first === undefined) continue;
    if (/^ {2}readonly/.test(line)) {
      outer = first;
      fields.push(first, ...inner.map((name) => `${first}.${name}`));
    } else fields.push(`${outer}.${first}`);
  }
  return [...(base === undefined ? [] : fieldsOf(base)), ...fields];
}

const folder = useTempFolder();

const declarations = sourceFiles.filter((file) => isIn(file, 'src/shared')).map((file) => read(file));

/** Names of all fields at any depth, but for what is named by recipes and notes. */
function keysIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(keysIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    ['steps', 'values', 'set', 'add'].includes(key) ? [key] : [key, ...keysIn(inner)],
  );
}

describe('docs/runs.md', () => {
  const documented = fieldTables();

  it('has a known type for each table of fields', () => {
    const unknown = [...documented.keys()].filter(
      (caption) => !Object.keys(tables).some((start) => caption.startsWith(start)),
    );
    expect(unknown).toEqual([]);
  });

  it.each(Object.entries(tables))('lists after "%s" the fields of %s', (start, type) => {
    const rows = [...documented].find(([caption]) => caption.startsWith(start))?.[1] ?? [];
    expect(rows.toSorted()).toEqual(fieldsOf(type).toSorted());
  });

  it('names every field of a report that a run has written', async () => {
    const file = folder.file('model.onnx');
    const reportPath = folder.file('out.report.json');
    const model = newModel({ architecture: 'mlp', input: [1, 8, 8], classes: 10, width: 0.1, seed: 1 });
    await saveModel(model, file, { jobId: 'test' });
    await compressModel(
      {
        path: file,
        steps: [
          { train: { epochs: 1 } },
          { prune: { sparsity: 0.5, schedule: 'iterative', rounds: 2, fineTune: { epochs: 1 } } },
        ],
        output: folder.file('out.onnx'),
        reportPath,
        data: 'glyphs:samples=100,size=8',
        jobId: 'test',
      },
      { signal: new AbortController().signal, progress: () => undefined },
    );
    const keys = new Set(keysIn(JSON.parse(readFileSync(reportPath, 'utf8'))));
    const named = new Set([...documented.values()].flat().map((field) => field.split('.').at(-1)!));
    expect([...keys].filter((key) => !named.has(key))).toEqual([]);
    expect([...keys]).toEqual(
      expect.arrayContaining(['sqnrDb', 'agreement', 'latency', 'judgement', 'rounds', 'evidence']),
    );
  });
});
