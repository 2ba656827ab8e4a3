// What the question for data offers, and the words for it. The question itself is asked in `askData.ts`.
import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type { ModelView } from '../../shared/contracts/viewModels';

/** The built-in glyphs in the size that the model takes, where it takes square grey images. */
export function glyphsFor({ inputs }: Pick<ModelView, 'inputs'>): string {
  const [batch, channels, height, width] = inputs[0]?.shape ?? [];
  const square = batch !== undefined && channels === 1 && typeof height === 'number' && height === width;
  return square && height >= 8 && height <= 256 && height !== defaultSize
    ? `glyphs:size=${height}`
    : 'glyphs';
}

/** Pixels of a glyph where nothing is said of it. */
const defaultSize = 28;

export interface DataTexts {
  readonly label: string;
  readonly description: string;
}

/** How data is named in a list: a path by its last part and its folder, glyphs by what is special about them. */
export function dataTexts(spec: string): DataTexts {
  if (isGlyphs(spec)) return { label: l10n.t('Glyphs'), description: spec.slice('glyphs:'.length) };
  return { label: path.basename(spec), description: path.dirname(spec) };
}

export function isGlyphs(spec: string): boolean {
  return /^glyphs(:|$)/.test(spec);
}

/** Whether a YAML file has the keys of a file that describes data. */
export function describesData(text: string): boolean {
  return /^(train|test)\s*:/m.test(text);
}
