// Operators of classical machine learning. Their numbers are attributes: there is nothing to prune or to quantize.
import type { Operator } from './operator';

/** Models: what makes a file with nothing else no neural network. */
const models =
  'LinearClassifier LinearRegressor SVMClassifier SVMRegressor TreeEnsemble TreeEnsembleClassifier TreeEnsembleRegressor';

const preprocessing =
  'ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer Imputer LabelEncoder Normalizer ' +
  'OneHotEncoder Scaler ZipMap';

export const classicalOperators: readonly Operator[] = [
  ...models.split(' ').map((name): Operator => ({ name, domain: 'ai.onnx.ml', classical: true })),
  ...preprocessing.split(' ').map((name): Operator => ({ name, domain: 'ai.onnx.ml' })),
];
