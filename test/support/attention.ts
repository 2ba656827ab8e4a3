// Self-attention of three heads of size four as PyTorch exports it, over [N, 5, 6], with the batch size left open.
import type { Model, Node } from '../../src/core/ir/graph';
import { normals } from '../../src/shared/base/random';
import { floats, graph, input, int64s, model, node } from './build';

export interface AttentionInit {
  /** What the weights of each head are multiplied with, in the projections that it names. */
  readonly scale?: Readonly<Partial<Record<'q' | 'k' | 'v' | 'o', readonly number[]>>>;
  /** A second attention follows, the names of which end in 2. */
  readonly twice?: true;
  /** What the heads compute is given out too. */
  readonly givesHeads?: true;
}

/** The projections are the layers project_q, project_k, project_v and project_out, with weights q, k, v and o. */
export function attention({ scale = {}, twice, givesHeads }: AttentionInit = {}): Model {
  const ends = twice ? (['', '2'] as const) : ([''] as const);
  return model(
    graph({
      nodes: ends.flatMap((end, i) => layersOf(end, i === 0 ? 'x' : 'y', i === 0 ? 'y' : 'y2')),
      inputs: [input('x', ['N', 5, 6])],
      outputs: [
        input(twice ? 'y2' : 'y', ['N', 5, 6]),
        ...(givesHeads ? [input('mixed', ['N', 3, 5, 4])] : []),
      ],
      initializers: [
        ...ends.flatMap((end, i) =>
          (['q', 'k', 'v', 'o'] as const).map((name, k) => {
            const values = normals(72, 10 * i + k + 1);
            const headOf = (at: number): number =>
              Math.floor((name === 'o' ? Math.floor(at / 6) : at % 12) / 4);
            return floats(
              `${name}${end}`,
              name === 'o' ? [12, 6] : [6, 12],
              values.map((value, at) => value * (scale[name]?.[headOf(at)] ?? 1)),
            );
          }),
        ),
        floats('scale', [], [0.5]),
        int64s('apart', [4], [0, 5, 3, 4]),
        int64s('together', [3], [0, 5, 12]),
      ],
    }),
  );
}

function layersOf(end: string, from: string, to: string): readonly Node[] {
  const named = (name: string): string => `${name}${end}`;
  const headsOf = (name: string, perm: readonly number[]): Node[] => [
    node('MatMul', [from, named(name)], [named(`${name}_flat`)], {}, named(`project_${name}`)),
    node('Reshape', [named(`${name}_flat`), 'apart'], [named(`${name}_apart`)]),
    node('Transpose', [named(`${name}_apart`)], [named(`${name}_heads`)], { perm }),
  ];
  return [
    ...headsOf('q', [0, 2, 1, 3]),
    ...headsOf('k', [0, 2, 3, 1]),
    ...headsOf('v', [0, 2, 1, 3]),
    node('MatMul', [named('q_heads'), named('k_heads')], [named('products')]),
    node('Mul', [named('products'), 'scale'], [named('scores')]),
    node('Softmax', [named('scores')], [named('shares')], { axis: -1 }),
    node('MatMul', [named('shares'), named('v_heads')], [named('mixed')]),
    node('Transpose', [named('mixed')], [named('turned')], { perm: [0, 2, 1, 3] }),
    node('Reshape', [named('turned'), 'together'], [named('all_heads')]),
    node('MatMul', [named('all_heads'), named('o')], [to], {}, named('project_out')),
  ];
}
