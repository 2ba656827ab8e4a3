// The parts of a whole range that observers search among.

/** From just below the whole down to a hundredth of it, in steps that are a hundredth of the whole. */
export const narrowerParts: readonly number[] = Array.from({ length: 99 }, (_, i) => (99 - i) / 100);
