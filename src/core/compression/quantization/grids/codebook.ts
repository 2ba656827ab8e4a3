// Where a number is in a list of values.

/** The place of the value that is nearest to the number in an ascending list; of two as near, the first. */
export function nearestPlace(values: ArrayLike<number>, number: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (number - values[middle]! <= values[middle + 1]! - number) high = middle;
    else low = middle + 1;
  }
  return low;
}
