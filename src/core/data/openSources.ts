// Finds out what a source is and leaves it to the file that knows its format.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Shape } from '../ir/graph';
import { openTables, type TableSource } from './csvSource';
import { dataProblem } from './dataProblem';
import type { FileSource, fileKinds, PairSource, Source } from './dataSchema';
import { glyphParts, isGlyphs } from './glyphSource';
import { idxFolderParts, openIdx } from './idx';
import { fittingImages, imageFolderParts, type ImageOptions } from './imageFolder';
import { npyPairParts, npyParts, npzParts, type ArrayOptions } from './npzSource';
import { once, type SourceParts } from './sourceParts';

export type SourceKey = 'train' | 'validation' | 'test';

/**
 * The parts of the sources of a run; paths are relative to `folder`. What is said of a table or of images in train
 * holds for the others too. Images are scaled to `input`, the shape of a model's input, where they have no size of their
 * own. Throws DATA_INVALID and its relatives.
 */
export async function openSources(
  sources: Readonly<Partial<Record<SourceKey, Source>>>,
  folder: string,
  input?: Shape,
): Promise<Partial<Record<SourceKey, SourceParts>>> {
  const located = Object.entries(sources).map(([key, source]) => ({
    key: key as SourceKey,
    found: locate(source, folder),
  }));
  const main = located.find(({ key }) => key === 'train')?.found;
  const inherited = located.map(({ key, found }) => ({ key, found: inherit(found, main) }));
  const tables = inherited.flatMap(({ key, found }) =>
    found.kind === 'csv' ? [{ key, table: found.table }] : [],
  );
  const opened = once(() => openTables(tables.map(({ table }) => table)));
  const parts: Partial<Record<SourceKey, SourceParts>> = {};
  for (const { key, found } of inherited) {
    if (found.kind === 'csv') {
      const place = tables.findIndex((own) => own.key === key);
      parts[key] = { all: once(async () => (await opened())[place]!) };
    } else {
      parts[key] = await partsOf(found, input);
    }
  }
  return parts;
}

type Located =
  | { readonly kind: 'glyphs'; readonly spec: string }
  | { readonly kind: 'folder'; readonly folder: string; readonly options: ImageOptions }
  | { readonly kind: 'pair'; readonly images: string; readonly labels: string }
  | { readonly kind: 'csv'; readonly table: TableSource }
  | { readonly kind: 'npz'; readonly file: string; readonly options: ArrayOptions }
  | { readonly kind: 'npy'; readonly file: string };

const endings: readonly (readonly [RegExp, (typeof fileKinds)[number]])[] = [
  [/\.[ct]sv(?:\.gz)?$/i, 'csv'],
  [/\.npz$/i, 'npz'],
  [/\.npy$/i, 'npy'],
];

function locate(source: Source, folder: string): Located {
  if (typeof source === 'string') {
    if (isGlyphs(source)) return { kind: 'glyphs', spec: source };
    const place = existing(source, folder);
    return statSync(place).isDirectory()
      ? { kind: 'folder', folder: place, options: {} }
      : locateFile({ file: source }, place);
  }
  if ('images' in source) return locatePair(source, folder);
  if ('folder' in source) {
    const { folder: given, ...options } = source;
    const place = existing(given, folder);
    if (!statSync(place).isDirectory()) return dataProblem(given, 'it is not a folder');
    return { kind: 'folder', folder: place, options };
  }
  const place = existing(source.file, folder);
  if (statSync(place).isDirectory()) return dataProblem(source.file, 'it is a folder; name it with folder');
  return locateFile(source, place);
}

function locateFile({ file, format, ...options }: FileSource, place: string): Located {
  const kind = format ?? endings.find(([ending]) => ending.test(file))?.[1];
  if (kind === undefined) {
    return dataProblem(
      file,
      'it is neither glyphs, nor a folder, nor a .csv, .npz, .npy or .yaml file; a table with another ending is named with format: csv in a .yaml file',
    );
  }
  if (kind === 'csv') return { kind, table: { file: place, ...options } };
  const { label, ignore, targets } = options;
  if (ignore) return dataProblem(file, 'ignore is for tables');
  if (kind === 'npy') {
    if (label !== undefined || targets !== undefined) {
      return dataProblem(file, 'it is one array; name what is to be predicted with images and labels');
    }
    return { kind, file: place };
  }
  if (typeof label === 'number' || label === false) {
    return dataProblem(file, 'label must be the name of an array');
  }
  return { kind, file: place, options: { label, targets } };
}

function locatePair({ images, labels }: PairSource, folder: string): Located {
  return { kind: 'pair', images: existing(images, folder), labels: existing(labels, folder) };
}

function existing(given: string, folder: string): string {
  const place = path.resolve(folder, given);
  return existsSync(place) ? place : dataProblem(given, 'there is no such file or folder');
}

/** Options of train count where a source says nothing else. */
function inherit(found: Located, main: Located | undefined): Located {
  if (found.kind === 'csv' && main?.kind === 'csv')
    return { ...found, table: { ...main.table, ...found.table } };
  if (found.kind === 'folder' && main?.kind === 'folder') {
    return { ...found, options: { ...main.options, ...found.options } };
  }
  return found;
}

async function partsOf(
  found: Exclude<Located, { kind: 'csv' }>,
  input: Shape | undefined,
): Promise<SourceParts> {
  if (found.kind === 'glyphs') return glyphParts(found.spec);
  if (found.kind === 'npz') return npzParts(found.file, found.options);
  if (found.kind === 'npy') return npyParts(found.file);
  if (found.kind === 'pair') return pairParts(found.images, found.labels);
  return (
    idxFolderParts(found.folder) ??
    imageFolderParts(found.folder, { ...fittingImages(input), ...found.options }) ??
    dataProblem(
      found.folder,
      'it holds neither IDX files like t10k-images-idx3-ubyte.gz nor images (.png, .jpg) in a folder for each class',
    )
  );
}

function pairParts(images: string, labels: string): SourceParts {
  if (/\.npy$/i.test(images)) return npyPairParts(images, labels);
  return { all: once(async () => openIdx(path.basename(images), { images, labels })) };
}
