// Dropout while training: each value is kept with a probability, and then grows so that the mean stays the same.
import { attribute } from '../ir/graph';
import { tensorNumbers } from '../ir/numbers';
import type { TrainingForm } from './gradient';

// Y = X / (1 − ratio) where the mask is true, else 0 (Srivastava et al. 2014, scaled while training).
export const dropoutForm: TrainingForm = ({ node, build, inputShape, inputTensor, randomMask }) => {
  const stated = inputTensor(1);
  const stored = stated ? tensorNumbers(stated)[0] : undefined;
  const ratio = stored ?? attribute(node, 'ratio', 'float') ?? 0.5;
  const [value, output, kept] = [node.inputs[0] ?? '', node.outputs[0] ?? '', node.outputs[1] ?? ''];
  if (ratio === 0 && kept === '') {
    build.nodeNamed('Identity', [value], [output]);
    return;
  }
  if (ratio >= 1) {
    build.nodes.push(node);
    return;
  }
  const mask = randomMask(inputShape(0), 1 - ratio);
  const grown = build.node('Mul', [value, build.scalar(1 / (1 - ratio))]);
  build.nodeNamed('Where', [mask, grown, build.scalar(0)], [output]);
  if (kept !== '') build.nodeNamed('Identity', [mask], [kept]);
};
