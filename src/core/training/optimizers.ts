// Rules by which gradients change weights, written as graph over whole vectors. Conventions are PyTorch's (torch.optim).
// What changes from step to step is fed as scalars, so that no schedule ever needs another graph.
import { expressions } from '../operators/expressions';
import type { GraphBuilder } from '../ir/graphBuilder';
import type { TrainOptions } from './trainOptions';

export type OptimizerOptions = Pick<TrainOptions, 'optimizer' | 'momentum' | 'nesterov' | 'weightDecay'>;

/** The vectors of an update by the names of their values. */
export interface UpdateTerms {
  readonly build: GraphBuilder;
  readonly parameters: string;
  readonly gradient: string;
  /** Vectors that the optimizer keeps from step to step, all 0 at first. */
  readonly slots: Readonly<Record<string, string>>;
  /** By the names that `scalars` gives. */
  readonly scalar: (name: string) => string;
}

export interface Updated {
  readonly parameters: string;
  readonly slots: Readonly<Record<string, string>>;
}

export interface Optimizer {
  /** Names of the vectors that it keeps, each as long as the parameters. */
  readonly slots: readonly string[];
  /** What is fed at the given step, counted from 1. */
  readonly scalars: (learningRate: number, step: number) => Readonly<Record<string, number>>;
  /** `decays` tells whether weight decay pulls these parameters to zero. */
  readonly update: (terms: UpdateTerms, decays: boolean) => Updated;
}

/** The optimizer that the options choose. */
export function optimizerOf(options: OptimizerOptions): Optimizer {
  return optimizers[options.optimizer](options);
}

const epsilon = 1e-8;
const [beta1, beta2] = [0.9, 0.999];
/** Smoothing constant of RMSProp. */
const alpha = 0.99;

const optimizers: Readonly<Record<TrainOptions['optimizer'], (options: OptimizerOptions) => Optimizer>> = {
  // b ← μ·b + g; w ← w − η·b, or with Nesterov's look ahead w ← w − η·(g + μ·b) (Sutskever, Martens, Dahl & Hinton:
  // On the importance of initialization and momentum in deep learning; ICML 2013, in PyTorch's form).
  sgd: ({ momentum, nesterov, weightDecay }) => ({
    slots: momentum === 0 ? [] : ['momentum'],
    scalars: (rate) => ({ rate }),
    update: (terms, decays) => {
      const e = expressions(terms.build);
      const gradient = decayed(terms, decays ? weightDecay : 0);
      const step = (direction: string): string =>
        e.subtract(terms.parameters, e.multiply(direction, terms.scalar('rate')));
      const last = terms.slots['momentum'];
      if (last === undefined) return { parameters: step(gradient), slots: {} };
      const kept = e.add(e.multiply(last, momentum), gradient);
      const direction = nesterov ? e.add(gradient, e.multiply(kept, momentum)) : kept;
      return { parameters: step(direction), slots: { momentum: kept } };
    },
  }),
  adam: ({ weightDecay }) => ({
    slots: adamSlots,
    scalars: adamScalars,
    update: (terms, decays) => adamUpdate(terms, decayed(terms, decays ? weightDecay : 0), terms.parameters),
  }),
  // Decay apart from the gradient: w ← (1 − η·λ)·w before Adam's step (Loshchilov & Hutter: Decoupled weight decay
  // regularization; ICLR 2019).
  adamw: ({ weightDecay }) => ({
    slots: adamSlots,
    scalars: (rate, step) => ({ ...adamScalars(rate, step), kept: 1 - rate * weightDecay }),
    update: (terms, decays) => {
      const e = expressions(terms.build);
      const { parameters, scalar } = terms;
      const start = decays && weightDecay > 0 ? e.multiply(parameters, scalar('kept')) : parameters;
      return adamUpdate(terms, terms.gradient, start);
    },
  }),
  // v ← α·v + (1 − α)·g²; w ← w − η·g / (√v + ε) (Tieleman & Hinton: Neural networks for machine learning, lecture
  // 6.5; 2012). As in Adam, the vector kept is v / (1 − α).
  rmsprop: ({ weightDecay }) => ({
    slots: ['squares'],
    scalars: (rate) => ({
      rate: rate / Math.sqrt(1 - alpha),
      epsilon: epsilon / Math.sqrt(1 - alpha),
    }),
    update: (terms, decays) => {
      const e = expressions(terms.build);
      const gradient = decayed(terms, decays ? weightDecay : 0);
      const squares = e.add(e.multiply(terms.slots['squares']!, alpha), e.multiply(gradient, gradient));
      const size = e.add(e.apply('Sqrt', squares), terms.scalar('epsilon'));
      const change = e.multiply(e.divide(gradient, size), terms.scalar('rate'));
      return { parameters: e.subtract(terms.parameters, change), slots: { squares } };
    },
  }),
};

const adamSlots = ['firstMoment', 'secondMoment'] as const;

// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; w ← w − η·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ)
// (Kingma & Ba: Adam: a method for stochastic optimization; ICLR 2015). The vectors kept are m / (1 − β₁) and
// v / (1 − β₂), and the factors are in the scalars: that saves passes over the vectors.
function adamScalars(rate: number, step: number): Readonly<Record<string, number>> {
  const correction = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
  return {
    rate: (rate * correction * (1 - beta1)) / (1 - beta1 ** step),
    epsilon: epsilon * correction,
  };
}

function adamUpdate(terms: UpdateTerms, gradient: string, start: string): Updated {
  const { build, slots, scalar } = terms;
  const e = expressions(build);
  const first = e.add(e.multiply(slots['firstMoment']!, beta1), gradient);
  const second = e.add(e.multiply(slots['secondMoment']!, beta2), e.multiply(gradient, gradient));
  const size = e.add(e.apply('Sqrt', second), scalar('epsilon'));
  const change = e.multiply(e.divide(first, size), scalar('rate'));
  return { parameters: e.subtract(start, change), slots: { firstMoment: first, secondMoment: second } };
}

/** The gradient with that of ½·λ·‖w‖² added: g + λ·w. */
function decayed({ build, gradient, parameters }: UpdateTerms, weightDecay: number): string {
  if (weightDecay === 0) return gradient;
  const e = expressions(build);
  return e.add(gradient, e.multiply(parameters, weightDecay));
}
