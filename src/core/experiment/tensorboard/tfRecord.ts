// The frame around each record of a TensorFlow record file (tensorflow/core/lib/io/record_writer.h): its length, its
// bytes, and a checksum of each, so that a reader finds where a file was cut off.
import crc32c from 'crc-32/crc32c.js';

/** uint64 length, uint32 masked CRC-32C of it, the bytes, uint32 masked CRC-32C of them; all little-endian. */
export function tfRecord(bytes: Uint8Array): Uint8Array {
  const record = new Uint8Array(12 + bytes.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, maskedChecksum(bytes), true);
  return record;
}

/** CRC-32C (Castagnoli), rotated by 15 bits and shifted, because bytes with checksums in them are checksummed. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c.buf(bytes) >>> 0;
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0;
}
