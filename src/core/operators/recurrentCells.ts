// One step of a recurrent cell in the operators that it is made of, by the equations of ONNX. What depends on the
// input alone is one product for all steps; what a state of zeros would add at the first step is left out.
import type { GraphBuilder } from '../ir/graphBuilder';
import { expressions } from './expressions';

/** What a cell carries from step to step, each [batch, hidden]; undefined where it is zero. */
export interface CellState {
  readonly hidden?: string | undefined;
  readonly cell?: string | undefined;
}

/** One direction of a recurrent layer. */
export interface CellParts {
  readonly build: GraphBuilder;
  readonly hidden: number;
  /** [gates·hidden, input] and [gates·hidden, hidden]. */
  readonly inputWeights: string;
  readonly recurrence: string;
  /** Each [gates·hidden]. */
  readonly inputBias?: string | undefined;
  readonly recurrenceBias?: string | undefined;
  /** Of an LSTM: the weights of the cell state at the gates i, o and f, [3·hidden]. */
  readonly peepholes?: string | undefined;
  /** X·Wᵀ + b for all steps: one value [batch, rows of W] per step. */
  readonly fromInput: (weights: string, bias: string | undefined) => readonly string[];
  /** The activation functions in the order of the attribute. */
  readonly activations: readonly ((value: string) => string)[];
  /** Bounds the argument of a gate where the layer asks for it. */
  readonly clip: (value: string) => string;
  /** Of an LSTM: the forget gate is what the input gate leaves. */
  readonly couplesGates: boolean;
  /** Of a GRU: the reset gate acts on the product with the recurrence, not on the state before it. */
  readonly resetsAfter: boolean;
}

export interface CellKind {
  readonly gates: number;
  /** The activation functions where none are given. */
  readonly activations: readonly string[];
  /** Writes what all steps share, and gives what writes a step. */
  readonly steps: (parts: CellParts) => (step: number, state: CellState) => CellState & { hidden: string };
}

// H' = f(X·Wᵀ + H·Rᵀ + b)
const simple: CellKind = {
  gates: 1,
  activations: ['Tanh'],
  steps: (parts) => {
    const [f] = gateFunctions(parts);
    const inputs = parts.fromInput(parts.inputWeights, bothBiases(parts));
    return (step, { hidden }) => ({ hidden: f(recur(parts, inputs[step]!, hidden, parts.recurrence)) });
  },
};

// z, r = f(X·Wᵀ + H·Rᵀ + b); h = g(X·Wᵀ + (r·H)·Rᵀ + b) or g(X·Wᵀ + b + r·(H·Rᵀ + b)); H' = (1 − z)·h + z·H
// (Cho et al. 2014).
const gru: CellKind = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  steps: (parts) => {
    const { build, hidden: size, resetsAfter } = parts;
    const e = expressions(build);
    const [f, g] = gateFunctions(parts);
    const apart = (value: string): readonly string[] => build.split(value, 0, [2 * size, size]);
    const [gateWeights, candidateWeights] = apart(parts.inputWeights);
    const [gateRecurrence, candidateRecurrence] = apart(parts.recurrence);
    const [gateBias, candidateBias] = parts.inputBias === undefined ? [] : apart(parts.inputBias);
    const [gateShift, candidateShift] = parts.recurrenceBias === undefined ? [] : apart(parts.recurrenceBias);
    const gateInputs = parts.fromInput(gateWeights!, sum(build, gateBias, gateShift));
    const candidateInputs = parts.fromInput(
      candidateWeights!,
      resetsAfter ? candidateBias : sum(build, candidateBias, candidateShift),
    );
    const candidate = (step: number, reset: string, hidden: string | undefined): string => {
      const input = candidateInputs[step]!;
      if (!resetsAfter) {
        const kept = hidden === undefined ? undefined : e.multiply(reset, hidden);
        return recur(parts, input, kept, candidateRecurrence!);
      }
      const recurrent =
        hidden === undefined
          ? candidateShift
          : build.node('Gemm', [hidden, candidateRecurrence, candidateShift], { transB: 1 });
      return recurrent === undefined ? input : e.add(input, e.multiply(reset, recurrent));
    };
    return (step, { hidden }) => {
      const gates = f(recur(parts, gateInputs[step]!, hidden, gateRecurrence!));
      const [update, reset] = build.split(gates, 1, [size, size]);
      const fresh = g(candidate(step, reset!, hidden));
      const change = e.multiply(update!, hidden === undefined ? fresh : e.subtract(hidden, fresh));
      return { hidden: hidden === undefined ? e.subtract(fresh, change) : e.add(fresh, change) };
    };
  },
};

// i, f = f(X·Wᵀ + H·Rᵀ + b + P·C); c = g(X·Wᵀ + H·Rᵀ + b); C' = f·C + i·c; o = f(X·Wᵀ + H·Rᵀ + b + P·C');
// H' = o·h(C') (Hochreiter & Schmidhuber 1997; Gers & Schmidhuber 2000).
// Like ONNX Runtime, the bound of `clip` leaves the argument of h alone.
const lstm: CellKind = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  steps: (parts) => {
    const { build, hidden: size } = parts;
    const e = expressions(build);
    const [f, g] = gateFunctions(parts);
    const h = parts.activations[2]!;
    const inputs = parts.fromInput(parts.inputWeights, bothBiases(parts));
    const [inputPeephole, outputPeephole, forgetPeephole] =
      parts.peepholes === undefined ? [] : build.split(parts.peepholes, 0, [size, size, size]);
    const peeking = (gate: string, cell: string | undefined, weights: string | undefined): string =>
      cell === undefined || weights === undefined ? gate : e.add(gate, e.multiply(cell, weights));
    return (step, { hidden, cell }) => {
      const gates = recur(parts, inputs[step]!, hidden, parts.recurrence);
      const [i, o, forgetting, c] = build.split(gates, 1, [size, size, size, size]);
      const input = f(peeking(i!, cell, inputPeephole));
      const fresh = e.multiply(input, g(c!));
      const forget = (): string =>
        parts.couplesGates ? e.subtract(1, input) : f(peeking(forgetting!, cell, forgetPeephole));
      const next = cell === undefined ? fresh : e.add(e.multiply(forget(), cell), fresh);
      const output = f(peeking(o!, next, outputPeephole));
      return { hidden: e.multiply(output, h(next)), cell: next };
    };
  },
};

/** The cells by the name of their operator. */
export const recurrentCells = { RNN: simple, GRU: gru, LSTM: lstm } as const;

/** input + state·Rᵀ */
function recur(parts: CellParts, input: string, state: string | undefined, recurrence: string): string {
  return state === undefined ? input : parts.build.node('Gemm', [state, recurrence, input], { transB: 1 });
}

function bothBiases({ build, inputBias, recurrenceBias }: CellParts): string | undefined {
  return sum(build, inputBias, recurrenceBias);
}

function sum(build: GraphBuilder, a: string | undefined, b: string | undefined): string | undefined {
  return a === undefined || b === undefined ? (a ?? b) : build.node('Add', [a, b]);
}

type Mapping = (value: string) => string;

/** The function of the gates and the one of the candidate, which bound their arguments. */
function gateFunctions({ activations, clip }: CellParts): readonly [Mapping, Mapping] {
  const bounded =
    (index: number): Mapping =>
    (value) =>
      activations[index]!(clip(value));
  return [bounded(0), bounded(1)];
}
