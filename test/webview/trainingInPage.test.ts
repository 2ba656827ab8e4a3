// Training runs in the panel's page: curves that grow while a job trains, looked at by wheel, drag and keyboard; the
// verdict with its evidence and what to try; what is shown of a run that ended well and of one that did not.
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { asked, cellsOf, describeInBrowser, settled } from './panelInBrowser';

describeInBrowser('a training run', ({ open }) => {
  describe('while it goes on', () => {
    it('tells how far it is and how long it still takes', async () => {
      const page = await open('training');
      const facts = page.locator('.facts').first();
      expect(await facts.innerText()).toMatch(/Epoch\s+14 of 30/);
      expect(await facts.innerText()).toMatch(/Best epoch\s+13/);
      expect(await facts.innerText()).toMatch(/Time left\s+at most 3\d s/);
      await trainTo(page, 15);
      await facts.getByText('15 of 30').waitFor();
      expect(await readout(figure(page, 'Loss'))).toMatch(/^Epoch 15: train 0\.\d+, validation 0\.\d+, gap /);
    });

    it('is held and goes on', async () => {
      const page = await open('training');
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('status').getByText('Paused').waitFor();
      expect(await page.getByText('Time left').count()).toBe(0);
      await page.getByRole('button', { name: 'Resume' }).click();
      await page.getByRole('status').getByText('Training…').waitFor();
      expect(await asked(page, 'pauseJob')).toEqual([
        { id: 'job-2', paused: true },
        { id: 'job-2', paused: false },
      ]);
      await page.getByRole('button', { name: 'Cancel' }).click();
      expect(await asked(page, 'cancelJob')).toEqual([{ id: 'job-2' }]);
    });

    it('keeps charts and what was zoomed to when epochs arrive, and draws nothing for mere progress', async () => {
      const page = await open('training');
      const loss = figure(page, 'Loss');
      const canvas = loss.locator('canvas');
      await canvas.evaluate((element) => element.setAttribute('data-kept', 'yes'));
      await zoomIn(loss, 3);
      const at = await epochsAt(page, canvas);
      // Three times in, and an eighth of the twenty epochs is in view.
      expect(at.last - at.first).toBeLessThan(4);
      const before = await drawn(canvas);
      await page.evaluate(() => window.fakeEditor.resend());
      await settled(page);
      expect(await drawn(canvas)).toBe(before);
      await trainTo(page, 19);
      await page.getByText('19 of 30').waitFor();
      expect(await epochsAt(page, canvas)).toEqual(at);
      expect(await canvas.getAttribute('data-kept')).toBe('yes');
      await loss.getByRole('button', { name: 'Show all' }).click();
      await canvas.press('End');
      expect(await readout(loss)).toMatch(/^Epoch 19: /);
    });

    it('starts to show curves with its first epoch, and changes its verdict aloud', async () => {
      const page = await open('training');
      await trainTo(page, 3);
      const status = page.locator('.verdict [role="status"]');
      await status.getByRole('heading', { name: 'Undecided' }).waitFor();
      await trainTo(page, 20);
      await status.getByRole('heading', { name: 'Overfit' }).waitFor();
      // Nothing to press yet: the run is not over.
      expect(await page.getByRole('button', { name: 'Apply…' }).count()).toBe(0);
    });
  });

  describe('is looked at', () => {
    it('by wheel, which scrolls the page where all is shown', async () => {
      const page = await open('training', { height: 500 });
      const loss = figure(page, 'Loss');
      const canvas = loss.locator('canvas');
      await canvas.hover({ position: { x: 150, y: 60 } });
      const reset = loss.getByRole('button', { name: 'Show all' });
      expect(await reset.isDisabled()).toBe(true);
      for (let step = 0; step < 4; step++) await page.mouse.wheel(0, -100);
      await expect.poll(() => reset.isEnabled()).toBe(true);
      for (let step = 0; step < 12; step++) await page.mouse.wheel(0, 100);
      await expect.poll(() => reset.isDisabled()).toBe(true);
      await expect
        .poll(() => page.locator('.job').evaluate((element) => element.scrollTop))
        .toBeGreaterThan(0);
    });

    it('by dragging what was zoomed to', async () => {
      const page = await open('training');
      const loss = figure(page, 'Loss');
      const canvas = loss.locator('canvas');
      await zoomIn(loss, 3);
      const { first, last } = await epochsAt(page, canvas);
      const box = (await canvas.boundingBox())!;
      await page.mouse.move(box.x + 140, box.y + 80);
      await page.mouse.down();
      await page.mouse.move(box.x + 240, box.y + 80, { steps: 8 });
      await page.mouse.up();
      const moved = await epochsAt(page, canvas);
      expect(moved.first).toBeLessThan(first);
      expect(moved.last).toBeLessThan(last);
      // Not beyond the first epoch, however often.
      for (let drag = 0; drag < 6; drag++) {
        await page.mouse.move(box.x + 80, box.y + 80);
        await page.mouse.down();
        await page.mouse.move(box.x + 300, box.y + 80, { steps: 8 });
        await page.mouse.up();
      }
      const ended = await epochsAt(page, canvas);
      expect(ended.first).toBe(0);
      expect(ended.last).toBeLessThan(5);
    });

    it('by keyboard, aloud', async () => {
      const page = await open('training');
      const loss = figure(page, 'Loss');
      const canvas = page.getByRole('application', { name: /^Loss of lenet-300-100\.onnx/ });
      await canvas.focus();
      // The first key begins with the newest epoch.
      await page.keyboard.press('ArrowLeft');
      expect(await readout(loss)).toMatch(/^Epoch 14: /);
      await page.keyboard.press('ArrowLeft');
      expect(await readout(loss)).toMatch(/^Epoch 13: /);
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect(await readout(loss)).toMatch(/^Epoch 1: train .* learning rate 0\.001$/);
      await loss.locator('[aria-live="polite"]', { hasText: 'Epoch 1:' }).waitFor({ state: 'attached' });
      const reset = loss.getByRole('button', { name: 'Show all' });
      await page.keyboard.press('+');
      await page.keyboard.press('+');
      await page.keyboard.press('-');
      expect(await reset.isEnabled()).toBe(true);
      await page.keyboard.press('End');
      expect(await readout(loss)).toMatch(/^Epoch 14: /);
      const atEnd = await drawn(loss.locator('canvas'));
      await page.keyboard.press('Shift+ArrowLeft');
      expect(await drawn(loss.locator('canvas'))).not.toBe(atEnd);
      await page.keyboard.press('0');
      expect(await reset.isDisabled()).toBe(true);
    });

    it('by the pointer, and says what is best when it has left', async () => {
      const page = await open('trained', { layer: '/fc1/Gemm' });
      const loss = figure(page, 'Loss');
      const best = await readout(loss);
      // Of the step that trained last, counted through all steps.
      expect(best).toMatch(
        /^Epoch 36, fine-tune: train [\d.]+, validation [\d.]+, gap [\d.]+, learning rate [\de.-]+$/,
      );
      await loss.locator('canvas').hover({ position: { x: 60, y: 60 } });
      await expect.poll(() => readout(loss)).not.toBe(best);
      await page.mouse.move(2, 2);
      await expect.poll(() => readout(loss)).toBe(best);
    });

    it('on a logarithmic axis, which is remembered', async () => {
      const page = await open('training');
      const canvas = figure(page, 'Loss').locator('canvas');
      const linear = await drawn(canvas);
      await page.getByRole('button', { name: 'log scale of Loss' }).click();
      const log = await drawn(canvas);
      expect(log).not.toBe(linear);
      await page.reload();
      await page.getByRole('button', { name: 'log scale of Loss', pressed: true }).waitFor();
      await settled(page);
      expect(await drawn(figure(page, 'Loss').locator('canvas'))).toBe(log);
    });

    it('as a table that grows, as CSV and as a picture', async () => {
      const page = await open('training');
      const accuracy = figure(page, 'Accuracy');
      await accuracy.getByRole('button', { name: 'Save as PNG' }).click();
      await expect
        .poll(() => asked(page, 'save'))
        .toMatchObject([
          {
            name: 'lenet-300-100.onnx-training-accuracy.png',
            bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
          },
        ]);
      await accuracy.getByRole('button', { name: 'Show as table' }).click();
      expect(await accuracy.getByRole('row').count()).toBe(16);
      await trainTo(page, 16);
      await expect.poll(() => accuracy.getByRole('row').count()).toBe(18);
      await accuracy.getByRole('button', { name: 'Copy as CSV' }).click();
      const [{ text }] = (await asked(page, 'copy')) as [{ text: string }];
      const lines = text.trimEnd().split('\n');
      expect(lines[0]).toBe(
        'epoch,trainLoss,validationLoss,trainAccuracy,validationAccuracy,learningRate,seconds',
      );
      expect(lines).toHaveLength(18);
    });
  });

  describe('that came to its end', () => {
    it('shows the curves of all its steps, the verdict of each, and how the file generalizes', async () => {
      const page = await open('trained', { layer: '/fc1/Gemm' });
      expect(await page.locator('canvas.line-chart').count()).toBe(2);
      await page.getByRole('heading', { name: 'Step 1: train' }).waitFor();
      await page.getByRole('heading', { name: 'Step 3: train' }).waitFor();
      await page.getByText('epochs 31 to 36 of the curves').waitFor();
      await page.getByText('6 of 10, stopped early').waitFor();
      expect(
        await page.getByRole('heading', { level: 3, name: /^(Overfit|Balanced)$/ }).allInnerTexts(),
      ).toEqual(['Overfit', 'Balanced']);
      const table = page.getByRole('table', { name: 'Generalization' });
      expect(await cellsOf(table.getByRole('row', { name: /^Loss\s*before/ }))).toEqual([
        '2.31',
        '2.32',
        '+0.01',
        '2.318',
      ]);
      expect(await cellsOf(table.getByRole('row', { name: /^Accuracy\s*after/ }))).toEqual([
        '98.94%',
        '88.50%',
        '−10.4 pp',
        '87.75%',
      ]);
      await page.getByText('1 layer was not trained').click();
      await page.getByText('operator Gather has no gradient for its indices: /embed/Gather').waitFor();
    });

    it('says what speaks for what, and takes up an advice', async () => {
      const page = await open('trained', { layer: '/fc1/Gemm' });
      const card = page.locator('.verdict').first();
      const evidence = card.locator('.evidence li');
      expect(await evidence.first().innerText()).toBe(
        'Accuracy falls from 99.9% on training to 88.4% on validation samples: a decline of 11.5%, above the usual limit of 10%. (speaks for overfitting)',
      );
      expect(await evidence.nth(3).innerText()).toContain('(speaks for balance)');
      expect(await evidence.nth(4).innerText()).toBe(
        'None of 200 validation samples is a training sample too.',
      );
      // What cannot be written into a recipe has nothing to press.
      expect(await card.getByRole('button', { name: 'Apply…' }).count()).toBe(3);
      await card.getByText('+ prune: { sparsity: 0.5 }').waitFor();
      await card.getByRole('button', { name: 'Apply…: Pull weights to zero' }).click();
      await card.getByRole('button', { name: 'Apply…: Set 50%' }).focus();
      await page.keyboard.press('Enter');
      expect(await asked(page, 'applyAdvice')).toEqual([
        { edit: { set: { 'train.weightDecay': 1e-4 } } },
        { edit: { add: [{ prune: { sparsity: 0.5 } }] } },
      ]);
    });
  });

  it('that diverged shows how far it came, marks its end, and can go on', async () => {
    const page = await open('diverged');
    await page.getByRole('alert').getByText('diverged in epoch 6').waitFor();
    await page.getByRole('heading', { name: 'Diverged' }).waitFor();
    // Losses that explode are on a logarithmic axis from the start.
    await page.getByRole('button', { name: 'log scale of Loss', pressed: true }).waitFor();
    const loss = figure(page, 'Loss');
    await loss.locator('canvas').press('End');
    expect(await readout(loss)).toBe('Epoch 6: train –, validation –, gap –, learning rate 0.8');
    await page.getByRole('button', { name: 'Apply…: Train with a learning rate of 0.08' }).click();
    expect(await asked(page, 'applyAdvice')).toEqual([{ edit: { set: { 'train.learningRate': 0.08 } } }]);
    await page.getByRole('button', { name: 'Resume' }).click();
    expect(await asked(page, 'resumeRun')).toEqual([{}]);
  });

  it('is started and judged from the page of a model', async () => {
    const page = await open('model', { layer: '/fc1/Gemm' });
    await page.getByRole('button', { name: 'Train…' }).click();
    await page.getByRole('button', { name: 'Diagnose…' }).click();
    expect(await asked(page, 'train')).toEqual([{}]);
    expect(await asked(page, 'diagnose')).toEqual([{}]);
  });
});

