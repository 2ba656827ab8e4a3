// The door between a page and the editor: what a page may ask, and what it is made of.
import { describe, expect, it, vi } from 'vitest';
import { checkedHandlers } from '../../../src/host/panel/requestChecks';
import { CounterweightError } from '../../../src/shared/base/errors';
import { panelHtml } from '../../../src/host/panel/panelHtml';

const region = { row: 0, column: 2, rows: 3, columns: 4 };
const good = {
  hello: { version: 1 },
  selectLayer: { layer: 'fc1' },
  selectTensor: { tensor: 'fc1.weight' },
  region: { side: 'error', region },
  grid: { index: 4 },
  schemes: {},
  useScheme: { id: 'int4', layer: 'fc1' },
  save: { name: 'chart.png', content: new Uint8Array(2) },
  copy: { text: 'a,b' },
  cancelJob: { id: 'job' },
  pauseJob: { id: 'job', paused: true },
  resumeRun: {},
  reveal: { path: '/a.onnx' },
  openModel: { path: '/runs/1/trials/2/rung-0.onnx' },
  searchAgain: {},
  compress: {},
  train: {},
  diagnose: {},
  applyAdvice: {
    edit: { set: { 'train.weightDecay': 0.01 }, add: [{ prune: { sparsity: 0.5 } }] },
  },
} as const;
type Name = keyof typeof good;

function handlers(): Parameters<typeof checkedHandlers>[0] {
  const entries = Object.keys(good).map((name) => [name, vi.fn()]);
  return Object.fromEntries(entries) as Parameters<typeof checkedHandlers>[0];
}

function ask(name: Name, params: unknown): unknown[] {
  const all = handlers();
  const checked = checkedHandlers(all)[name] as (params: unknown, signal: AbortSignal) => unknown;
  checked(params, new AbortController().signal);
  return vi.mocked(all[name]).mock.calls[0] ?? [];
}

describe('What a page asks', () => {
  it.each(Object.keys(good) as Name[])('%s arrives as it was sent', (name) => {
    expect(ask(name, good[name])[0]).toEqual(good[name]);
  });

  it('loses what does not belong to it', () => {
    expect(ask('selectLayer', { layer: 'fc1', path: '/etc/passwd' })[0]).toEqual({ layer: 'fc1' });
  });

  it.each([
    ['hello', { version: '1' }],
    ['openModel', { path: 3 }],
    ['selectLayer', { layer: 3 }],
    ['grid', { index: -1 }],
    ['useScheme', { id: 'int9' }],
    ['useScheme', { id: 'int4', layer: 3 }],
    ['selectLayer', null],
    ['selectTensor', undefined],
    ['region', { side: 'beside', region }],
    ['region', { side: 'before', region: { ...region, rows: -1 } }],
    ['region', { side: 'before', region: { ...region, rows: 1.5 } }],
    ['region', { side: 'before' }],
    ['save', { name: '../out.png', content: new Uint8Array(1) }],
    ['save', { name: String.raw`c:\out.png`, content: new Uint8Array(1) }],
    ['save', { name: '.bashrc', content: new Uint8Array(1) }],
    ['save', { name: 'out.png', content: 'text' }],
    ['copy', { text: 5 }],
    ['cancelJob', {}],
    ['pauseJob', { id: 'job', paused: 'yes' }],
    ['reveal', { path: [] }],
    ['applyAdvice', {}],
    ['applyAdvice', { edit: { set: { weightDecay: 1 } } }],
    ['applyAdvice', { edit: { set: { 'train.': 1 } } }],
    ['applyAdvice', { edit: { set: [1] } }],
    ['applyAdvice', { edit: { add: { prune: {} } } }],
    ['applyAdvice', { edit: { add: [{ prune: 0.5 }] } }],
    ['applyAdvice', { edit: { add: ['prune'] } }],
  ] as const)('%s is refused with %j', (name, params) => {
    const failure = ((): unknown => {
      try {
        return ask(name, params);
      } catch (error) {
        return error;
      }
    })();
    expect(CounterweightError.is(failure, 'INTERNAL')).toBe(true);
  });
});

describe('The page', () => {
  const parts = {
    cspSource: 'https://*.example',
    script: 'https://a.example/panel.js?a&b',
    style: 'https://a.example/panel.css',
    title: '<b>net.onnx',
    language: 'en',
    strings: { '</script><script>alert(1)': 'x' },
  };

  it('runs our script alone, by a nonce that is new every time', () => {
    const [first, second] = [panelHtml(parts), panelHtml(parts)];
    const nonce = /script-src 'nonce-([\w-]{20,})'/.exec(first)?.[1] ?? '';
    expect(first).toContain(`<script nonce="${nonce}" src="https://a.example/panel.js?a&amp;b">`);
    expect(second).not.toContain(nonce);
    expect(first).toContain("default-src 'none'");
    expect(first).not.toContain('unsafe');
  });

  it('cannot be broken out of by a title or a string', () => {
    const html = panelHtml(parts);
    expect(html).toContain('<title>&lt;b&gt;net.onnx</title>');
    expect(html.match(/<script/g)).toHaveLength(2);
    const strings = /id="l10n">(.*)<\/script>/.exec(html)?.[1] ?? '';
    expect(JSON.parse(strings)).toEqual(parts.strings);
  });
});
