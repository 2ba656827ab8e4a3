// A place in a text, as editors count: lines and columns from 0, the end not included.

export interface TextRange {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}