describeInBrowser('a diagnosis', ({ open }) => {
  it('shows the verdict, how the model generalizes, its curves, the learning curve and the spectra', async () => {
    const page = await open('diagnosis', { height: 1600 });
    await page.getByRole('heading', { name: 'Diagnosis of lenet-300-100.onnx' }).waitFor();
    await page.getByRole('heading', { name: 'Overfit' }).waitFor();
    const table = page.getByRole('table', { name: 'Generalization' });
    expect(await cellsOf(table.getByRole('row', { name: /^Loss/ }))).toEqual(['0.0139', '0.7098', '+0.6959']);
    const learning = page.locator('.section-learning');
    await learning.locator('canvas').first().press('Home');
    expect(await readout(figure(page, 'Loss by samples'))).toBe(
      '180 samples: train 0.00556, validation 1.37, gap 1.364',
    );
    const spectrum = figure(page, 'Exponent of each layer');
    await spectrum.getByRole('button', { name: 'Show as table' }).click();
    expect(await cellsOf(spectrum.getByRole('row', { name: /output\.dense/ }))).toEqual(['8.3', '192']);
    await page.getByText('2 layers were left out').click();
    await page.getByText('fewer than 50 eigenvalues: /fc3/Gemm, /fc4/Gemm').waitFor();
    await page.getByRole('button', { name: 'Diagnose Again…' }).click();
    expect(await asked(page, 'diagnose')).toEqual([{}]);
  });

  it('changes its drawings with the theme', async () => {
    const page = await open('diagnosis', { height: 1600 });
    const canvases = page.locator('canvas');
    const pictures = () =>
      canvases.evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
    await settled(page);
    const dark = await pictures();
    expect(dark).toHaveLength(5);
    await page.evaluate(async (href) => {
      const sheet = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')!;
      await new Promise((resolve) => {
        sheet.addEventListener('load', resolve, { once: true });
        sheet.href = href;
      });
      document.body.className = 'vscode-light';
    }, 'light.css');
    await settled(page);
    const light = await pictures();
    expect(light.map((picture, index) => picture === dark[index])).toEqual(Array(5).fill(false));
  });
});

