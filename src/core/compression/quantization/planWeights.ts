// Decides for each weight whether it is quantized, and on which grids.
import { isInteger } from '../../ir/elementType';
import type { Pause } from '../../ir/pacing';
import type { Weight } from '../weights';
import { onnxTypeCodes } from './castType';
import { signedLevels } from './grids/affineGrid';
import { narrowedRanges } from './grids/fitGrids';
import { channelLayout, groupLayout, tensorLayout, type GridLayout } from './grids/gridLayout';
import { uniformGrid } from './grids/uniformGrid';
import type { WeightGrid } from './grids/weightGrid';
import { weightRanges } from './grids/weightRanges';
import { planHalf } from './planHalf';
import type { WeightOptions } from './quantizeOptions';
import { storedBytes, type StoredAs } from './storage/storedBytes';
import type { StorageLimits } from './storage/storageLimits';

/** Cast takes its type as a number since this version. */
const castOpset = 6;

/** The grid for a weight of a model with these limits, or the reason why it keeps its type. */
export async function planWeight(
  weight: Weight,
  options: WeightOptions,
  limits: StorageLimits,
  pause: Pause,
): Promise<WeightGrid | string> {
  const { bits, scheme, observer } = options;
  const { tensor } = weight;
  const planned = plannedBytes(weight, options, limits);
  if (typeof planned === 'string') return planned;
  if (scheme === 'float16' || scheme === 'bfloat16') return planHalf(tensor, scheme, pause);
  const layout = layoutOf(weight, options, groupObstacle(weight, options, limits));
  const ranges = await weightRanges(tensor, layout, pause);
  if (!ranges) return 'it holds NaN or infinite values';
  const fitting =
    observer === 'mse'
      ? await narrowedRanges(tensor, layout, ranges, scheme, signedLevels(bits, scheme), pause)
      : ranges;
  return uniformGrid(layout, fitting, scheme, bits);
}

/** About what a weight takes in the file with all that belongs to it, or the reason why it keeps its type. */
export function plannedBytes(weight: Weight, options: WeightOptions, limits: StorageLimits): number | string {
  const stored = plannedStorage(weight, options, limits);
  return typeof stored === 'string' ? stored : storedBytes(weight, stored);
}

/** What a weight would be stored as, as far as shape and type tell, or the reason why it keeps its type. */
export function plannedStorage(
  weight: Weight,
  options: WeightOptions,
  limits: StorageLimits,
): StoredAs | string {
  const { tensor, dequantize } = weight;
  const { type } = tensor;
  const { scheme, bits } = options;
  if (dequantize || isInteger(type)) return `it is quantized already (${type})`;
  if (!Object.hasOwn(onnxTypeCodes, type)) return `elements of type ${type} are not supported`;
  const isHalf = scheme === 'float16' || scheme === 'bfloat16';
  if ((isHalf || type !== 'float32') && limits.opset < castOpset)
    return `opset ${limits.opset} cannot cast stored weights back to ${type}`;
  if (scheme === 'bfloat16' && limits.bfloat16 !== undefined) return limits.bfloat16;
  const layout = layoutOf(weight, options, groupObstacle(weight, options, limits));
  const stored: StoredAs = isHalf
    ? { kind: 'half', type: scheme }
    : { kind: 'uniform', bits, scheme, layout };
  if (options.whateverSize || storedBytes(weight, stored) < tensor.byteLength) return stored;
  return `its ${tensor.byteLength} bytes are so few that ${isHalf ? scheme : 'integers with scales'} would take more`;
}

/**
 * Why a weight whose inputs are to be in groups has a scale for each channel instead, in words; undefined where they
 * make groups, or where groups are not asked for.
 */
export function groupObstacle(
  { tensor, outputAxis }: Weight,
  { granularity, groupSize }: WeightOptions,
  limits: StorageLimits,
): string | undefined {
  if (granularity !== 'group') return undefined;
  if (outputAxis === undefined || tensor.shape.length < 2)
    return 'it has no axis of outputs beside its inputs';
  if (!groupLayout(tensor.shape, outputAxis, groupSize))
    return 'its outputs are neither its first nor its last axis';
  return limits.groups;
}

function layoutOf(
  { tensor: { shape, elements }, outputAxis }: Weight,
  { granularity, groupSize }: WeightOptions,
  obstacle: string | undefined,
): GridLayout {
  if (granularity === 'tensor' || outputAxis === undefined) return tensorLayout(shape);
  const outputs = shape[outputAxis] ?? 1;
  // A group that holds all inputs of an output is a channel.
  const areGroups = granularity === 'group' && obstacle === undefined && elements / outputs > groupSize;
  const groups = areGroups ? groupLayout(shape, outputAxis, groupSize) : undefined;
  return groups ?? (outputs > 1 ? channelLayout(shape, outputAxis) : tensorLayout(shape));
}
