// The table of criteria. Adding one is a file and a line here; the option, its help and its checks follow.
import type { Criterion } from './criterion';
import { gradient, secondOrder } from './lossCriteria';
import { magnitude, magnitudeL2 } from './magnitude';
import { movement } from './movement';
import { random } from './random';
import { wanda } from './wanda';

export const criteria: readonly Criterion[] = [
  magnitude,
  magnitudeL2,
  gradient,
  secondOrder,
  movement,
  wanda,
  random,
];

/** The criterion with this id, which the schema has checked. */
export function criterionOf(id: string): Criterion {
  const found = criteria.find((criterion) => criterion.id === id);
  if (!found) throw new Error(`There is no criterion ${id}`);
  return found;
}
