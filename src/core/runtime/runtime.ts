// What executes a model file. The product never computes a network itself: accuracy and outputs are those of the
// file, loaded by its own runtime.
import type { ElementType } from '../ir/elementType';
import type { Shape } from '../ir/graph';

/** A dense tensor in memory. int64 and uint64 travel as BigInt64Array and BigUint64Array, float16 as Uint16Array. */
export interface RuntimeTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

export interface RuntimeValue {
  readonly name: string;
  readonly type: ElementType | undefined;
  readonly shape: Shape | undefined;
}

export interface Session {
  readonly inputs: readonly RuntimeValue[];
  readonly outputs: readonly RuntimeValue[];
  /**
   * Computes the outputs of the names, all that can be read where none are given. What `into` names is written into
   * its arrays instead of new ones; they must not be those of a feed, which may still be read when they are written.
   * Blocks the event loop while it computes. Throws RUNTIME_REFUSED.
   */
  run(
    feeds: Readonly<Record<string, RuntimeTensor>>,
    fetches?: readonly string[],
    into?: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Record<string, RuntimeTensor>>;
  dispose(): Promise<void>;
}

export interface SessionOptions {
  /** Threads for one operator; the runtime's default where not given. */
  readonly threads?: number;
  /** Nothing of the graph is joined or computed before; the runtime's default where not given. */
  readonly optimize?: 'none';
  /** Settings of ONNX Runtime by their names, like "session.disable_quant_qdq". */
  readonly config?: Readonly<Record<string, string>>;
}

export interface Runtime {
  readonly name: string;
  readonly version: string;
  /** Loads a model file with its external data, or a model in memory. Throws RUNTIME_REFUSED or RUNTIME_MISSING. */
  load(model: string | Uint8Array, options?: SessionOptions): Promise<Session>;
}
