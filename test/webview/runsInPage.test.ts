// Two runs side by side in the panel's page: what they did, what their results weigh and how they do, their curves in
// one picture.
import { expect, it } from 'vitest';
import { asked, cellsOf, describeInBrowser, settled, violations } from './panelInBrowser';

describeInBrowser('two runs', ({ open }) => {
  it('are told side by side, with all that was measured of their results', async () => {
    const page = await open('runs', { layer: '/fc1/Gemm', height: 3000 });
    const runs = page.getByRole('table', { name: 'The two runs' });
    expect(await cellsOf(runs.getByRole('row', { name: /^Steps/ }))).toEqual([
      'train + prune 80% + train',
      'train + prune 90% + train + quantize int8',
    ]);
    expect(await cellsOf(runs.getByRole('row', { name: /^Data/ }))).toEqual([
      'glyphs:size=2000,noise=0.1',
      'glyphs:samples=1000,labelNoise=0.1',
    ]);
    const sizes = page.getByRole('table', { name: 'Sizes before and after' });
    for (const row of [
      'File, gzip',
      'File, zeros left out',
      'File, entropy bound',
      'Sparsity',
      'MACs',
      'Latency',
    ]) {
      expect(await sizes.getByRole('row', { name: new RegExp(`^${row}`) }).count()).toBe(1);
    }
    const gap = page.getByRole('table', { name: 'Generalization' });
    expect(await cellsOf(gap.getByRole('row', { name: /^Accuracy\s*before/ }))).toEqual([
      '98.94%',
      '88.50%',
      '−10.4 pp',
      '',
    ]);
    expect(await cellsOf(gap.getByRole('row', { name: /^Accuracy\s*after/ }))).toEqual([
      '96.10%',
      '89.30%',
      '−6.8 pp',
      '87.75%',
    ]);
    // Other data: it is not as if the figures were of the same samples.
    await page.getByText('on different samples').waitFor();
    await page.locator('.verdicts').getByRole('heading', { name: 'Balanced' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('have their curves in one picture, in the colours of before and after', async () => {
    const page = await open('runs', { layer: '/fc1/Gemm', height: 3000 });
    const accuracy = page.getByRole('region', { name: 'Accuracy of both runs', exact: true });
    await settled(page);
    const colors = await accuracy.locator('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const drawn = new Set<string>();
      for (let i = 0; i < data.length; i += 4) drawn.add(`rgb(${data[i]}, ${data[i + 1]}, ${data[i + 2]})`);
      const style = getComputedStyle(document.body);
      return ['before', 'after'].map((side) => drawn.has(style.getPropertyValue(`--counterweight-${side}`)));
    });
    expect(colors).toEqual([true, true]);
    await accuracy.locator('canvas').press('Home');
    await accuracy.locator('canvas').press('End');
    // The run of 36 epochs goes on where the one of 32 has ended.
    expect(await accuracy.locator('.readout').innerText()).toMatch(
      /^Epoch 36: before [\d.]+% train, [\d.]+% validation; after – train, – validation$/,
    );
    await accuracy.getByRole('button', { name: 'Copy as CSV' }).click();
    const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
    expect(text.split('\n')[0]).toBe('epoch,beforeTrain,beforeValidation,afterTrain,afterValidation');
    expect(text.trimEnd().split('\n')).toHaveLength(38);
  });
});
