// The float types other than float32 that a quantized weight can be cast to.

/** Codes of TensorProto.DataType, as the attribute `to` of Cast wants them. */
export const onnxTypeCodes = { float16: 10, float64: 11, bfloat16: 16 } as const;

export type CastType = keyof typeof onnxTypeCodes;
