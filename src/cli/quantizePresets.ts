// What `--quantize TYPE` stands for: options of the step by the usual names of types. Single options are set with --set.

/** By the type's name. */
export const quantizePresets: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  int8: { bits: 8 },
  'int8-static': { bits: 8, activations: {} },
  int7: { bits: 7 },
  int6: { bits: 6 },
  int5: { bits: 5 },
  int4: { bits: 4 },
  int3: { bits: 3 },
  int2: { bits: 2 },
  fp16: { scheme: 'float16' },
  bf16: { scheme: 'bfloat16' },
};
