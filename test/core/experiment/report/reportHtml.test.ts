// A report as HTML: what it shows, that names in it stay text, and that it needs nothing from anywhere.
import { describe, expect, it } from 'vitest';
import { diagnosisHtml } from '../../../../src/core/experiment/report/html/diagnosisHtml';
import { reportHtml } from '../../../../src/core/experiment/report/html/reportHtml';
import type { ReportView } from '../../../../src/shared/contracts/viewModels';
import { harmful, sampleCurves, sampleReport } from './sampleReport';

const again = {
  recipe: `model: ${harmful}\n`,
  command: 'counterweight compress --recipe recipe.yaml -o again',
};
const page = reportHtml(sampleReport(), again);

const diagnosis = diagnosisHtml({
  version: 1,
  kind: 'diagnosis',
  created: '2026-01-02T03:04:05.000Z',
  seconds: 2,
  path: `/m/${harmful}`,
  data: harmful,
  diagnosis: sampleCurves(0, 1).diagnosis,
  curves: sampleCurves(0, 4),
  learningCurve: [100, 200].map((samples) => ({
    samples,
    train: { loss: 0.125, accuracy: 1, samples },
    validation: { loss: 0.5, accuracy: 0.8, samples: 50 },
  })),
  spectrum: [{ layer: harmful, exponent: null, eigenvalues: 10, reason: harmful }],
  notes: [],
});

/** The text of everything between tags, in order. */
function texts(source: string, pattern: RegExp): string[] {
  return [...source.matchAll(pattern)].map(([, text = '']) => text.replaceAll(/(<[^>]*>|\s)+/g, ' ').trim());
}

describe.each([
  ['a run', page],
  ['a diagnosis', diagnosis],
])('the report of %s', (_kind, text) => {
  it('holds no element of a name, no script, and nothing to load', () => {
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toMatch(/<(script|img|link|iframe|object|embed|base)\b/i);
    const attributes = [...text.matchAll(/<[a-zA-Z]\w*((?:[^>"]|"[^"]*")*)>/g)].flatMap(([, inside = '']) =>
      [...inside.replaceAll(/"[^"]*"/g, '').matchAll(/([\w-]+)=/g)].map(([, name]) => name),
    );
    expect(attributes.filter((name) => /^(on.*|src|href|action)$/i.test(name ?? ''))).toEqual([]);
    expect(text).not.toMatch(/url\(|@import/);
    expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    for (const [, close, name = '', rest = ''] of text.matchAll(
      /<(\/?)([a-zA-Z]\w*)((?:[^>"]|"[^"]*")*)>/g,
    )) {
      if (close) expect(open.pop()).toBe(name);
      else if (!rest.endsWith('/') && name !== 'meta') open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe('reportHtml', () => {
  it('shows sizes as bars, widest for the largest of a group', () => {
    const widths = [...page.matchAll(/bar-(before|after)"\s*><span style="width: ([\d.]+)%/g)].map(
      ([, side, width]) => [side, Number(width)],
    );
    // The file takes a quarter; gzip 30 kB and 3 kB of the largest, which is 32,001 bytes without zeros.
    expect(widths.slice(0, 4)).toEqual([
      ['before', 100],
      ['after', 25],
      ['before', 93.75],
      ['after', 9.37],
    ]);
    expect(page).toContain('4× smaller');
  });

  it('draws the curves of all steps through, with phases, gaps and the best epoch', () => {
    const [, svg = ''] = /(<svg[^]*?<\/svg>)/.exec(page) ?? [];
    expect(svg).toContain(
      'aria-label="Loss (cross-entropy) over epochs: training from 2 to 0.6667; validation',
    );
    // A piece for each step; the validation loss is no number in epoch 2 of the first, and the first of the second.
    expect(svg.match(/class="line line-first"/g)).toHaveLength(2);
    expect(svg.match(/class="dot dot-second"/g)?.length).toBeGreaterThan(0);
    expect(svg.match(/class="phase"/g)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
    expect(texts(page, /<figcaption>([^]*?)<\/figcaption>/g)[0]).toMatch(/best epoch 5$/);
    expect(texts(page, /<ol class="phases">([^]*?)<\/ol>/g)).toEqual([
      'Epochs 1 to 3: training Epochs 4 to 5: after prune',
    ]);
  });

  it('has rows of resized layers and of those that replaced one, and dashes for their errors', () => {
    const rows = texts(page, /<tr>([^]*?)<\/tr>/g);
    expect(rows.find((row) => row.startsWith('conv '))).toMatch(/64×32×3×3 → 40×20×3×3 .* – – –$/);
    expect(rows.find((row) => row.startsWith('wide '))).toContain('8×8×3×3 → 2 layers');
    expect(rows.some((row) => row.startsWith('wide/&lt;script'))).toBe(true);
  });

  it('says why it is not faster, what the verdict is, and how to do it again', () => {
    expect(page.indexOf('has no sparse kernels')).toBeLessThan(page.indexOf('<h2>Training'));
    expect(page).toContain('verdict-overfit');
    expect(page).toContain('counterweight compress --recipe recipe.yaml -o again');
    expect(page).toContain('87.50%');
  });

  it('leaves out what was not measured', () => {
    const { accuracy: _a, latency: _l, generalization: _g, training: _t, data: _d, ...rest } = sampleReport();
    const bare: ReportView = { ...rest, outputs: [], notes: [], layers: [] };
    const text = reportHtml(bare, { recipe: 'model: m.onnx\n' });
    expect(texts(text, /<h2>([^]*?)<\/h2>/g)).toEqual(['Sizes', 'The recipe']);
    expect(text).not.toMatch(/Accuracy|Time per run|to do it again|NaN|undefined/i);
  });

  it('draws the largest of very many layers, and lists all', () => {
    const [first] = sampleReport().layers;
    const layers = Array.from({ length: 300 }, (_, i) => ({
      ...first!,
      name: `layer${i}`,
      parameters: i + 1,
      parametersAfter: i,
    }));
    const text = reportHtml({ ...sampleReport(), layers }, again);
    expect(text.match(/class="layer-line"/g)).toHaveLength(40);
    expect(text).toContain('The 40 largest of 300 layers');
    expect(text).toContain('>layer0<');
  });
});
