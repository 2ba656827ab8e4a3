// The layers of a model are read once, as long as its file stays as it is.
import { utimes, writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import type { LayerReader } from '../../src/core/analysis/layerTensors';
import { layerCache } from '../../src/engine/layerCache';
import { useTempFolder } from '../support/tempFolder';

const temp = useTempFolder();
let reads: string[];
let cached: LayerReader;

beforeEach(async () => {
  reads = [];
  cached = layerCache((path) => {
    reads.push(path.slice(-1));
    return [];
  });
  for (const name of 'abcde') await writeFile(temp.file(name), name);
});

const readAll = (names: string): void => {
  for (const name of names) cached(temp.file(name));
};

it('reads a file once', () => {
  const layers = cached(temp.file('a'));
  expect(cached(temp.file('a'))).toBe(layers);
  expect(reads).toEqual(['a']);
});

it('reads a file again after it grew', async () => {
  readAll('a');
  await writeFile(temp.file('a'), 'longer');
  readAll('aa');
  expect(reads).toEqual(['a', 'a']);
});

it('reads a file again after it was written with the same length', async () => {
  readAll('a');
  await utimes(temp.file('a'), new Date(), new Date(Date.now() + 1));
  readAll('aa');
  expect(reads).toEqual(['a', 'a']);
});

it('forgets the one that was used longest ago', () => {
  readAll('abcdaeab');
  expect(reads.join('')).toBe('abcdeb');
});

it('does not remember a failure', () => {
  let fails = true;
  const failing = layerCache(() => {
    if (fails) throw new Error('unreadable');
    return [];
  });
  expect(() => failing(temp.file('a'))).toThrow('unreadable');
  fails = false;
  expect(failing(temp.file('a'))).toEqual([]);
});
