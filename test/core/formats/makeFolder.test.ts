// Folders are made level by level, and what cannot be made is an error and never an endless loop.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../../src/core/formats/makeFolder';
import { useTempFolder } from '../../support/tempFolder';

const temp = useTempFolder();

describe('a folder', () => {
  it('is made with those around it, and the outermost new one is told', async () => {
    const folder = temp.file('a/b/c');
    expect(await makeFolder(folder)).toBe(temp.file('a'));
    expect(existsSync(folder)).toBe(true);
    expect(await makeFolder(folder)).toBeUndefined();
  });

  it('is made once by many at a time', async () => {
    const folder = temp.file('a/b');
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
    expect(existsSync(folder)).toBe(true);
  });

  it('cannot be made below a file', async () => {
    writeFileSync(temp.file('file'), '');
    await expect(makeFolder(temp.file('file/below'))).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });

  it.runIf(existsSync('/proc/self/fdinfo'))('cannot be made where the system says no', async () => {
    const folder = path.join('/proc/self/fdinfo', 'run', 'checkpoint');
    await expect(makeFolder(folder)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
  });
});