function figure(within: Page | Locator, name: string): Locator {
  return within.getByRole('region', { name, exact: true });
}

async function readout(within: Locator): Promise<string> {
  return within.locator('.readout').innerText();
}

async function trainTo(page: Page, epochs: number): Promise<void> {
  await page.evaluate((count) => window.fakeEditor.train(count), epochs);
  await settled(page);
}

async function zoomIn(within: Locator, times: number): Promise<void> {
  for (let step = 0; step < times; step++) await within.getByRole('button', { name: 'Zoom in' }).click();
}

async function drawn(canvas: Locator): Promise<string> {
  return canvas.evaluate((element) => (element as HTMLCanvasElement).toDataURL());
}

/** The epochs that are nearest to two places of a chart, by what the line under it says. */
async function epochsAt(
  page: Page,
  canvas: Locator,
): Promise<{ readonly first: number; readonly last: number }> {
  const width = (await canvas.boundingBox())!.width;
  const line = canvas.locator('xpath=ancestor::section').locator('.readout');
  const epochAt = async (x: number): Promise<number> => {
    await canvas.hover({ position: { x, y: 60 } });
    await settled(page);
    return Number(/^Epoch (\d+):/.exec(await line.innerText())![1]);
  };
  return { first: await epochAt(70), last: await epochAt(width - 20) };
}
