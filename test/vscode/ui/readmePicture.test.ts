// The picture in the README: a network that recognises the built-in glyphs, compressed beside the code that defines it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glyphsProject, writeGlyphsProject } from '../../support/glyphsProject';
import { openSession, pictureOnFailure, type Session } from './session';
import { startCompression } from './startCompression';

describe('the picture in the README', () => {
  let session: Session;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'cw-glyphs-'));
    const files = await writeGlyphsProject(folder);
    session = await openSession({ files });
    await session.bench.page.setViewportSize({ width: 1560, height: 940 });
  });
  afterAll(async () => {
    await session.close();
    await rm(folder, { recursive: true });
  });

  it('shows counts in the code and what became of the weights', async () => {
    pictureOnFailure(session);
    const { bench, panel } = session;
    await bench.openFile(glyphsProject.source);
    await bench.lens('11,770 params').waitFor();
    const answers = [
      'Prune and Quantize',
      'Prune 50%',
      'int8 per Channel',
      'Random Inputs',
      'Beside the Original',
    ];
    await startCompression(bench, glyphsProject.model, answers);
    await panel.layerRow('classify').click();
    await panel.figure('Error distribution').waitFor();
    await bench.openContainer('Counterweight');
    expect(await panel.colours('Weights')).toBeGreaterThan(10);
    await panel.pixels('Distribution');
    await session.screenshot('readme');
  });
});
