// What the parameters of a model would take if zeros were left out, and what no simple coder can go below.
import { learnedTensors } from './layerPairs';
import { entropyBits } from './entropy';
import { sparseBytes } from './sparseEncoding';
import { symbolBits, symbolsOf } from './storedSymbols';
import type { Model } from '../ir/graph';
import type { Pause } from '../ir/pacing';
import type { Tensor } from '../ir/tensor';
import { layersOf } from '../operators/layers';

/** Bytes of a layer's parameters, or of a whole model; everything else that is stored counts as it is. */
export interface CodedSizes {
  readonly sparseBytes: number;
  readonly entropyBytes: number;
}

/** The sizes of each layer, by its label, and those of the whole file of `fileBytes`. */
export async function codedSizes(
  model: Model,
  fileBytes: number,
  pause: Pause,
): Promise<CodedSizes & { readonly layers: ReadonlyMap<string, CodedSizes> }> {
  const layers = new Map<string, CodedSizes>();
  let stored = 0;
  for (const layer of layersOf(model)) {
    const learned = learnedTensors(layer).map(({ tensor }) => tensor);
    const others = layer.tensors.reduce((sum, { tensor }) => sum + tensor.byteLength, 0) - bytesOf(learned);
    const sizes = { sparseBytes: others, entropyBytes: others };
    for (const tensor of learned) {
      const coded = await tensorSizes(tensor, pause);
      sizes.sparseBytes += coded.sparseBytes;
      sizes.entropyBytes += coded.entropyBytes;
    }
    stored += others + bytesOf(learned);
    layers.set(layer.label, sizes);
  }
  // The graph, names and all that is stored around the tensors.
  const around = fileBytes - stored;
  const sum = (key: keyof CodedSizes): number =>
    [...layers.values()].reduce((total, sizes) => total + sizes[key], around);
  return { sparseBytes: sum('sparseBytes'), entropyBytes: sum('entropyBytes'), layers };
}

async function tensorSizes(tensor: Tensor, pause: Pause): Promise<CodedSizes> {
  const bits = symbolBits(tensor);
  if (bits === undefined) return { sparseBytes: tensor.byteLength, entropyBytes: tensor.byteLength };
  const chunks = () => symbolsOf(tensor, bits);
  const { elements } = tensor;
  return {
    sparseBytes: await sparseBytes(chunks, elements, bits, pause),
    entropyBytes: Math.ceil((await entropyBits(chunks, elements, bits, pause)) / 8),
  };
}

function bytesOf(tensors: readonly Tensor[]): number {
  return tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
