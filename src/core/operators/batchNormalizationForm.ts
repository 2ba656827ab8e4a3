// Batch normalization while training: by the statistics of the batch, which the stored ones follow.
import { attribute } from '../ir/graph';
import { float } from '../ir/graphBuilder';
import type { TrainingForm } from './gradient';

// running ← momentum · running + (1 − momentum) · batch, with the variance of the population, as ONNX has it.
export const batchNormalizationForm: TrainingForm = ({ node, build, inputShape, updateState }) => {
  const shape = inputShape(0);
  // A channel with a single value has no variance: it keeps the stored statistics.
  const perChannel = shape.reduce((product, size, axis) => (axis === 1 ? product : product * size), 1);
  if (perChannel <= 1 || build.opset < 14) {
    build.nodes.push(node);
    return;
  }
  const [value, scale, shift, mean = '', variance = ''] = node.inputs;
  const momentum = attribute(node, 'momentum', 'float') ?? 0.9;
  // ONNX Runtime writes the new statistics over the buffers of the old ones, which may be the caller's own arrays or
  // shared with another node. So each node gets temporaries of its own, whose value does not matter: with no momentum,
  // what comes out is the batch's. Each is made by a factor of its own, or ONNX Runtime would merge equal ones.
  const temporary = (stored: string): string => build.node('Mul', [stored, build.scalar(build.nodes.length)]);
  const [batchMean, batchVariance] = [build.name(`${mean}_batch`), build.name(`${variance}_batch`)];
  build.nodeNamed(
    'BatchNormalization',
    [value, scale, shift, temporary(mean), temporary(variance)],
    [node.outputs[0] ?? '', batchMean, batchVariance],
    {
      epsilon: float(attribute(node, 'epsilon', 'float') ?? 1e-5),
      momentum: float(0),
      training_mode: 1,
    },
  );
  const follow = (stored: string, batch: string): string =>
    build.node('Add', [
      build.node('Mul', [stored, build.scalar(momentum)]),
      build.node('Mul', [batch, build.scalar(1 - momentum)]),
    ]);
  updateState(mean, follow(mean, batchMean));
  updateState(variance, follow(variance, batchVariance));
};
