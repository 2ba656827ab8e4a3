/** Whether the first bytes are those of ONNX Runtime's own format: a FlatBuffer with the identifier "ORTM". */
export function isOrtFile(head: Uint8Array): boolean {
  return head.length >= 8 && String.fromCharCode(...head.subarray(4, 8)) === 'ORTM';
}
