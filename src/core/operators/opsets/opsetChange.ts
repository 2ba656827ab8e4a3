// What happened to a standard operator in one version of the opset, and what a rewrite of its nodes can ask.
import type { ElementType } from '../../ir/elementType';
import type { FreshName } from '../../ir/freshNames';
import type { Node } from '../../ir/graph';
import type { Tensor } from '../../ir/tensor';

/**
 * "same": every node of the version before means the same in this one; more types or options were added at most.
 * "introduced": the operator came with this version, so that an older model cannot have it.
 * "refused": it means something else, and the older meaning cannot be written with certainty.
 * Otherwise the rewrite that gives a node of the version before in the terms of this one.
 */
export type OpsetChange = 'same' | 'introduced' | 'refused' | Rewrite;

/** The nodes that stand for `node` from this version on, in order; or "refused" for a node that cannot be rewritten. */
export type Rewrite = (node: Node, context: RewriteContext) => readonly Node[] | 'refused';

export interface RewriteContext {
  readonly fresh: FreshName;
  /** Number of dimensions of a value; undefined where the file does not tell. */
  readonly rank: (value: string) => number | undefined;
  /** Element type of a value of floats; undefined where neither the file tells nor all its floats are of one type. */
  readonly floatType: (value: string) => ElementType | undefined;
  /** A value that is stored in the file. */
  readonly stored: (value: string) => Tensor | undefined;
  /** Whether anything uses a value: a node or an output of a graph. */
  readonly isUsed: (value: string) => boolean;
  /** The version that the file is written in. */
  readonly from: number;
}
