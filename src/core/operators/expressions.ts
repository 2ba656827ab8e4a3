// Arithmetic for gradient rules, written as formulas: each call adds a node, and numbers become constants.
import type { GraphBuilder } from '../ir/graphBuilder';

type Term = string | number;

export interface Expressions {
  readonly add: (a: Term, b: Term) => string;
  readonly subtract: (a: Term, b: Term) => string;
  readonly multiply: (a: Term, b: Term) => string;
  readonly divide: (a: Term, b: Term) => string;
  readonly power: (a: Term, b: Term) => string;
  readonly apply: (operator: string, a: Term) => string;
  /** A condition: Equal, Greater, Less and the like. */
  readonly compare: (operator: string, a: Term, b: Term) => string;
  readonly where: (condition: string, yes: Term, no: Term) => string;
  /** 1 where the condition holds, else 0. */
  readonly indicator: (condition: string) => string;
  /** A value of the given shape whose elements are all 0. */
  readonly zeros: (shape: readonly number[]) => string;
}

/** ONNX's numbers of the types that a training graph computes in. */
const typeNumber = { float32: 1, float64: 11 } as const;

export function expressions(build: GraphBuilder): Expressions {
  const name = (term: Term): string => (typeof term === 'number' ? build.scalar(term) : term);
  const binary =
    (operator: string) =>
    (a: Term, b: Term): string =>
      build.node(operator, [name(a), name(b)]);
  return {
    add: binary('Add'),
    subtract: binary('Sub'),
    multiply: binary('Mul'),
    divide: binary('Div'),
    power: binary('Pow'),
    apply: (operator, a) => build.node(operator, [name(a)]),
    compare: (operator, a, b) => binary(operator)(a, b),
    where: (condition, yes, no) => build.node('Where', [condition, name(yes), name(no)]),
    indicator: (condition) => build.node('Cast', [condition], { to: typeNumber[build.type] }),
    zeros: (shape) => build.node('Expand', [build.scalar(0), build.ints(shape)]),
  };
}
