// The names of files that are being written. They stand beside the file that they become and carry the id of their
// job, so that whoever outlives a killed process knows what to remove.

/** `.model.onnx.<jobId>.partial` for model.onnx; both are names without a folder. */
export function partialName(name: string, jobId: string): string {
  return `.${name}.${jobId}.partial`;
}

/** Whether a file name in a folder is a partial file of the given job. */
export function isPartialOf(fileName: string, jobId: string): boolean {
  return fileName.startsWith('.') && fileName.endsWith(`.${jobId}.partial`);
}
