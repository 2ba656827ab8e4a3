// `glyphs:samples=500,labelNoise=0.2`: the built-in data as a source that is named in a word.
import { z } from 'zod';
import { dataProblem } from './dataProblem';
import type { DataSet } from './dataSet';
import { describeIssue, mapping } from './describeIssue';
import { glyphDefaults, glyphSplits, openGlyphs, type GlyphOptions } from './glyphs';
import { once, type OpenPart, type SourceParts } from './sourceParts';

const glyphNumbers = ['samples', 'size', 'seed', 'noise', 'labelNoise'] as const;

const glyphSchema = mapping({
  samples: z.number().int().min(1).max(1_000_000),
  size: z.number().int().min(8).max(256),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  noise: z.number().min(0).max(10),
  labelNoise: z.number().min(0).max(1),
  split: z.enum(glyphSplits).optional(),
});

/** Validation and test samples are no fewer than this: they are what verdicts stand on. */
const fewestHeldOut = 500;

export function isGlyphs(spec: string): boolean {
  return /^glyphs(:|$)/.test(spec);
}

/**
 * The splits of the glyphs that `spec` describes. Wrong labels are given to train alone: what measures stays clean.
 * Where the spec names a split it is that one alone, as described.
 * Throws DATA_INVALID.
 */
export function glyphParts(spec: string): SourceParts {
  const { split, ...options } = parseGlyphs(spec);
  if (split) return { all: part({ ...options, split }) };
  const heldOut = {
    ...options,
    labelNoise: 0,
    samples: Math.max(fewestHeldOut, Math.floor(options.samples / 4)),
  };
  return {
    train: part({ ...options, split: 'train' }),
    validation: part({ ...heldOut, split: 'validation' }),
    test: part({ ...heldOut, split: 'test' }),
  };
}

function part(options: GlyphOptions): OpenPart {
  return once(async () => openGlyphs(options));
}

/** What is measured on where nothing is trained: as many samples as `spec` says, with true labels. */
export function measuredGlyphs(spec: string): DataSet {
  const { split, ...options } = parseGlyphs(spec);
  return openGlyphs(split ? { ...options, split } : { ...options, labelNoise: 0, split: 'test' });
}

function parseGlyphs(spec: string): z.output<typeof glyphSchema> {
  const { samples, size, seed, noise, labelNoise } = glyphDefaults;
  const given: Record<string, unknown> = { samples, size, seed, noise, labelNoise };
  const list = spec.slice('glyphs:'.length);
  for (const pair of list === '' ? [] : list.split(',')) {
    const [key = '', value = ''] = pair.split('=');
    given[key] = (glyphNumbers as readonly string[]).includes(key) && value !== '' ? Number(value) : value;
  }
  const parsed = glyphSchema.safeParse(given);
  return parsed.success ? parsed.data : dataProblem(spec, describeIssue(parsed.error).problem);
}
