// The element types of ONNX tensors and what each is made of.

interface ElementTypeFacts {
  /** Bits of one element as stored; 0 where elements have no fixed size. */
  readonly bits: number;
  readonly kind: 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'string';
}

export const elementTypes = {
  float32: { bits: 32, kind: 'float' },
  float64: { bits: 64, kind: 'float' },
  float16: { bits: 16, kind: 'float' },
  bfloat16: { bits: 16, kind: 'float' },
  float8e4m3fn: { bits: 8, kind: 'float' },
  float8e4m3fnuz: { bits: 8, kind: 'float' },
  float8e5m2: { bits: 8, kind: 'float' },
  float8e5m2fnuz: { bits: 8, kind: 'float' },
  float8e8m0: { bits: 8, kind: 'float' },
  float4e2m1: { bits: 4, kind: 'float' },
  int2: { bits: 2, kind: 'int' },
  int4: { bits: 4, kind: 'int' },
  int8: { bits: 8, kind: 'int' },
  int16: { bits: 16, kind: 'int' },
  int32: { bits: 32, kind: 'int' },
  int64: { bits: 64, kind: 'int' },
  uint2: { bits: 2, kind: 'uint' },
  uint4: { bits: 4, kind: 'uint' },
  uint8: { bits: 8, kind: 'uint' },
  uint16: { bits: 16, kind: 'uint' },
  uint32: { bits: 32, kind: 'uint' },
  uint64: { bits: 64, kind: 'uint' },
  bool: { bits: 8, kind: 'bool' },
  complex64: { bits: 64, kind: 'complex' },
  complex128: { bits: 128, kind: 'complex' },
  string: { bits: 0, kind: 'string' },
} as const satisfies Record<string, ElementTypeFacts>;

export type ElementType = keyof typeof elementTypes;

export function isFloat(type: ElementType): boolean {
  return elementTypes[type].kind === 'float';
}

export function isInteger(type: ElementType): boolean {
  return elementTypes[type].kind === 'int' || elementTypes[type].kind === 'uint';
}

/** Bytes that `elements` elements take, packed as ONNX packs them (4-bit types two to a byte). */
export function packedBytes(type: ElementType, elements: number): number {
  return Math.ceil((elementTypes[type].bits * elements) / 8);
}
