// How often a network's scores name the right class: top-1, top-5, and which classes it takes for which.

/** Classes up to which confusions are counted: a table of more is no summary. */
const mostCounted = 100;

export interface ClassMeasures {
  /** Fraction of samples whose class has the highest score. */
  readonly accuracy: number;
  /** Fraction of samples whose class is among the five of the highest scores; for more than five classes. */
  readonly top5?: number;
  /**
   * Counts by [true class][predicted class], for up to 100 classes. A sample with a score that is not finite is wrong
   * and in no cell.
   */
  readonly confusion?: readonly (readonly number[])[];
}

export interface ClassSums {
  /**
   * Takes in a sample: `scores[start]` and the following ones, one for each class. Of equal scores, that of the lower
   * class counts as higher.
   */
  add(scores: ArrayLike<number>, start: number, label: number): void;
  /** Of at least one sample. */
  measures(): ClassMeasures;
}

export function classSums(classes: number): ClassSums {
  const counts = classes > mostCounted ? undefined : Array.from({ length: classes }, () => zeros(classes));
  let samples = 0;
  let first = 0;
  let amongFive = 0;
  return {
    add(scores, start, label) {
      samples++;
      const labelScore = scores[start + label]!;
      let top = 0;
      let before = 0;
      for (let i = 0; i < classes; i++) {
        const score = scores[start + i]!;
        if (!Number.isFinite(score)) return;
        if (score > scores[start + top]!) top = i;
        if (score > labelScore || (score === labelScore && i < label)) before++;
      }
      if (before === 0) first++;
      if (before < 5) amongFive++;
      if (counts) counts[label]![top]! += 1;
    },
    measures: () => ({
      accuracy: first / samples,
      ...(classes > 5 && { top5: amongFive / samples }),
      ...(counts && { confusion: counts }),
    }),
  };
}

function zeros(count: number): number[] {
  return Array<number>(count).fill(0);
}
