// Where the rules of the diagnosis draw their lines, each with its reason. docs/diagnosis.md tells the same to users.

/** Two epochs make a line, three the beginning of a trend; with fewer nothing is said about a run. */
export const leastEpochs = 3;

/** Epochs over which slopes are taken and means formed: long enough against the noise of single epochs. */
export const trendEpochs = 5;
export const smoothedEpochs = 3;

/** The usual rule: more than 10 % worse on validation than on training samples is overfitting. */
export const degradationLimit = 0.1;

/** The usual rule: a validation loss more than 5 % above its lowest value has turned around. */
export const riseLimit = 0.05;

/**
 * A rise counts only from this part of the baseline on. The loss of a solved task is so close to zero that it rises by
 * half without any prediction being different.
 */
export const materialRise = 0.005;

/** One epoch above the best is noise; from the second on in a row it may be a turn. */
export const turnEpochs = 2;

/** From here on the epochs since the best one speak for overfitting: a common patience of early stopping. */
export const staleEpochs = 5;

/** A difference of two accuracies counts from two standard errors on: 95 % certainty. */
export const standardErrors = 2;

/**
 * Without a baseline it cannot be said what a gap of losses means; a validation loss of twice the training loss is
 * then taken for overfitting.
 */
export const lossRatioLimit = 2;

/**
 * Of what lies between guessing and no error at all, the part that a network should reach on the samples that it is
 * trained on. One that leaves four of ten errors there is too small, held back or trained too little, or the labels
 * themselves are mostly noise.
 */
export const skillLimit = 0.6;

/** The same for losses, which fall slower: half of what guessing leaves. For mse this is R² = 0.5. */
export const lossSkillLimit = 0.5;

/** Where training is poor, overfitting is the larger problem only if half of what was learned does not carry over. */
export const lostSkillLimit = 0.5;

/** Relative change of the training loss per epoch from which on it still falls. */
export const fallingSlope = -0.02;

/** Relative change of the gap per epoch, against the validation loss, from which on it grows (or shrinks). */
export const gapSlope = 0.02;

/** Training loss against its start (or, where that is more, against guessing) from which on a run has blown up. */
export const explosion = 1.5;

/** A run that comes back to this part of the loss of guessing has lost what it had learned… */
export const collapse = 0.9;
/** …if it had been better by this factor. */
export const collapsedFrom = 2;

/**
 * A classifier that always says the same is at the baseline, so one that stays this much above it does not approach a
 * minimum: its steps are too large.
 */
export const aboveBaseline = 1.02;

/** From one in a hundred shared samples on, validation can be off by a whole point of accuracy. */
export const sharedLimit = 0.01;

/** Points of accuracy by which validation may be better than training before one wonders. */
export const betterLimit = 0.02;

/** Parameters for each sample: above, a network can learn its samples by heart; below the lower one it surely cannot. */
export const manyParameters = 10;
export const fewParameters = 0.1;

/** Fall of the validation loss for twice the samples from which on more data is worth its price. */
export const dataEffect = 0.05;

/** A gap that shrinks by a tenth answers to pruning, provided that validation does not suffer by more than `riseLimit`. */
export const gapEffect = 0.1;

/** Part of the validation loss from which on a gap is worth closing. */
export const materialGap = 0.1;

/** Exponents of weight spectra: below, layers are over-trained, above, under-trained (Martin and Mahoney, 2021). */
export const overTrainedExponent = 2;
export const underTrainedExponent = 6;
