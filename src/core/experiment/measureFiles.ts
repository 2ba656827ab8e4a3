// What is known of the two files of a run without running them: what they weigh, and how far weights are from each
// other.
import path from 'node:path';
import type { LayerChangeView } from '../../shared/contracts/layerChange';
import type { ReportView } from '../../shared/contracts/viewModels';
import { note } from '../../shared/base/messages';
import { compareLayers, type ModelFile } from '../analysis/compareLayers';
import { modelSizes, type LayerSizes, type ModelSizes } from '../analysis/sizes';
import { pauseFor } from '../ir/pacing';
import type { Measured } from './measureRun';
import { partOf, type PhaseProgress } from './runProgress';
import { sizeNotes } from './sizeNotes';

export interface FilesContext {
  readonly signal: AbortSignal;
  readonly progress: PhaseProgress;
}

/** Measures the two files by reading them alone; a note says what that leaves open. */
export async function measureFiles(
  original: ModelFile,
  compressed: ModelFile,
  { signal, progress }: FilesContext,
): Promise<Measured> {
  const sizes = await fileSizes(original, compressed, { signal, progress: partOf(progress, 0, 0.4) });
  const { layers, notes } = await compareLayers(original, compressed, pauseFor(signal), (fraction, layer) =>
    progress('comparing', 0.4 + 0.6 * fraction, layer),
  );
  progress('comparing', 1);
  return {
    ...sizes.views,
    layers: sizes.withSizes(layers),
    outputs: [],
    comparedOn: 'nothing',
    notes: [
      ...notes,
      note('NOT_MEASURED', {}),
      ...sizeNotes(sizes.views.original, sizes.views.compressed, undefined),
    ],
  };
}

export interface FileSizes {
  readonly views: Pick<ReportView, 'original' | 'compressed'>;
  /** The layers with what they and those that stand for them weigh; nothing on the side where there is none. */
  readonly withSizes: (layers: readonly LayerChangeView[]) => readonly LayerChangeView[];
}

/** The sizes of both files and of their layers. */
export async function fileSizes(
  original: ModelFile,
  compressed: ModelFile,
  { signal, progress }: FilesContext,
): Promise<FileSizes> {
  progress('measuring', 0, path.basename(original.path));
  const first = await modelSizes(original, signal);
  progress('measuring', 0.5, path.basename(compressed.path));
  const second = await modelSizes(compressed, signal);
  return {
    views: {
      original: { path: original.path, ...first.sizes },
      compressed: { path: compressed.path, ...second.sizes },
    },
    withSizes: (layers) => layers.map((layer) => withSizes(layer, first, second)),
  };
}

function withSizes(layer: LayerChangeView, first: ModelSizes, second: ModelSizes): LayerChangeView {
  const { name, change, parts } = layer;
  const before = sumOf(change === 'added' ? [] : [name], first);
  const after = sumOf(change === 'removed' ? [] : (parts?.map((part) => part.name) ?? [name]), second);
  return {
    ...layer,
    nonZerosBefore: before.nonZeros,
    nonZerosAfter: after.nonZeros,
    macsBefore: before.macs,
    macsAfter: after.macs,
    gzipBytesBefore: before.gzipBytes,
    gzipBytesAfter: after.gzipBytes,
    sparseBytesBefore: before.sparseBytes,
    sparseBytesAfter: after.sparseBytes,
    entropyBytesBefore: before.entropyBytes,
    entropyBytesAfter: after.entropyBytes,
  };
}

function sumOf(labels: readonly string[], { layers }: ModelSizes): LayerSizes {
  const sizes = labels.flatMap((label) => layers.get(label) ?? []);
  const sum = (key: 'nonZeros' | 'gzipBytes' | 'sparseBytes' | 'entropyBytes') =>
    sizes.reduce((total, each) => total + each[key], 0);
  return {
    nonZeros: sum('nonZeros'),
    macs: sizes.reduce<number | null>(
      (total, { macs }) => (total === null || macs === null ? null : total + macs),
      0,
    ),
    gzipBytes: sum('gzipBytes'),
    sparseBytes: sum('sparseBytes'),
    entropyBytes: sum('entropyBytes'),
  };
}
