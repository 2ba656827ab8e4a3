// A reader of event files that shares nothing with the writer: the frame and the checksum bit by bit, and the messages
// field by field, as the formats are described.

export interface ReadEvent {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  readonly scalars: Readonly<Record<string, number>>;
}

/** Throws where a checksum is wrong; a record that was cut off ends the file. */
export function readEventFile(bytes: Buffer): readonly ReadEvent[] {
  const events: ReadEvent[] = [];
  for (let at = 0; at + 12 <= bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    check(bytes.subarray(at, at + 8), bytes.readUInt32LE(at + 8));
    const end = at + 12 + length;
    if (end + 4 > bytes.length) break;
    const content = bytes.subarray(at + 12, end);
    check(content, bytes.readUInt32LE(end));
    events.push(readEvent(content));
    at = end + 4;
  }
  return events;
}

function check(content: Buffer, masked: number): void {
  const rotated = (masked - 0xa282ead8) >>> 0;
  const stored = ((rotated >>> 17) | (rotated << 15)) >>> 0;
  if (stored !== castagnoli(content)) throw new Error('A checksum is wrong');
}

/** CRC-32C bit by bit: the reversed polynomial 0x82f63b78. */
export function castagnoli(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

type Field = readonly [number: number, value: number | Buffer];

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [number, wire] = [key >> 3, key & 7];
    if (wire === 0) yield [number, varint()];
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : varint();
      yield [number, message.subarray(at, at + length)];
      at += length;
    }
  }
}

function readEvent(message: Buffer): ReadEvent {
  let [time, step] = [NaN, 0];
  let version: string | undefined;
  const scalars: Record<string, number> = {};
  for (const [number, value] of fieldsOf(message)) {
    if (number === 1) time = (value as Buffer).readDoubleLE();
    else if (number === 2) step = value as number;
    else if (number === 3) version = (value as Buffer).toString();
    else if (number === 5) {
      for (const [, each] of fieldsOf(value as Buffer)) {
        const fields = new Map(fieldsOf(each as Buffer));
        scalars[(fields.get(1) as Buffer).toString()] = (fields.get(2) as Buffer).readFloatLE();
      }
    } else throw new Error(`An event has no field ${number}`);
  }
  return { time, step, ...(version !== undefined && { version }), scalars };
}
