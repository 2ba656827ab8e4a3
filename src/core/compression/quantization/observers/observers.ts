// What chooses the range of a grid from the distribution of the values that are to lie on it: the table of observers.
import type { Levels, Range, Scheme } from '../grids/affineGrid';
import { entropyRange } from './entropyRange';
import { squaredErrorRange } from './squaredErrorRange';
import { percentileRange } from './percentileRange';
import type { ValueHistogram } from './valueHistogram';

/** The grid that a range is chosen for. */
export interface RangeTarget {
  readonly scheme: Scheme;
  readonly levels: Levels;
  /** Per cent of the values that stay in the range, from above 0 to 100. Of the observer percentile. */
  readonly percentile: number;
}

export interface Observer {
  /** The value of the option `observer`. */
  readonly id: ObserverId;
  /** What the range is, in a phrase. */
  readonly description: string;
  readonly reference: string;
  /** Within the range of the values; 0 to 0 where there are none. */
  readonly range: (histogram: ValueHistogram, target: RangeTarget) => Range;
}

export type ObserverId = 'min-max' | 'percentile' | 'mse' | 'entropy';

const krishnamoorthi =
  'Krishnamoorthi: Quantizing deep convolutional networks for efficient inference; 2018, §3.1';

export const observers: Readonly<Record<ObserverId, Observer>> = {
  'min-max': {
    id: 'min-max',
    description: 'from the smallest to the largest value',
    reference: krishnamoorthi,
    range: ({ min, max }) => ({ min, max }),
  },
  percentile: {
    id: 'percentile',
    description: 'what contains a percentage of the values',
    reference: krishnamoorthi,
    range: (histogram, { scheme, percentile }) => percentileRange(histogram, scheme, percentile),
  },
  mse: {
    id: 'mse',
    description: 'where the mean squared error of rounding and cutting off is smallest',
    reference:
      'Banner, Nahshan, Soudry: Post training 4-bit quantization of convolutional networks for rapid-deployment; NeurIPS 2019, §2',
    range: (histogram, { scheme, levels }) => squaredErrorRange(histogram, scheme, levels),
  },
  entropy: {
    id: 'entropy',
    description: 'where the distribution on the grid diverges least from that of the values',
    reference: 'Migacz: 8-bit inference with TensorRT; GTC 2017, slides 21 to 25 and 36 to 38',
    range: (histogram, { scheme, levels }) => entropyRange(histogram, scheme, levels),
  },
};

/** The ids in the order of the table. */
export const observerIds = Object.keys(observers) as ObserverId[];
