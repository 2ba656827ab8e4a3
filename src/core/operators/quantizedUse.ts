// How operators compute where values lie on grids: what ONNX Runtime makes of a node between DequantizeLinear and
// QuantizeLinear (onnxruntime/core/optimizer/qdq_transformer). Each form below was seen in graphs that it optimized.
import { attribute, type Node } from '../ir/graph';

export type QuantizedUse =
  /** A product of integers: what is worth quantizing its inputs for. */
  | {
      readonly kind: 'multiplies';
      /** The factors, each an activation or a stored weight. */
      readonly reads: readonly number[];
      /** A stored summand that becomes int32. */
      readonly bias?: number;
      /** Real numbers can come out of it as well as integers. */
      readonly givesReals?: true;
    }
  /** Computes integers from integers, if all that it reads lies on grids anyway. Its result has a grid of its own. */
  | { readonly kind: 'computes'; readonly reads: readonly number[]; readonly addsBias?: true }
  /** The same, and its result can share the grid of what it joins. */
  | { readonly kind: 'joins'; readonly reads: readonly number[] }
  /** Gives the numbers that it reads, which stay on their grid. */
  | { readonly kind: 'passes'; readonly reads: readonly number[] }
  /** Cuts numbers off at a limit, which a grid that ends there does by itself. */
  | { readonly kind: 'limits'; readonly reads: readonly number[] };

/** The form of a node; undefined where it always computes with real numbers. */
export type QuantizedRule = (node: Node) => QuantizedUse | undefined;

const first = [0];

export const passesOnGrid: QuantizedRule = () => ({ kind: 'passes', reads: first });

export const limitsOnGrid: QuantizedRule = () => ({ kind: 'limits', reads: first });

export const computesOnGrid: QuantizedRule = () => ({ kind: 'computes', reads: first });

/** Of two operands; more have no integer kernel. */
export const combinesOnGrids: QuantizedRule = ({ inputs }) =>
  inputs.length === 2 ? { kind: 'computes', reads: [0, 1] } : undefined;

/** A sum, which is a bias where one of the operands is stored. */
export const addsOnGrids: QuantizedRule = ({ inputs }) =>
  inputs.length === 2 ? { kind: 'computes', reads: [0, 1], addsBias: true } : undefined;

/** Maximum pools keep values, unless they tell where the maxima are as well. */
export const poolsOnGrid: QuantizedRule = ({ outputs }) =>
  (outputs[1] ?? '') === '' ? { kind: 'passes', reads: first } : undefined;

export const joinsOnGrid: QuantizedRule = ({ inputs }) => ({ kind: 'joins', reads: [...inputs.keys()] });

/** Nearest neighbours are values that were there. */
export const resizesOnGrid: QuantizedRule = (node) =>
  (attribute(node, 'mode', 'string') ?? 'nearest') === 'nearest'
    ? { kind: 'passes', reads: first }
    : undefined;
