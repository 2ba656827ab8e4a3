// The float types that a weight can be cast to after it was dequantized.

/** Codes of TensorProto.DataType, as the attribute `to` of Cast wants them. */
export const onnxTypeCodes = { float32: 1, float16: 10, float64: 11, bfloat16: 16 } as const;
