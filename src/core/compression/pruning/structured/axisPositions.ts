// The positions along the axes of a graph's values, joined into sets that can only be removed together.

/** An axis of a value, and one position on it. */
export interface Position {
  readonly value: string;
  readonly axis: number;
  readonly index: number;
}

interface AxisRange {
  readonly value: string;
  readonly axis: number;
  readonly size: number;
  /** Number of the first of its positions. */
  readonly first: number;
}

/** A disjoint-set forest (Tarjan 1975) over numbered positions, with a reason for each set that has to stay. */
export class AxisPositions {
  private readonly axes = new Map<string, readonly AxisRange[]>();
  private readonly ranges: AxisRange[] = [];
  private readonly parents: number[] = [];
  private readonly reasons = new Map<number, string>();

  /** Adds a value. An axis of unknown size has no positions. */
  add(value: string, shape: readonly (number | undefined)[]): void {
    if (this.axes.has(value)) return;
    const ranges = shape.map((size = 0, axis): AxisRange => {
      const range = { value, axis, size, first: this.parents.length };
      for (let i = 0; i < size; i++) this.parents.push(range.first + i);
      this.ranges.push(range);
      return range;
    });
    this.axes.set(value, ranges);
  }

  has(value: string): boolean {
    return this.axes.has(value);
  }

  rank(value: string): number {
    return this.axes.get(value)?.length ?? 0;
  }

  size(value: string, axis: number): number {
    return this.axes.get(value)?.[axis]?.size ?? 0;
  }

  /** The set of a position, as the number of one member. Joining changes it. */
  setOf(value: string, axis: number, index: number): number {
    return this.find(this.numberOf(value, axis, index));
  }

  join(a: Position, b: Position): void {
    const [x, y] = [this.setOf(a.value, a.axis, a.index), this.setOf(b.value, b.axis, b.index)];
    if (x === y) return;
    const reason = this.reasons.get(x) ?? this.reasons.get(y);
    this.parents[y] = x;
    if (reason !== undefined) this.reasons.set(x, reason);
  }

  /** Every position of an axis has to stay. The first reason given to a set is kept. */
  pin(value: string, axis: number, reason: string): void {
    for (let index = 0; index < this.size(value, axis); index++) {
      const set = this.setOf(value, axis, index);
      if (!this.reasons.has(set)) this.reasons.set(set, reason);
    }
  }

  /** Why a set has to stay; undefined where it can go. */
  reasonOf(set: number): string | undefined {
    return this.reasons.get(set);
  }

  /** Why some position of an axis has to stay. */
  pinned(value: string, axis: number): string | undefined {
    for (let index = 0; index < this.size(value, axis); index++) {
      const reason = this.reasons.get(this.setOf(value, axis, index));
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** The members of each set that can go, in the order in which they were added. */
  freeSets(): ReadonlyMap<number, readonly Position[]> {
    const sets = new Map<number, Position[]>();
    for (const { value, axis, size, first } of this.ranges) {
      for (let index = 0; index < size; index++) {
        const set = this.find(first + index);
        if (this.reasons.has(set)) continue;
        const members = sets.get(set);
        if (members) members.push({ value, axis, index });
        else sets.set(set, [{ value, axis, index }]);
      }
    }
    return sets;
  }

  private numberOf(value: string, axis: number, index: number): number {
    const range = this.axes.get(value)?.[axis];
    if (!range || index < 0 || index >= range.size) {
      throw new RangeError(`No position ${index} on axis ${axis} of ${value}`);
    }
    return range.first + index;
  }

  private find(position: number): number {
    let root = position;
    while (this.parents[root] !== root) root = this.parents[root]!;
    for (let at = position; at !== root;) {
      const next = this.parents[at]!;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }
}
