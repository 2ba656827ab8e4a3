// The panel in every colour theme: pictures to look at, and no serious finding of axe-core.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { openSession, pictureOnFailure, type Session } from './session';
import { startCompression } from './startCompression';

describe('the panel', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('shows a result', async () => {
    const { bench, panel } = session;
    await bench.openFile(sample.source);
    await startCompression(bench, sample.small.file, [
      'Prune and Quantize',
      'Prune 80%',
      'int8 per Channel',
      'Random Inputs',
      'Beside the Original',
    ]);
    await panel.layerRow('conv2').click();
    await panel.figure('Error distribution').waitFor();
    await bench.openContainer('Counterweight');
  });

  it.each(Object.keys(themes) as Theme[])('is accessible in the theme %s', async (theme) => {
    const { bench, panel } = session;
    const before = await panel.pixels('Weights');
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    if (theme === 'light') expect(await panel.pixels('Weights')).not.toBe(before);
    await panel.pixels('Distribution');
    await session.screenshot(`panel-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });
});
