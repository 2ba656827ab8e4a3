// What a part of the graph remembers of the file that it came from: its message, and what was read from it, so that a
// writer sees which of it was changed since. See the header of graph.ts.
import type { Message } from '@bufbuild/protobuf';

export class OnnxOrigin<P extends Message, Read> {
  constructor(
    readonly proto: P,
    /** The fields as they were read. Those that are the same objects still were not changed. */
    readonly read: Read,
  ) {}
}

/** The origin of a part that was read from a message of the given type. */
export function originOf<P extends Message, Read>(
  part: { readonly origin?: unknown },
  schema: { readonly typeName: P['$typeName'] },
): OnnxOrigin<P, Read> | undefined {
  const { origin } = part;
  if (!(origin instanceof OnnxOrigin) || (origin.proto as Message).$typeName !== schema.typeName)
    return undefined;
  return origin as OnnxOrigin<P, Read>;
}

/** Whether a part still has all of the fields that were read, by identity. */
export function isUnchanged<Read extends object>(part: Read, read: Read): boolean {
  return (Object.keys(read) as (keyof Read)[]).every((key) => part[key] === read[key]);
}
