// A folder of images with a folder for each class, and above that, if there are any, folders for the splits. Images are
// decoded when they are asked for.
import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Dimension, Shape } from '../ir/graph';
import { cached } from './cachedDataSet';
import { dataProblem, reasonOf } from './dataProblem';
import type { DataSet } from './dataSet';
import { decodeImage, imageProblem, type Pixels } from './decodeImage';
import { resizeImage } from './resizeImage';
import { once, type SourceParts } from './sourceParts';

export interface ImageOptions {
  /** Height and width that every image is scaled to; else all must have the size of the first. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** One channel, or three; as the first image has where it is not said. */
  readonly grayscale?: boolean | undefined;
}

const splitFolders = {
  train: ['train', 'training'],
  validation: ['validation', 'val', 'valid'],
  test: ['test'],
} as const;

const readable = /\.(?:png|jpe?g)$/i;
const otherImages = /\.(?:webp|gif|bmp|tiff?|heic|avif)$/i;

/** The splits of a folder, or all of it where it has none. Undefined if it holds no images. Throws DATA_INVALID. */
export function imageFolderParts(folder: string, options: ImageOptions): SourceParts | undefined {
  const name = path.basename(path.resolve(folder));
  const folders = subfolders(folder);
  const part = (split: keyof typeof splitFolders): Partial<SourceParts> => {
    const own = splitFolders[split].find((candidate) => folders.includes(candidate));
    if (own === undefined) return {};
    return { [split]: once(() => openImages(`${name}/${own}`, path.join(folder, own), options)) };
  };
  const parts = { ...part('train'), ...part('validation'), ...part('test') };
  if (parts.train || parts.test) return parts;
  if (listImages(folder).length === 0) return undefined;
  return { all: once(() => openImages(name, folder, options)) };
}

/** How images fill an input [samples, channels, height, width] or [samples, height, width, channels]. */
export function fittingImages(input: Shape | undefined): ImageOptions {
  const [, ...image] = input ?? [];
  if (image.length !== 3) return {};
  const [first, second, third] = image;
  const [channels, height, width] =
    isChannels(first) || !isChannels(third) ? [first, second, third] : [third, first, second];
  return {
    ...(isChannels(channels) && { grayscale: channels === 1 }),
    ...(typeof height === 'number' && typeof width === 'number' && { size: [height, width] }),
  };
}

function isChannels(dimension: Dimension | undefined): boolean {
  return dimension === 1 || dimension === 3;
}

interface ListedImage {
  readonly file: string;
  /** The folder right below the data set's; empty for an image that lies beside those. */
  readonly className: string;
}

async function openImages(name: string, folder: string, options: ImageOptions): Promise<DataSet> {
  const images = listImages(folder);
  const [first] = images;
  if (!first) return dataProblem(folder, 'it holds no images (.png, .jpg, .jpeg)');
  const classes = [...new Set(images.map(({ className }) => className))];
  const loose = images.find(({ className }) => className === '');
  if (loose && classes.length > 1) {
    return dataProblem(
      folder,
      `${path.basename(loose.file)} lies beside the folders of the classes; move it into one of them`,
    );
  }
  const pixels = await pixelsOf(first.file);
  const [height, width] = options.size ?? [pixels.height, pixels.width];
  const channels = (options.grayscale ?? isGray(pixels)) ? 1 : 3;
  const read = async (file: string): Promise<Float32Array> => {
    const image = await pixelsOf(file);
    if (!options.size && (image.height !== height || image.width !== width)) {
      return imageProblem(
        file,
        `it has ${image.width} × ${image.height} pixels, but ${path.basename(first.file)} has ${width} × ${height}; name one size for all with size`,
      );
    }
    return resizeImage(planesOf(image, channels), channels, image, { height, width });
  };
  const labels = loose ? undefined : Int32Array.from(images, ({ className }) => classes.indexOf(className));
  return cached({
    name,
    count: images.length,
    inputs: [{ shape: [channels, height, width] }],
    ...(labels && { targets: { kind: 'classes', count: classes.length, names: classes }, labels }),
    rows: async (indices) => {
      const length = channels * height * width;
      const inputs = new Float32Array(indices.length * length);
      for (let row = 0; row < indices.length; row++)
        inputs.set(await read(images[indices[row]!]!.file), row * length);
      return {
        count: indices.length,
        inputs: [inputs],
        ...(labels && { labels: Int32Array.from(indices, (index) => labels[index]!) }),
      };
    },
  });
}

/** All images below a folder, by class and then by path; the order is the same on every machine. */
function listImages(folder: string): readonly ListedImage[] {
  let entries;
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    return dataProblem(folder, reasonOf(error));
  }
  const files = entries
    .map((entry) => entry.split(path.sep))
    .filter((parts) => !parts.some((part) => part.startsWith('.')))
    .map((parts) => parts.join('/'));
  const other = files.find((file) => otherImages.test(file));
  if (other !== undefined) return imageProblem(path.join(folder, other), 'it is neither PNG nor JPEG');
  return files
    .filter((file) => readable.test(file) && statSync(path.join(folder, file)).isFile())
    .map((file) => ({ file, className: file.includes('/') ? file.slice(0, file.indexOf('/')) : '' }))
    .toSorted((a, b) => compare(a.className, b.className) || compare(a.file, b.file))
    .map(({ file, className }) => ({ file: path.join(folder, file), className }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch (error) {
    return dataProblem(folder, reasonOf(error));
  }
}

async function pixelsOf(file: string): Promise<Pixels> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return imageProblem(file, reasonOf(error));
  }
  return decodeImage(file, bytes);
}

function isGray({ rgba }: Pixels): boolean {
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i] !== rgba[i + 1] || rgba[i] !== rgba[i + 2]) return false;
  }
  return true;
}

/** Channels from 0 to 1, without transparency. Grey is the luma of ITU-R BT.601. */
function planesOf({ rgba }: Pixels, channels: number): Float32Array {
  const pixels = rgba.length / 4;
  const planes = new Float32Array(channels * pixels);
  for (let i = 0; i < pixels; i++) {
    const [red, green, blue] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
    if (channels === 1) {
      planes[i] = (0.299 * red + 0.587 * green + 0.114 * blue) / 255;
    } else {
      planes[i] = red / 255;
      planes[pixels + i] = green / 255;
      planes[2 * pixels + i] = blue / 255;
    }
  }
  return planes;
}
