// What a file that is no model seems to be instead, said in a few words.

interface Kind {
  readonly words: string;
  matches(text: string): boolean;
}

const startsWith = (words: string, ...starts: readonly string[]): Kind => ({
  words,
  matches: (text) => starts.some((start) => text.startsWith(start)),
});

// Text is one character per byte here.
const kinds: readonly Kind[] = [
  startsWith(
    'it holds a Git LFS pointer instead of the file; run "git lfs pull"',
    'version https://git-lfs.github.com/',
  ),
  startsWith('it holds a ZIP archive', 'PK\u0003\u0004', 'PK\u0005\u0006'),
  startsWith('it holds gzip-compressed data', '\u001f\u008b'),
  startsWith('it holds an HDF5 file', '\u0089HDF\r\n'),
  startsWith('it holds a pickle', '\u0080\u0002', '\u0080\u0003', '\u0080\u0004', '\u0080\u0005'),
  startsWith('it holds an image', '\u0089PNG', '\u00ff\u00d8\u00ff', 'GIF8'),
  { words: 'it holds a TensorFlow Lite model', matches: (text) => text.startsWith('TFL3', 4) },
  { words: 'it holds JSON text', matches: (text) => /^\s*[[{]\s*(["[{\]}\d-]|true|false|null)/.test(text) },
  { words: 'it holds HTML or XML text', matches: (text) => /^\s*<[!?a-z]/i.test(text) },
  // oxlint-disable-next-line no-control-regex
  { words: 'it holds text', matches: (text) => !/[\u0000-\u0008\u000e-\u001f]/.test(text) },
];

/** A guess from the first bytes of a file. */
export function describeContent(head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  return kinds.find((kind) => kind.matches(text))?.words ?? 'it holds binary data of another kind';
}
