// The heatmap in the panel's page: its sides, down to single weights, by wheel, drag and keyboard, within a frame.
import { expect, it } from 'vitest';
import { asked, describeInBrowser, pixels, readout, settled } from './panelInBrowser';

describeInBrowser('the heatmap', ({ open }) => {
  it('shows before, after, and the error, each another picture', async () => {
    const page = await open('experiment', { layer: '/fc2/Gemm' });
    const pictures = new Set<string>();
    for (const side of ['Before', 'After', 'Error']) {
      await page.getByRole('radio', { name: side, exact: true }).check({ force: true });
      await settled(page);
      pictures.add(await pixels(page));
    }
    expect(pictures.size).toBe(3);
    // By keyboard, as every group of radio buttons.
    await page.getByRole('radio', { name: 'Error', exact: true }).focus();
    await page.keyboard.press('ArrowLeft');
    expect(await page.getByRole('radio', { name: 'After' }).isChecked()).toBe(true);
  });

  it('shows zeros as holes in the colour of the page', async () => {
    const page = await open('experiment', { layer: '/fc3/Gemm' });
    await page.getByRole('radio', { name: 'After' }).check({ force: true });
    await settled(page);
    const share = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.heatmap')!;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let holes = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at] === 0x1f && data[at + 1] === 0x1f && data[at + 2] === 0x1f) holes++;
      }
      return holes / (data.length / 4);
    });
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(0.85);
  });

  it('zooms to single weights, asking for finer cells once it rests', async () => {
    const page = await open('wide', { layer: '/wide/Gemm' });
    await settled(page);
    expect(await asked(page, 'region')).toEqual([]);
    const coarse = await pixels(page);
    const canvas = page.locator('canvas.heatmap');
    await canvas.hover({ position: { x: 300, y: 100 } });
    await page.getByText(/^Rows \d+–\d+, columns .* zeros$/).waitFor();
    for (let step = 0; step < 8; step++) await page.mouse.wheel(0, -200);
    await page.getByText(/^Row \d+, column \d+: -?[\d.e-]+$/).waitFor();
    const regions = (await asked(page, 'region')) as { side: string; region: Record<string, number> }[];
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.length).toBeLessThan(6);
    const { side, region } = regions.at(-1)!;
    expect(side).toBe('after');
    expect(region['rows']).toBeLessThanOrEqual(512);
    expect(await pixels(page)).not.toBe(coarse);
    await page.getByRole('button', { name: 'Show all' }).click();
    await settled(page);
    await page.mouse.move(5, 5);
    await settled(page);
    expect(await pixels(page)).toBe(coarse);
  });

  it('moves by dragging', async () => {
    const page = await open('model', { layer: '/fc2/Gemm' });
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    const box = (await page.locator('canvas.heatmap').boundingBox())!;
    const at = { x: box.x + 200, y: box.y + 60 };
    await page.mouse.move(at.x, at.y);
    const under = await readout(page);
    await page.mouse.down();
    await page.mouse.move(at.x - 120, at.y - 20, { steps: 5 });
    await page.mouse.up();
    // What was under the pointer has come along.
    expect(await readout(page)).toBe(under);
  });

  it('is walked with the keyboard, aloud', async () => {
    const page = await open('model', { layer: '/fc3/Gemm' });
    const canvas = page.getByRole('application', { name: 'Heatmap of the weights of /fc3/Gemm' });
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    const start = await readout(page);
    expect(start).toMatch(/^Row 5, column 51: /);
    await page.keyboard.press('ArrowDown');
    expect(await readout(page)).toMatch(/^Row 6, column 51: /);
    await page
      .locator('[aria-live="polite"]', { hasText: 'Row 6, column 51' })
      .waitFor({ state: 'attached' });
    const before = await pixels(page);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await settled(page);
    expect(await pixels(page)).not.toBe(before);
    const zoomed = await pixels(page);
    await page.keyboard.press('Shift+ArrowRight');
    await settled(page);
    expect(await pixels(page)).not.toBe(zoomed);
    await page.keyboard.press('0');
    await settled(page);
    expect(await pixels(page)).toBe(before);
  });

  it('shows any tensor of the layer', async () => {
    const page = await open('experiment', { layer: '/fc1/Gemm' });
    await page.getByRole('tab', { name: 'fc1.weight' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('1 × 300 weights').waitFor();
    expect(await asked(page, 'selectTensor')).toEqual([{ tensor: 'fc1.bias' }]);
    expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('fc1.bias');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
  });

  it('keeps its place when an unchanged snapshot arrives', async () => {
    const page = await open('model', { layer: '/fc2/Gemm' });
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await settled(page);
    const zoomed = await pixels(page);
    await page.evaluate(() => window.fakeEditor.resend());
    await settled(page);
    expect(await pixels(page)).toBe(zoomed);
  });

  it('draws 512×512 cells in less than a frame while it is dragged', async () => {
    const page = await open('wide', { layer: '/wide/Gemm', width: 1200, height: 900 });
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await settled(page);
    const { draws: times, paints } = await page.evaluate(async () => {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.heatmap')!;
      const context = canvas.getContext('2d')!;
      const { left, top } = canvas.getBoundingClientRect();
      const point = (type: string, x: number): boolean =>
        canvas.dispatchEvent(
          new PointerEvent(type, { button: 0, clientX: left + x, clientY: top + 50, bubbles: true }),
        );
      // A made-up pointer cannot be captured.
      canvas.setPointerCapture = () => {};
      const draws: number[] = [];
      let paints = 0;
      const { prototype } = CanvasRenderingContext2D;
      const put = Object.getOwnPropertyDescriptor(prototype, 'putImageData')!;
      const counted = new Proxy(put.value as () => void, {
        apply: (target, context, image) => {
          paints++;
          Reflect.apply(target, context, image);
        },
      });
      Object.defineProperty(prototype, 'putImageData', { ...put, value: counted });
      const request = window.requestAnimationFrame.bind(window);
      // Every frame that the page asks for, until the pixels are there: reading one waits for the drawing.
      window.requestAnimationFrame = (callback) =>
        request((time) => {
          const start = performance.now();
          callback(time);
          context.getImageData(0, 0, 1, 1);
          draws.push(performance.now() - start);
        });
      point('pointerdown', 300);
      for (let step = 1; step <= 60; step++) {
        point('pointermove', 300 - 100 * Math.sin(step / 4));
        await new Promise<number>((resolve) => request(resolve));
      }
      point('pointerup', 300);
      window.requestAnimationFrame = request;
      Object.defineProperty(prototype, 'putImageData', put);
      return { draws, paints };
    });
    // Cells become pixels once; a frame only copies them.
    expect(paints).toBe(0);
    expect(times.length).toBeGreaterThan(50);
    const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
    console.log(`median frame of a drag: ${median.toFixed(2)} ms`);
    expect(median).toBeLessThan(16);
  });
});
