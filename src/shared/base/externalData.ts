// Where a written model keeps weights that do not go into its own file: known to who writes it, who looks for a free
// name, and who cleans up after a process that was killed.

/** `model.onnx.data` for `model.onnx`; with or without a folder. */
export function externalDataPath(modelPath: string): string {
  return `${modelPath}.data`;
}
