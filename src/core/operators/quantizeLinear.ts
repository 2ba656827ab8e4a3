// Between real numbers and integers, in the standard domain and in ONNX Runtime's own, which came first.
import { passesFirst, type NodeContext, type Operator } from './operator';

export const quantizeOperators: readonly Operator[] = ['', 'com.microsoft'].flatMap((domain) => [
  { name: 'DequantizeLinear', domain, passes: passesFirst, dequantizes: true, shape: sameShape },
  // A stored weight that is quantized while running: what quantization-aware training exports.
  { name: 'QuantizeLinear', domain, passes: passesFirst, shape: sameShape },
]);

export const dynamicQuantizeLinear: Operator = {
  name: 'DynamicQuantizeLinear',
  shape: ({ inputShape }) => [{ shape: inputShape(0) }, { shape: [] }, { shape: [] }],
};

function sameShape({
  inputShape,
}: NodeContext): readonly { readonly shape: ReturnType<NodeContext['inputShape']> }[] {
  return [{ shape: inputShape(0) }];
}
