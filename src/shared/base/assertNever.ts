/** Ends a switch over a union: does not compile while a member is unhandled, and throws if one arrives all the same. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
