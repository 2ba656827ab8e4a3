// Operators that are known to hold no weights, and whose output shapes only running can tell.
import type { Operator } from './operator';

const standard =
  'AffineGrid BitCast BlackmanWindow Col2Im Compress ConcatFromSequence DFT Det GridSample HammingWindow HannWindow ' +
  'ImageDecoder MelWeightMatrix Multinomial NegativeLogLikelihoodLoss NonMaxSuppression Optional OptionalGetElement ' +
  'OptionalHasElement RegexFullMatch STFT SequenceAt SequenceConstruct SequenceEmpty SequenceErase SequenceInsert ' +
  'SequenceLength SoftmaxCrossEntropyLoss SplitToSequence StringConcat StringNormalizer StringSplit TfIdfVectorizer Unique';

const microsoft =
  'CDist CropAndResize DynamicTimeWarping ExpandDims GridSample NGramRepeatBlock Pad QLinearConcat QLinearReduceMean QLinearWhere Range ' +
  'RelativePositionBias RemovePadding RestorePadding Tokenizer Unique UnfoldTensor';

/** These multiply, by how much their shapes do not tell. */
const costly =
  'DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention GroupQueryAttention PackedAttention ' +
  'PackedMultiHeadAttention SparseAttention SparseToDenseMatMul';

export const otherOperators: readonly Operator[] = [
  ...standard.split(' ').map((name): Operator => ({ name })),
  ...microsoft.split(' ').map((name): Operator => ({ name, domain: 'com.microsoft' })),
  ...costly.split(' ').map((name): Operator => ({ name, domain: 'com.microsoft', macs: () => undefined })),
];
