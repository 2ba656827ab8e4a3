// Schemes of quantization in a real window: compared on the page of a model, and taken over into a compression whose
// page ranks the layers by harm and draws the grid.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { openSession, pictureOnFailure, type Session } from './session';

describe('schemes of quantization', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('are compared on the page of a model', async () => {
    const { bench, panel } = session;
    await bench.choose(bench.file(sample.small.file), 'Inspect Layers');
    await panel.find('summary', 'Quantization').click();
    await panel.button('Compare Schemes').click();
    const row = panel.find('.schemes-table tbody tr', 'int4 per channel');
    await row.waitFor({ timeout: 30_000 });
    expect(await row.innerText()).toMatch(/[kB]B\s+\d+\.\d dB/);
    await session.screenshot('schemes');
  });

  it('are taken over into a compression, whose page ranks layers and draws the grid', async () => {
    const { bench, panel } = session;
    await panel.find('button[aria-label="Use int4 per channel…"]').click();
    await bench.quickTitle.getByText('(1/2)').waitFor();
    await bench.pick('Random Inputs');
    await bench.quickTitle.getByText('(2/2)').waitFor();
    await bench.quickInput.press('Enter');
    await panel.find('.harm-table tbody tr').first().waitFor({ timeout: 60_000 });
    await panel.find('.harm-table tbody tr', 'conv2').click();
    await panel.find('h2', 'conv2').waitFor();
    expect(await panel.figure('Distribution').locator('.facts').innerText()).toMatch(
      /Grid\s+int4, 32 channels/,
    );
    await session.screenshot('schemes-harm');
  });
});
