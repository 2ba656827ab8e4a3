// The progress line of a terminal, and its absence elsewhere.
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { progressLine } from '../../src/cli/progressLine';

interface Screen {
  readonly stream: NodeJS.WriteStream;
  readonly written: () => string;
}

function screen(isTTY: boolean): Screen {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 50 });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    written: () => String(stream.read() ?? ''),
  };
}

it('is redrawn in place, no wider than the terminal, and gone in the end', () => {
  const { stream, written } = screen(true);
  {
    using line = progressLine(stream);
    line.show({ phase: 'pruning', fraction: 0.5, detail: 'a.layer.with.a.long.name' });
    const drawn = written();
    expect(drawn).toBe('\r\u001b[2K━━━━━━━━━━━━────────────  50%  pruning a.layer.wi');
    expect(drawn.replace('\r\u001b[2K', '')).toHaveLength(49);
  }
  expect(written()).toBe('\r\u001b[2K');
});

it('is not drawn where there is no terminal', () => {
  const { stream, written } = screen(false);
  {
    using line = progressLine(stream);
    line.show({ phase: 'pruning', fraction: 0.5 });
  }
  expect(written()).toBe('');
});
