// docs/training.md lists what the tables hold: every architecture, and every option of training with its default and
// range. Its tables are these, line by line.
import { describe, expect, it } from 'vitest';
import { architectures } from '../../src/core/architectures/architectures';
import { describeOptions } from '../../src/core/compression/describeOptions';
import { trainSchema } from '../../src/core/training/trainOptions';
import { read } from './projectFiles';

const document = read('docs/training.md');

/** The rows under a heading as cells, without those of the table's head. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/training.md', () => {
  it('lists every option of training with its default, its range and what it does', () => {
    expect(rowsUnder('Options of training')).toEqual(
      describeOptions(trainSchema).map(({ name, default: value, allowed, description }) => [
        `\`train.${name}\``,
        value === undefined ? '–' : `\`${value}\``,
        allowed,
        description,
      ]),
    );
  });

  it('lists every architecture with the input that it was published for', () => {
    expect(rowsUnder('Untrained networks').map((cells) => cells.slice(0, 3))).toEqual(
      architectures.map(({ id, description, example }) => [`\`${id}\``, description, example.join('×')]),
    );
  });
});
