// The form "grouped-shuffle" of the step replace.
import type { CompactForm } from './compactForm';
import { groupedShapes, groupedStages } from './groupedStages';
import { blockSize, reasonWithoutKernel, type LinearShape } from './linearLayers';

/** A grouped convolution, a shuffle and a grouped pointwise convolution, all of as many groups. */
export function groupedForm(groups: number): CompactForm {
  return {
    leastOpset: 5,
    shapes: (layer) =>
      reasonWithoutKernel(layer) ?? undivided(layer, groups) ?? groupedShapes(blockSize(layer), groups),
    stages: (_, block, { moments, pause }) => groupedStages(block, groups, pause, moments),
  };
}

function undivided({ outputs, channels }: LinearShape, groups: number): string | undefined {
  if (channels % groups !== 0) return `its ${channels} input channels are not a multiple of ${groups} groups`;
  if (outputs % groups !== 0) return `its ${outputs} output channels are not a multiple of ${groups} groups`;
  return undefined;
}
