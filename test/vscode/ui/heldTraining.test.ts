// A training that is held, let go on, cut off by a reload, taken up again, killed and cancelled.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { editorsStored } from '../host/storedEditors';
import { engineProcesses } from './engineProcesses';
import { openSession, pictureOnFailure, type Session } from './session';
import { customTraining, startTraining } from './startTraining';

describe('a training that takes its time', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  const row = 'digits.onnx · train 2000 epochs';

  /** The epoch that the Experiments view shows. */
  async function epoch(): Promise<number> {
    const text = await session.bench.treeRow(row).innerText();
    return Number(/epoch (\d+) of/.exec(text)?.[1] ?? -1);
  }

  async function isAtLeast(number: number): Promise<void> {
    await expect.poll(epoch, { timeout: 30_000 }).toBeGreaterThanOrEqual(number);
  }

  it('shows its curves while it runs', async () => {
    const { bench, panel } = session;
    await bench.openFile(sample.source);
    await startTraining(bench, sample.small.file, customTraining(2000));
    await bench.status(/digits\.onnx \d+%/).waitFor();
    await bench.openContainer('Counterweight');
    await isAtLeast(2);
    await panel.figure('Loss').waitFor();
    await session.screenshot('train-live');
  });

  it('holds when it is paused in the panel, and goes on from there', async () => {
    const { bench, panel } = session;
    await panel.button('Pause').click();
    await bench.treeRow(row).getByText('Paused').waitFor();
    await bench.page.waitForTimeout(1_000);
    const held = await epoch();
    await bench.page.waitForTimeout(2_000);
    expect(await epoch()).toBe(held);
    await session.screenshot('train-paused');
    await panel.button('Resume').click();
    await isAtLeast(held + 1);
  });

  it('holds and goes on from the status bar and from the list of runs', async () => {
    const { bench } = session;
    await bench.status(/digits\.onnx \d+%/).click();
    await bench.pick('Pause digits.onnx · train 2000 epochs');
    await bench.treeRow(row).getByText('Paused').waitFor();
    await bench.treeRow(row).hover();
    await bench.treeRow(row).locator('.action-label[aria-label="Resume"]').click();
    await bench
      .treeRow(row)
      .getByText(/\d+% · epoch/)
      .waitFor();
  });

  it('is shown as interrupted after a reload, and goes on from its checkpoint', async () => {
    const { bench, panel } = session;
    await bench.page.keyboard.press('Escape');
    const before = await epoch();
    await bench.editorTab(sample.source).click();
    await editorsStored(bench.page, /counterweight\.panel/);
    await bench.page.reload();
    const resume = panel.button('Resume');
    await resume.waitFor({ timeout: 30_000 });
    await panel.find('body', 'was closed while this was running').waitFor();
    await bench.openContainer('Counterweight');
    await bench.treeRow(row).waitFor();
    await session.screenshot('train-interrupted');
    await resume.click();
    await bench
      .treeRow(row)
      .getByText(/\d+% · epoch/)
      .waitFor();
    expect(await epoch()).toBeGreaterThanOrEqual(before);
  });

  it('can go on after its process was killed', async () => {
    const { bench, server } = session;
    const before = await epoch();
    for (const pid of engineProcesses(server.pid)) process.kill(pid, 'SIGKILL');
    await bench.toastButton(/The engine process ended/, 'Resume').click();
    await isAtLeast(before + 1);
  });

  it('is cancelled from the list of runs, and leaves nothing but its run', async () => {
    const { bench } = session;
    const files = (await session.list()).filter((name) => name !== '.counterweight');
    await bench.treeRow(row).hover();
    await bench.treeRow(row).locator('.action-label[aria-label="Cancel"]').click();
    await bench.treeRow(row).getByText('Cancelled').waitFor();
    expect(files).toEqual((await session.list()).filter((name) => name !== '.counterweight'));
    expect(files.filter((name) => /train2000|partial/.test(name))).toEqual([]);
  });
});
