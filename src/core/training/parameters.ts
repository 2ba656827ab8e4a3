// Where each trained tensor is in the one vector of all of them. Weights come first and the rest after them, so that
// what is done to weights alone (decay, zeros that stay) works on one part of the vector.
import type { Trainable } from './trainables';

export interface Parameter extends Trainable {
  readonly start: number;
  readonly elements: number;
}

/** A part of the vector that is updated in one way. */
export interface ParameterGroup {
  readonly members: readonly Parameter[];
  readonly start: number;
  readonly elements: number;
  /** Whether these are weights: biases and normalization are neither decayed nor kept at zero. */
  readonly weights: boolean;
}

export interface ParameterLayout {
  readonly elements: number;
  readonly parameters: readonly Parameter[];
  readonly groups: readonly ParameterGroup[];
}

/** `apart` is whether weights are treated otherwise than the rest; if not, all are one group. */
export function parameterLayout(trained: readonly Trainable[], apart: boolean): ParameterLayout {
  let start = 0;
  const parameters = [...trained.filter(isWeight), ...trained.filter((each) => !isWeight(each))].map(
    (each): Parameter => {
      const { elements } = each.tensor;
      start += elements;
      return { ...each, start: start - elements, elements };
    },
  );
  const parts = apart
    ? [parameters.filter(isWeight), parameters.filter((each) => !isWeight(each))]
    : [parameters];
  const groups = parts.flatMap((members): readonly ParameterGroup[] => {
    const [first] = members;
    if (!first) return [];
    const elements = members.reduce((sum, member) => sum + member.elements, 0);
    return [{ members, start: first.start, elements, weights: apart && isWeight(first) }];
  });
  return { elements: start, parameters, groups };
}

function isWeight({ role }: Trainable): boolean {
  return role === 'weight';
}
