// When a chain of stages is too narrow to be worth it, whatever it saves.
import type { StageShape } from './stage';

/**
 * Of so few channels the next layer cannot put many different outputs together: a depthwise convolution on the three
 * colours of an image makes three maps, and half of the rank of ten classes cannot tell them apart.
 */
const fewestBetween = 8;

/** Why a layer should stay unless it is named, in words; undefined where enough channels are between the stages. */
export function reasonTooNarrow(shapes: readonly StageShape[]): string | undefined {
  const narrowest = Math.min(...shapes.slice(0, -1).map(({ outputs }) => outputs));
  return narrowest < fewestBetween
    ? `fewer than ${fewestBetween} channels would be left between its parts`
    : undefined;
}
