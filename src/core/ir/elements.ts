// How many elements a shape has.

/** The product of the sizes, 1 without dimensions. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
