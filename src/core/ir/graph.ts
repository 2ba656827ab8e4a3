// The graph that every format is read into: ONNX-shaped plain data, never mutated. A change makes new objects and
// shares what did not change. `origin` is what a format keeps to write an untouched part back without loss; code
// outside `formats/` neither reads nor copies it into something new (spreading an object keeps it, as it should).
import type { Note } from '../../shared/base/messages';
import type { ElementType } from './elementType';
import type { Tensor } from './tensor';

/** A known size, a named unknown one, or undefined where nothing is known. */
export type Dimension = number | string | undefined;
export type Shape = readonly Dimension[];

/** A graph input, output or intermediate value. Without an element type it is not a tensor (a sequence, a map). */
export interface ValueInfo {
  readonly name: string;
  readonly type?: ElementType;
  /** Undefined where even the rank is unknown. */
  readonly shape?: Shape;
  readonly origin?: unknown;
}

export type AttributeValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Tensor }
  | { readonly kind: 'graph'; readonly value: Graph }
  | { readonly kind: 'graphs'; readonly value: readonly Graph[] }
  /** Kept by its format, not understood here: type protos, sparse tensors, references to function attributes. */
  | { readonly kind: 'opaque' };

export type Attribute = AttributeValue & { readonly name: string; readonly origin?: unknown };

export interface Node {
  /** May be empty; see `nodeLabels` for names that are unique. */
  readonly name: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly operator: string;
  /** An empty string is an optional input that is not given. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly origin?: unknown;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers: readonly Tensor[];
  /** Shapes that the file states for values between nodes. */
  readonly values: readonly ValueInfo[];
  readonly origin?: unknown;
}

/** A local function of the model: a subgraph called like an operator. */
export interface ModelFunction {
  readonly domain: string;
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly origin?: unknown;
}

export interface Model {
  /** Id of the format that it was read from. */
  readonly format: string;
  readonly graph: Graph;
  readonly functions: readonly ModelFunction[];
  /** Version of each operator domain; the standard one has the empty name. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly irVersion: number;
  readonly producer?: string;
  /** Oddities met while reading, for the user to see. */
  readonly notes: readonly Note[];
  readonly origin?: unknown;
}

type ReadableValue = Exclude<AttributeValue, { readonly kind: 'opaque' }>;
type ValueOf = { [V in ReadableValue as V['kind']]: V['value'] };

/** The value of an attribute, or undefined where the node has none of that name and kind. */
export function attribute<K extends keyof ValueOf>(
  node: Node,
  name: string,
  kind: K,
): ValueOf[K] | undefined {
  const found = node.attributes.find((candidate) => candidate.name === name);
  return found?.kind === kind ? ((found as { readonly value: unknown }).value as ValueOf[K]) : undefined;
}
