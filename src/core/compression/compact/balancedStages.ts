// The same chain with weights of one scale.
import type { Stage } from './stage';

/**
 * Stages that compute the same, in which what makes a channel between two stages and what reads it have the same norm:
 * training changes both alike then, and weight decay pulls at both alike. Channels that are zero on one side stay.
 */
export function balancedStages(stages: readonly Stage[]): readonly Stage[] {
  const balanced = stages.map((stage) => ({ ...stage, weights: stage.weights.slice() }));
  for (const [i, second] of balanced.entries()) {
    const first = balanced[i - 1];
    if (!first) continue;
    const made = first.weights.length / first.outputs;
    for (let channel = 0; channel < first.outputs; channel++) {
      const row = first.weights.subarray(channel * made, (channel + 1) * made);
      const readers = readersOf(second, shuffledPlace(first, channel));
      const norm = Math.hypot(...row);
      const other = Math.hypot(...readers.map((at) => second.weights[at]!));
      if (norm === 0 || other === 0) continue;
      const scale = Math.sqrt(other / norm);
      for (let k = 0; k < made; k++) row[k]! *= scale;
      for (const at of readers) second.weights[at]! /= scale;
    }
  }
  return balanced;
}

/** Where a channel is after the shuffle that follows a stage, if one does. */
export function shuffledPlace(
  { outputs, shuffles }: Pick<Stage, 'outputs' | 'shuffles'>,
  channel: number,
): number {
  if (shuffles === undefined) return channel;
  const size = outputs / shuffles;
  return (channel % size) * shuffles + Math.floor(channel / size);
}

/** The places of a stage's weights that a channel is multiplied with. */
function readersOf({ outputs, channels, groups, positions }: Stage, channel: number): readonly number[] {
  const perGroup = channels / groups;
  const rows = outputs / groups;
  const group = Math.floor(channel / perGroup);
  return Array.from({ length: rows * positions }, (_, i) => {
    const output = group * rows + Math.floor(i / positions);
    return (output * perGroup + (channel % perGroup)) * positions + (i % positions);
  });
}
