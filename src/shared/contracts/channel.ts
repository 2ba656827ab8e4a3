// The only RPC class: both ends of every connection (editor and engine, editor and page), over any port. JSON-RPC
// gives the ids and the cancellation; here are the types, failures with a code, cancellation as a value, and the
// promise that every call is settled exactly once, also when the other side dies.
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  CancellationTokenSource,
  createMessageConnection,
  ParameterStructures,
  ResponseError,
  type CancellationToken,
  type DataCallback,
  type Message,
  type MessageConnection,
} from 'vscode-jsonrpc';
import { DisposableStore, type Disposable } from '../base/disposable';
import { CounterweightError, isAbort } from '../base/errors';
import { Emitter } from '../base/events';
import {
  cancelled,
  type Answer,
  type Cancelled,
  type EventName,
  type Handlers,
  type Params,
  type Payload,
  type RequestName,
} from './contract';
import type { Port } from './port';
import { installRpcRuntime } from './rpcRuntime';
import { fromWireError, toWireError } from './wireError';

installRpcRuntime();

/** How an answer crosses: a cancelled call is no failure, and `undefined` stays what it is. */
type WireAnswer = { readonly answer: unknown } | { readonly cancelled: true };

type AnyHandler = (params: unknown, signal: AbortSignal) => unknown;

export interface ChannelOptions {
  /** Gets what no caller can be told: a listener that threw, a message that makes no sense. */
  readonly log?: (text: string) => unknown;
}

/**
 * One end of a connection. `Theirs` is the contract that the other side serves, `Mine` the one served here; `NoContract`
 * where there is none. Call `handle` in the same turn that makes the channel: messages are read from then on.
 */
export class Channel<Theirs, Mine> implements Disposable {
  private readonly connection: MessageConnection;
  private readonly owned = new DisposableStore();
  private readonly closeEmitter = new Emitter<CounterweightError>();
  private handlers: Partial<Record<string, AnyHandler>> = {};
  private readonly running = new Set<AbortController>();
  private reason: CounterweightError | undefined;

  /** Fires once, when the other side is gone or this one was closed. */
  readonly onClose = this.closeEmitter.event;

  constructor(port: Port, options: ChannelOptions = {}) {
    const log = options.log ?? (() => {});
    this.connection = createMessageConnection(new PortReader(port), new PortWriter(port), {
      error: log,
      warn: log,
      info: () => {},
      log: () => {},
    });
    this.connection.onRequest((name, params, token) => this.answer(name, params, token));
    this.owned.add(port.onClose((reason) => this.close(reason)));
    this.connection.listen();
  }

  /**
   * Asks the other side. Resolves to `cancelled` where the signal stopped the work; a call that was finished before
   * the cancel arrived gives its answer. Rejects with a CounterweightError only.
   */
  async call<K extends RequestName<Theirs>>(
    name: K,
    params: Params<Theirs, K>,
    signal?: AbortSignal,
  ): Promise<Answer<Theirs, K> | Cancelled> {
    if (this.reason) throw this.reason;
    if (signal?.aborted) return cancelled;
    const source = new CancellationTokenSource();
    const cancel = (): void => source.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const result: WireAnswer = await this.connection.sendRequest(
        name,
        ParameterStructures.byPosition,
        params,
        source.token,
      );
      return 'cancelled' in result ? cancelled : (result.answer as Answer<Theirs, K>);
    } catch (error) {
      throw this.failureOf(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      source.dispose();
    }
  }

  /** Serves the requests of the other side. */
  handle(handlers: Handlers<Mine>): void {
    this.handlers = handlers as Partial<Record<string, AnyHandler>>;
  }

  /** Tells the other side; lost where it is gone. */
  emit<K extends EventName<Mine>>(name: K, payload: Payload<Mine, K>): void {
    if (this.reason) return;
    // A failed write is reported by the writer, and its cause by onClose.
    this.connection.sendNotification(name, ParameterStructures.byPosition, payload).catch(() => {});
  }

  /** Hears an event of the other side; one listener for each event. */
  on<K extends EventName<Theirs>>(name: K, listener: (payload: Payload<Theirs, K>) => void): Disposable {
    return this.connection.onNotification(name, listener);
  }

  /** Ends the connection: pending calls and all later ones reject with the reason, and running handlers are aborted. */
  close(reason: CounterweightError): void {
    if (this.reason) return;
    this.reason = reason;
    for (const controller of this.running) controller.abort();
    this.connection.dispose();
    this.owned.dispose();
    this.closeEmitter.fire(reason);
    this.closeEmitter.dispose();
  }

  dispose(): void {
    this.close(new CounterweightError('CONNECTION_CLOSED', { reason: 'it is no longer needed' }));
  }

  private async answer(name: string, params: unknown, token: CancellationToken): Promise<WireAnswer> {
    const controller = new AbortController();
    if (token.isCancellationRequested) return { cancelled: true };
    const listening = token.onCancellationRequested(() => controller.abort());
    this.running.add(controller);
    try {
      const handler = Object.hasOwn(this.handlers, name) ? this.handlers[name] : undefined;
      if (!handler) throw new Error(`There is no request ${name}`);
      return { answer: await handler(Array.isArray(params) ? params[0] : undefined, controller.signal) };
    } catch (error) {
      if (controller.signal.aborted && isAbort(error)) return { cancelled: true };
      const wire = toWireError(error);
      throw new ResponseError(failureCode, wire.code, wire);
    } finally {
      this.running.delete(controller);
      listening.dispose();
    }
  }

  private failureOf(error: unknown): CounterweightError {
    if (this.reason) return this.reason;
    const data = error instanceof ResponseError ? (error.data as unknown) : undefined;
    return fromWireError(data, error instanceof Error ? error.message : String(error));
  }
}

/** The JSON-RPC number of every failure of a handler; what failed is in its data. */
const failureCode = 1;

class PortReader extends AbstractMessageReader {
  private readonly listening = new DisposableStore();

  constructor(private readonly port: Port) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    return this.listening.add(this.port.onMessage((message) => callback(message as Message)));
  }

  override dispose(): void {
    super.dispose();
    this.listening.dispose();
  }
}

class PortWriter extends AbstractMessageWriter {
  constructor(private readonly port: Port) {
    super();
  }

  async write(message: Message): Promise<void> {
    await this.port.post(message);
  }

  end(): void {}
}
