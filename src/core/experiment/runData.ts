// The data of a run: what it trains on, and what its result is measured on.
import type { DataSet, DataSplits } from '../data/dataSet';
import { openData, openSplits, type DataSource, type DataUse } from '../data/openData';
import type { ParsedStep } from '../compression/step';

export interface RunData {
  /** Where a step of the run needs data. */
  readonly splits?: DataSplits;
  /** What both files are compared on: test samples where there are some, and never samples that were trained on. */
  readonly measured?: DataSet;
}

/** Opens the data that the steps need. Throws DATA_INVALID. Steps that miss their data say so themselves. */
export async function openRunData(
  steps: readonly ParsedStep[],
  source: DataSource | undefined,
  seed: number,
  use: DataUse,
): Promise<RunData> {
  if (source === undefined) return {};
  if (!steps.some(({ needsData }) => needsData)) return { measured: await openData(source, use) };
  const splits = await openSplits(source, seed, use);
  return { splits, measured: splits.test ?? splits.validation };
}
