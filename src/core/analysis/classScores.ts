// Which outputs of a model are scores of classes, and what a change of the scores means: KL divergence, agreement of
// the top class, and with labels accuracy and loss.

/** How the scores of a sample become a distribution over classes. */
export type ScoreKind = 'probabilities' | 'logits';

/** The scores of some samples, row-major. */
export interface ScoreRows {
  readonly rows: number;
  readonly classes: number;
  readonly values: ArrayLike<number>;
}

/** Probabilities are not taken to be smaller than this, so that one wrong zero does not make a mean infinite. */
export const smallestProbability = 1e-12;

/**
 * Rows of scores in an output of the given shape, where it has the shape of class scores: [N, C] for N samples and
 * C ≥ 2 classes, further dimensions all being 1, or just [C] for a single sample. The scores of anchors or time steps
 * have other shapes.
 */
export function scoreRows(
  shape: readonly number[],
  samples: number,
  values: ArrayLike<number>,
): ScoreRows | undefined {
  const dimensions = shape.length === 1 && samples === 1 ? [1, ...shape] : shape;
  const [rows, classes, ...others] = dimensions;
  if (rows !== samples || classes === undefined || classes < 2) return undefined;
  if (others.some((dimension) => dimension !== 1)) return undefined;
  return { rows, classes, values };
}

export interface ScoreEvidence {
  /** Whether the output is the only one of floating-point numbers. */
  readonly onlyOutput: boolean;
  /** Number of classes of the labels, where there are labels. */
  readonly labelledClasses?: number | undefined;
}

/**
 * What rows of the shape of class scores are. Rows that are all distributions (no entry below 0, sum 1) are
 * probabilities. Others are logits where labels say that there are as many classes; without labels where the output is
 * the model's only one and its values do not stay within [−1, 1], as those of sigmoids, masks and bounded controls do.
 * A regression with several unbounded targets cannot be told from logits and passes for them.
 */
export function scoreKind(scores: ScoreRows, evidence: ScoreEvidence): ScoreKind | undefined {
  const { labelledClasses } = evidence;
  if (labelledClasses !== undefined && labelledClasses > scores.classes) return undefined;
  if (areDistributions(scores)) return 'probabilities';
  if (labelledClasses !== undefined) return labelledClasses === scores.classes ? 'logits' : undefined;
  return evidence.onlyOutput && !isBounded(scores) ? 'logits' : undefined;
}

export interface ScoreMeasures {
  /** Mean over samples of KL(p‖q) = Σ p · ln(p / q) in nats, p of the original. */
  readonly kl: number;
  /** Fraction of samples with the same top class. */
  readonly agreement: number;
}

export interface ScoreSums {
  /**
   * Scores of the original for some samples and those of the compressed model for the same ones. Samples with a score
   * that is not finite are left out.
   */
  add(p: ScoreRows, q: ScoreRows): void;
  /** Undefined where no sample counted. */
  measures(): ScoreMeasures | undefined;
}

export function scoreSums(kind: ScoreKind): ScoreSums {
  let samples = 0;
  let divergence = 0;
  let agreeing = 0;
  return {
    add(p, q) {
      for (let row = 0; row < p.rows; row++) {
        if (!isFinite(p, row) || !isFinite(q, row)) continue;
        const logP = logProbabilities(p, row, kind);
        const logQ = logProbabilities(q, row, kind);
        for (let i = 0; i < logP.length; i++) {
          const probability = Math.exp(logP[i]!);
          if (probability > smallestProbability) divergence += probability * (logP[i]! - logQ[i]!);
        }
        if (topClass(p, row) === topClass(q, row)) agreeing++;
        samples++;
      }
    },
    // Rounding can make the divergence of equal rows a tiny negative number.
    measures: () =>
      samples === 0 ? undefined : { kl: Math.max(0, divergence / samples), agreement: agreeing / samples },
  };
}

export interface LabelSums {
  add(scores: ScoreRows, labels: ArrayLike<number>): void;
  /**
   * Top-1 accuracy, and cross-entropy −ln q(label) in nats, both as means over samples. A sample with a score that is
   * not finite is wrong, with the largest loss that there is.
   */
  measures(): { readonly accuracy: number; readonly loss: number; readonly samples: number };
}

export function labelSums(kind: ScoreKind): LabelSums {
  let samples = 0;
  let right = 0;
  let loss = 0;
  return {
    add(scores, labels) {
      for (let row = 0; row < scores.rows; row++) {
        const label = labels[row]!;
        samples++;
        if (!isFinite(scores, row)) {
          loss -= Math.log(smallestProbability);
          continue;
        }
        if (topClass(scores, row) === label) right++;
        loss -= logProbabilities(scores, row, kind)[label]!;
      }
    },
    measures: () => ({ accuracy: right / samples, loss: loss / samples, samples }),
  };
}

function isFinite(scores: ScoreRows, row: number): boolean {
  for (let i = row * scores.classes; i < (row + 1) * scores.classes; i++) {
    if (!Number.isFinite(scores.values[i])) return false;
  }
  return true;
}

/** The first of the largest scores. */
function topClass(scores: ScoreRows, row: number): number {
  const start = row * scores.classes;
  let top = 0;
  for (let i = 1; i < scores.classes; i++) {
    if (scores.values[start + i]! > scores.values[start + top]!) top = i;
  }
  return top;
}

function logProbabilities(scores: ScoreRows, row: number, kind: ScoreKind): Float64Array {
  const start = row * scores.classes;
  const scoreAt = (index: number) => scores.values[start + index]!;
  const result = new Float64Array(scores.classes);
  if (kind === 'probabilities')
    return result.map((_, i) => Math.log(Math.max(smallestProbability, scoreAt(i))));
  let largest = -Infinity;
  for (let i = 0; i < scores.classes; i++) largest = Math.max(largest, scoreAt(i));
  let sum = 0;
  for (let i = 0; i < scores.classes; i++) sum += Math.exp(scoreAt(i) - largest);
  const logSum = largest + Math.log(sum);
  return result.map((_, i) => scoreAt(i) - logSum);
}

/** Half precision rounds each of many small probabilities; hence the width of the tolerance. */
const sumTolerance = 5e-3;

function areDistributions(scores: ScoreRows): boolean {
  for (let row = 0; row < scores.rows; row++) {
    let sum = 0;
    for (let i = 0; i < scores.classes; i++) {
      const value = scores.values[row * scores.classes + i]!;
      if (!(value >= -1e-6)) return false;
      sum += value;
    }
    if (!(Math.abs(sum - 1) <= sumTolerance)) return false;
  }
  return true;
}

function isBounded(scores: ScoreRows): boolean {
  for (let i = 0; i < scores.rows * scores.classes; i++) if (Math.abs(scores.values[i]!) > 1) return false;
  return true;
}
