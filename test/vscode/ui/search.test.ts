// Search a Compact Network…: from the command palette to a network that keeps its budget, tried and opened in the panel.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { themes, type Theme } from '../host/quietSettings';
import { openSession, pictureOnFailure, type Session } from './session';

describe('searching a network', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  async function question(step: number): Promise<void> {
    await session.bench.quickTitle.getByText(`(${step}/5)`).waitFor();
    expect(await session.bench.quickTitle.innerText()).toContain('Search a Compact Network');
  }

  it('asks few questions, and says what is wrong with a budget', async () => {
    const { bench } = session;
    await bench.command('Counterweight: Search a Compact Network…');
    await question(1);
    await bench.pickRow('lenet-300-100').click();
    await session.screenshot('search-architectures');
    await bench.quickInput.fill('mlp');
    await bench.pickRow('mlp').click();
    await bench.quickInput.press('Enter');
    await question(2);
    await bench.pick('Glyphs');
    await question(3);
    await bench.quickInput.fill('macs<2M');
    await bench.quickMessage(/Write a measure and its limit/).waitFor();
    await bench.quickInput.fill('bytes<=100kB');
    await bench.quickMessage(/bytes ≤ 100 kB/).waitFor();
    await session.screenshot('search-budget');
    await bench.quickInput.press('Enter');
    await question(4);
    await bench.pick('8 Networks');
    await question(5);
    await bench.pickRow(`In ${session.folder.split('/').at(-1)!}`).click();
  });

  it('shows what it tries while it goes on, and ends with a network that keeps the budget', async () => {
    const { bench, panel } = session;
    await panel.find('.trial-table tbody tr').first().waitFor({ timeout: 40_000 });
    await session.screenshot('search-running');
    await panel.find('.section-winner').waitFor({ timeout: 90_000 });
    await bench.openContainer('Counterweight');
    await bench.treeRow('network.onnx · search, bytes ≤ 100 kB').waitFor();
    expect(await panel.find('.trial-table tbody tr').count()).toBe(8);
    expect(await panel.find('.section-winner .facts').innerText()).toMatch(
      /File size\s+[\d.]+ kB, \d+% of the budget/,
    );
    expect(await session.list()).toContain('network.onnx');
  }, 150_000);

  it.each(Object.keys(themes) as Theme[])('shows it in the theme %s', async (theme) => {
    const { bench, panel } = session;
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    await session.screenshot(`search-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });

  it('opens the network of a trial in an editor of its own', async () => {
    const { bench, panel } = session;
    await panel.find('.trial-table .link-button').first().click();
    await bench.editorTab(/rung-\d\.onnx/).waitFor();
  });
});
