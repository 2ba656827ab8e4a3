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

/** A part that is opened once, however often it is asked for. */
export function once(open: OpenPart): OpenPart {
  let opened: Promise<DataSet> | undefined;
  return () => (opened ??= open());
}
