// PNG and JPEG files as pixels. The decoders are told how much they may take before they begin.
import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { CounterweightError } from '../../shared/base/errors';
import { reasonOf } from './dataProblem';

/** Rows of red, green, blue and alpha bytes. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** Photographs of today's cameras have 50 megapixels. */
const mostMegapixels = 100;

const jpegMegabytes = 2048;

/** The image in `bytes`, by its content. Throws DATA_IMAGE_INVALID naming `file`. */
export function decodeImage(file: string, bytes: Buffer): Pixels {
  try {
    if (isPng(bytes)) return pngPixels(file, bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegPixels(bytes);
  } catch (error) {
    if (error instanceof CounterweightError) throw error;
    return imageProblem(file, reasonOf(error));
  }
  return imageProblem(file, bytes.length === 0 ? 'it is empty' : 'it is neither PNG nor JPEG');
}

/** Throws DATA_IMAGE_INVALID. `problem` is a clause that follows "cannot be used:". */
export function imageProblem(file: string, problem: string): never {
  throw new CounterweightError('DATA_IMAGE_INVALID', { path: file, problem });
}

function isPng(bytes: Buffer): boolean {
  return bytes.length > 8 && bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n';
}

function pngPixels(file: string, bytes: Buffer): Pixels {
  if (bytes.length < 33) return imageProblem(file, 'it ends within its header');
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  if (width * height > mostMegapixels * 1e6) {
    return imageProblem(file, `it has ${width} × ${height} pixels, more than ${mostMegapixels} megapixels`);
  }
  // Deflate shrinks to a thousandth at most. What is far larger than its pixels hides more than them.
  if (bytes.length > 8 * width * height + 2 ** 24)
    return imageProblem(file, 'it is much larger than its pixels');
  const { data } = PNG.sync.read(bytes, { checkCRC: true });
  return { width, height, rgba: data };
}

function jpegPixels(bytes: Buffer): Pixels {
  const { width, height, data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    // A file that ends too early is an error and not a grey half.
    tolerantDecoding: false,
    maxResolutionInMP: mostMegapixels,
    maxMemoryUsageInMB: jpegMegabytes,
  });
  return { width, height, rgba: data };
}
