// Colours that can be seen on the ground of any theme.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contrast, visibleOn } from '../../../webview/charts/contrast';

const channel = fc.integer({ min: 0, max: 255 });
const color = fc.tuple(channel, channel, channel);

describe('colours of lines', () => {
  it('have the contrast of black and white as WCAG states it', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 5);
    expect(contrast([9, 9, 9], [9, 9, 9])).toBe(1);
  });

  it('stay as the theme has them where they stand out', () => {
    expect(visibleOn([31, 31, 31], [209, 134, 22], [204, 204, 204])).toEqual([209, 134, 22]);
  });

  it('take on what they need of the text, so that each stands out wherever text does', () => {
    expect(visibleOn([31, 31, 31], [110, 60, 20], [204, 204, 204])).not.toEqual([110, 60, 20]);
    fc.assert(
      fc.property(color, color, color, (ground, wanted, text) => {
        fc.pre(contrast(text, ground) >= 3);
        expect(contrast(visibleOn(ground, wanted, text), ground)).toBeGreaterThanOrEqual(3);
      }),
    );
  });
});
