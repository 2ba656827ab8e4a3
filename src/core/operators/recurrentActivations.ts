// The functions that recurrent layers name in their attribute `activations`, as nodes of their own.
import { attribute, type Node } from '../ir/graph';
import { float, type GraphBuilder } from '../ir/graphBuilder';
import { expressions } from './expressions';
import { GradientRefused } from './gradient';

/** Writes the function of a value. */
export type Activation = (build: GraphBuilder, value: string) => string;

interface ActivationKind {
  readonly name: string;
  /**
   * Of the numbers that it takes, the one that stands where `activation_alpha` and `activation_beta` end; none where
   * ONNX and ONNX Runtime name different ones.
   */
  readonly alpha?: number | 'none';
  readonly beta?: number | 'none';
  readonly write: (build: GraphBuilder, value: string, alpha: number, beta: number) => string;
}

const kinds: readonly ActivationKind[] = [
  plain('Sigmoid'),
  plain('Tanh'),
  plain('Relu'),
  plain('Softsign'),
  plain('Softplus'),
  withAlpha('LeakyRelu', 0.01),
  withAlpha('ThresholdedRelu', 'none'),
  withAlpha('Elu', 1),
  {
    name: 'HardSigmoid',
    alpha: 0.2,
    beta: 0.5,
    write: (build, value, alpha, beta) =>
      build.node('HardSigmoid', [value], { alpha: float(alpha), beta: float(beta) }),
  },
  // α·x + β
  {
    name: 'Affine',
    alpha: 'none',
    beta: 'none',
    write: (build, value, alpha, beta) => {
      const e = expressions(build);
      return e.add(e.multiply(value, alpha), beta);
    },
  },
  // α·tanh(β·x)
  {
    name: 'ScaledTanh',
    alpha: 'none',
    beta: 'none',
    write: (build, value, alpha, beta) => {
      const e = expressions(build);
      return e.multiply(e.apply('Tanh', e.multiply(value, beta)), alpha);
    },
  },
];

function plain(name: string): ActivationKind {
  return { name, write: (build, value) => build.node(name, [value]) };
}

function withAlpha(name: string, standard: number | 'none'): ActivationKind {
  return {
    name,
    alpha: standard,
    write: (build, value, alpha) => build.node(name, [value], { alpha: float(alpha) }),
  };
}

/**
 * The functions of each direction, in the order of the attribute; `standard` stands for one direction where it is not
 * given. Those with numbers of their own take them from `activation_alpha` and `activation_beta` in turn. Throws
 * GradientRefused for a function that is not known.
 */
export function recurrentActivations(
  node: Node,
  standard: readonly string[],
  directions: number,
): readonly (readonly Activation[])[] {
  const stated = attribute(node, 'activations', 'strings');
  const names = stated ?? Array.from({ length: directions }, () => standard).flat();
  if (names.length !== standard.length * directions)
    throw new GradientRefused(`${node.operator}: ${names.length} activations`);
  const taking = (
    list: string,
  ): ((kind: ActivationKind, standard: number | 'none' | undefined) => number) => {
    const left = [...(attribute(node, list, 'floats') ?? [])];
    return (kind, standard) => {
      const value = standard === undefined ? 0 : (left.shift() ?? standard);
      if (value === 'none')
        throw new GradientRefused(`${node.operator}: activation ${kind.name} without ${list}`);
      return value;
    };
  };
  const [alphaOf, betaOf] = [taking('activation_alpha'), taking('activation_beta')];
  const all = names.map((name): Activation => {
    const kind = kinds.find((known) => known.name.toLowerCase() === name.toLowerCase());
    if (!kind) throw new GradientRefused(`${node.operator}: activation ${name}`);
    const [alpha, beta] = [alphaOf(kind, kind.alpha), betaOf(kind, kind.beta)];
    return (build, value) => kind.write(build, value, alpha, beta);
  });
  return Array.from({ length: directions }, (_, direction) =>
    all.slice(direction * standard.length, (direction + 1) * standard.length),
  );
}
