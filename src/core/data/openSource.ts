// Finds out what a source is and leaves it to the file that knows its format.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { dataProblem } from './dataProblem';
import type { Source } from './dataSchema';
import { glyphParts, isGlyphs } from './glyphSource';
import { idxFolderParts, openIdx } from './idx';
import { once, type SourceParts } from './sourceParts';

/** The parts of a source; its paths are relative to `folder`. Throws DATA_INVALID. */
export async function openSource(source: Source, folder: string): Promise<SourceParts> {
  if (typeof source === 'string' && isGlyphs(source)) return glyphParts(source);
  if (typeof source === 'string') return openPath(path.resolve(folder, source), source);
  if ('images' in source) {
    const files = {
      images: path.resolve(folder, source.images),
      labels: path.resolve(folder, source.labels),
    };
    return { all: once(async () => openIdx(path.basename(files.images), files)) };
  }
  return dataProblem(JSON.stringify(source), 'it is not known');
}

async function openPath(file: string, given: string): Promise<SourceParts> {
  if (!existsSync(file)) return dataProblem(given, 'there is no such file or folder');
  if (statSync(file).isDirectory()) {
    return idxFolderParts(file) ?? dataProblem(given, 'it holds no IDX files like t10k-images-idx3-ubyte.gz');
  }
  return dataProblem(given, 'it is neither glyphs, nor a folder of IDX files, nor a .yaml file');
}
