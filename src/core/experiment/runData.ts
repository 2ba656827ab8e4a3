// The data of a run: what it trains on, and what its result is measured on.
import type { DataSet, DataSplits } from '../data/dataSet';
import { findSplits, openData, openSplits, type DataSource, type DataUse } from '../data/openData';
import type { ParsedStep } from '../compression/step';

export interface RunData {
  /** Where the data has samples to train on, with something to predict. */
  readonly splits?: DataSplits;
  /**
   * What both files are compared on. Where a step of the run trains: test samples if there are some, else validation
   * samples, and never samples that were trained on.
   */
  readonly measured?: DataSet;
}

export interface RunDataUse extends DataUse {
  /** 'steps' where nothing is measured on the data. */
  readonly only?: 'steps';
}

/** Opens the data that the steps need. Throws DATA_INVALID. Steps that miss their data say so themselves. */
export async function openRunData(
  steps: readonly ParsedStep[],
  source: DataSource | undefined,
  seed: number,
  { only, ...use }: RunDataUse,
): Promise<RunData> {
  if (source === undefined) return {};
  if (steps.some(({ needsData }) => needsData)) {
    const splits = await openSplits(source, seed, use);
    return { splits, measured: splits.test ?? splits.validation };
  }
  if (only === 'steps') return {};
  const measured = await openData(source, use);
  const splits = measured.targets && (await findSplits(source, seed, use));
  return { measured, ...(splits?.train.targets && splits.validation.targets && { splits }) };
}
