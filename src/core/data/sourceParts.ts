// What a source of data consists of, before it is decided what is held out. Nothing is read until a part is opened.
import type { DataSet } from './dataSet';

export type OpenPart = () => Promise<DataSet>;

export interface SourceParts {
  /** Everything, where the source makes no difference. */
  readonly all?: OpenPart;
  readonly train?: OpenPart;
  readonly validation?: OpenPart;
  readonly test?: OpenPart;
}

/** What is opened once, however often it is asked for. */
export function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
