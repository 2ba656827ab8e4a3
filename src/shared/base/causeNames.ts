// What makes a quantized model worse than its original, and what each of these is called where they are listed.

export const causeNames = {
  /** The samples are prepared otherwise than the model, or its calibration, expects. */
  preparation: 'Preparation of the samples',
  /** Ranges of activations do not fit the data. */
  ranges: 'Ranges of activations',
  /** Activations have too few levels, though their ranges fit. */
  'activation-bits': 'Levels of activations',
  /** Channels of very different weights have one grid. */
  'per-tensor': 'One grid for all channels of a weight',
  /** Weights have too few levels. */
  'weight-bits': 'Levels of weights',
  /** 16 bits cannot hold the sums of 8-bit products, on processors without VNNI. */
  saturation: 'Saturation without VNNI',
  /** What the runtime makes of the graph when it optimizes it. */
  optimizations: 'Optimizations of the runtime',
} as const;

export type CauseKind = keyof typeof causeNames;
