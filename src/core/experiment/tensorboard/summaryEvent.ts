// Events as TensorBoard reads them: the few fields of tensorflow/core/util/event.proto and summary.proto that numbers
// over time need.
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A number of a step. */
export interface Scalar {
  /** What it is; what is before a slash groups it with others. */
  readonly tag: string;
  readonly value: number;
}

/** The first record of every file. @param time in seconds since 1970. */
export function versionEvent(time: number): Uint8Array {
  return event(time).tag(3, WireType.LengthDelimited).string('brain.Event:2').finish();
}

/** Event { double wall_time = 1; int64 step = 2; Summary summary = 5 }, where Summary { repeated Value value = 1 }. */
export function scalarsEvent(time: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const summary = new BinaryWriter();
  for (const scalar of scalars) summary.tag(1, WireType.LengthDelimited).bytes(scalarValue(scalar));
  return event(time)
    .tag(2, WireType.Varint)
    .int64(step)
    .tag(5, WireType.LengthDelimited)
    .bytes(summary.finish())
    .finish();
}

/** Value { string tag = 1; float simple_value = 2 }. */
function scalarValue({ tag, value }: Scalar): Uint8Array {
  return new BinaryWriter()
    .tag(1, WireType.LengthDelimited)
    .string(tag)
    .tag(2, WireType.Bit32)
    .float(value)
    .finish();
}

function event(time: number): BinaryWriter {
  return new BinaryWriter().tag(1, WireType.Bit64).double(time);
}
