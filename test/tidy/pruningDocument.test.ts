// docs/pruning.md lists what the tables hold: every criterion, and every option of pruning with its default and range.
// Its tables are these, line by line.
import { describe, expect, it } from 'vitest';
import { describeOptions } from '../../src/core/compression/describeOptions';
import { criteria } from '../../src/core/compression/pruning/criteria/criteria';
import { pruneSchema } from '../../src/core/compression/pruning/pruneOptions';
import { read } from './projectFiles';

const document = read('docs/pruning.md');

/** The rows under a heading as cells, without those of the table's head. Bars within a cell are escaped. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|')),
  );
}

describe('docs/pruning.md', () => {
  it('lists every option of pruning with its default, its range and what it does', () => {
    expect(rowsUnder('Options of pruning')).toEqual(
      describeOptions(pruneSchema).map(({ name, default: value, allowed, description }) => [
        `\`prune.${name}\``,
        value === undefined ? '–' : `\`${value}\``,
        allowed,
        name === 'criterion' ? 'What tells which weights matter least; see above.' : description,
      ]),
    );
  });

  it('lists every criterion with what it measures, what it needs and where it comes from', () => {
    expect(rowsUnder('Criteria')).toEqual(
      criteria.map(({ id, description, needs, reference }) => [`\`${id}\``, description, needs, reference]),
    );
  });
});
