// Compress… with weights of few bits, and Find Out Why It Is Worse… on its run: what is found opens as a page, and is
// shown again without being measured again.
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { openSession, pictureOnFailure, type Session } from './session';

describe('why a quantized model is worse', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  const run = 'digits.onnx · int4 in groups';

  it('can be asked of a run that stores weights in few bits', async () => {
    const { bench, panel } = session;
    await bench.choose(bench.file(sample.small.file), 'Compress…');
    await bench.pick('Quantize');
    await bench.pickRow('int4 in Groups').getByText('instead of').waitFor();
    await session.screenshot('quantize-storage');
    await bench.pick('int4 in Groups');
    await bench.quickTitle.getByText('(3/4)').waitFor();
    await bench.pick('Glyphs');
    await bench.quickTitle.getByText('(4/4)').waitFor();
    await bench.pick('Beside the Original');
    await panel.find('.sizes-table').waitFor({ timeout: 40_000 });
    await bench.openContainer('Counterweight');
    await bench.treeRow(run).waitFor();
  });

  it('is found out, and opens as a page', async () => {
    const { bench } = session;
    await bench.choose(bench.treeRow(run), 'Find Out Why It Is Worse…');
    await bench.editorTab('triage.md').waitFor({ timeout: 40_000 });
    const page = bench.page
      .frameLocator('iframe.webview.ready >> nth=-1')
      .frameLocator('iframe#active-frame');
    await page.getByText('Levels of weights').waitFor();
  });

  it.each(Object.keys(themes) as Theme[])('is shown in the theme %s', async (theme) => {
    await session.bench.chooseTheme(theme);
    await session.screenshot(`triage-${theme}`);
  });

  it('is kept with the run, and not measured again', async () => {
    const { bench } = session;
    const runs = path.join(session.folder, '.counterweight', 'runs');
    const [folder = ''] = await readdir(runs);
    const report = path.join(runs, folder, 'triage.json');
    const { mtimeMs } = await stat(report);
    await bench.page.keyboard.press('Control+F4');
    await bench.choose(bench.treeRow(run), 'Find Out Why It Is Worse…');
    await bench.editorTab('triage.md').waitFor();
    expect((await stat(report)).mtimeMs).toBe(mtimeMs);
  });
});
