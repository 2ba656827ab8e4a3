// The table of all operators that the product knows. To add one, write its file and add it here.
import type { Node } from '../ir/graph';
import { attentionOperators } from './attention';
import { classicalOperators } from './classical';
import { controlFlowOperators } from './controlFlow';
import { convOperators } from './conv';
import { convTranspose } from './convTranspose';
import { einsum } from './einsum';
import { elementwiseOperators } from './elementwise';
import { embeddingOperators } from './embedding';
import { gatherOperators } from './gather';
import { gemm, qGemm } from './gemm';
import { layoutOperators } from './layout';
import { matMulOperators } from './matMul';
import { normalizationOperators } from './normalization';
import type { Operator } from './operator';
import { otherOperators } from './otherOperators';
import { passingOperators } from './passing';
import { poolingOperators } from './pooling';
import { dynamicQuantizeLinear, quantizeOperators } from './quantizeLinear';
import { recurrentOperators } from './recurrent';
import { reductionOperators } from './reduction';
import { reshapeOperators } from './reshape';
import { resizeOperators } from './resize';
import { shapeValueOperators } from './shapeValues';
import { slice } from './slice';
import { transpose } from './transpose';

export const operators: readonly Operator[] = [
  ...convOperators,
  convTranspose,
  gemm,
  qGemm,
  ...matMulOperators,
  einsum,
  ...recurrentOperators,
  ...attentionOperators,
  ...embeddingOperators,
  ...gatherOperators,
  ...normalizationOperators,
  ...elementwiseOperators,
  ...poolingOperators,
  ...reductionOperators,
  ...passingOperators,
  ...reshapeOperators,
  transpose,
  ...layoutOperators,
  slice,
  ...resizeOperators,
  ...shapeValueOperators,
  ...quantizeOperators,
  dynamicQuantizeLinear,
  ...controlFlowOperators,
  ...classicalOperators,
  ...otherOperators,
];

const byName: ReadonlyMap<string, Operator> = new Map(
  operators.map((operator) => [key(operator.domain ?? '', operator.name), operator]),
);

/** What is known of a node's operator; undefined where it is of an unknown domain or name. */
export function operatorOf(node: Pick<Node, 'domain' | 'operator'>): Operator | undefined {
  return byName.get(key(node.domain, node.operator));
}

function key(domain: string, name: string): string {
  return `${domain === 'ai.onnx' ? '' : domain}:${name}`;
}
