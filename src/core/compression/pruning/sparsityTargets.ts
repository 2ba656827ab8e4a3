// How the sparsity rises from round to round.

export type Schedule = 'one-shot' | 'iterative' | 'cubic';

/**
 * The sparsity after each round; the last one is `sparsity` itself.
 *
 * - iterative: every round removes the same fraction of what is left, s_r = 1 − (1 − s)^(r/n) (Han et al.; NIPS 2015,
 *   and Frankle & Carbin: The lottery ticket hypothesis; ICLR 2019).
 * - cubic: quickly at first, slowly in the end, s_r = s·(1 − (1 − r/n)³) (Zhu & Gupta: To prune, or not to prune; 2017,
 *   equation 1 with s_i = 0).
 */
export function sparsityTargets(sparsity: number, schedule: Schedule, rounds: number): readonly number[] {
  const count = schedule === 'one-shot' ? 1 : rounds;
  return Array.from({ length: count }, (_, i) => sparsityAt(sparsity, schedule, (i + 1) / count));
}

/** The sparsity after a part of the way, from 0 to 1; at 1 it is `sparsity` itself. */
export function sparsityAt(sparsity: number, schedule: Schedule, part: number): number {
  return part === 1 ? sparsity : rules[schedule](sparsity, part);
}

const rules: Readonly<Record<Schedule, (sparsity: number, part: number) => number>> = {
  'one-shot': (sparsity) => sparsity,
  iterative: (sparsity, part) => 1 - (1 - sparsity) ** part,
  cubic: (sparsity, part) => sparsity * (1 - (1 - part) ** 3),
};
