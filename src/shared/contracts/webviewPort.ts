// The editor's side of a page in a webview, and the page's side of the editor.
import type { Disposable } from '../base/disposable';
import { CounterweightError } from '../base/errors';
import { isRpcMessage, type Port } from './port';

/** The part of VS Code's Webview and WebviewPanel that a port needs. */
export interface WebviewLike {
  postMessage(message: unknown): PromiseLike<boolean>;
  onDidReceiveMessage(listener: (message: unknown) => void): Disposable;
}

/**
 * The editor's side. `onDidDispose` is that of the panel or view around the webview. It may serve one page after
 * another: a page that was hidden is loaded anew.
 */
export function webviewPort(webview: WebviewLike, onDidDispose: (listener: () => void) => Disposable): Port {
  return {
    post: (message) => webview.postMessage(message),
    onMessage: (listener) =>
      webview.onDidReceiveMessage((message) => {
        if (isRpcMessage(message)) listener(message);
      }),
    onClose: (listener) =>
      onDidDispose(() =>
        listener(new CounterweightError('CONNECTION_CLOSED', { reason: 'the panel was closed' })),
      ),
  };
}

/** What `window` is to a page's port: where messages of the editor arrive. */
export interface MessageTarget {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  removeEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * The page's side, of what `acquireVsCodeApi()` gives and the window. The ids of its requests carry a mark of this
 * very page, so that an answer to the page that was here before a reload is not taken for an answer to this one.
 */
export function pagePort(
  api: { postMessage(message: unknown): void },
  target: MessageTarget,
  mark: string = globalThis.crypto.randomUUID(),
): Port {
  const prefix = `${mark}:`;
  const marked = (id: unknown): string => `${prefix}${String(id)}`;
  return {
    post: (message) => api.postMessage(withMarkedIds(message, marked)),
    onMessage: (listener) => {
      const receive = ({ data }: { readonly data: unknown }): void => {
        if (!isRpcMessage(data)) return;
        if ('method' in data) return listener(data);
        const { id } = data;
        if (typeof id !== 'string' || !id.startsWith(prefix)) return;
        listener({ ...data, id: Number(id.slice(prefix.length)) });
      };
      target.addEventListener('message', receive);
      return { dispose: () => target.removeEventListener('message', receive) };
    },
    // A page ends with its window; nobody is left to be told.
    onClose: () => ({ dispose: () => {} }),
  };
}

/** Requests and the notice of their cancellation carry the id of a request of this side. */
function withMarkedIds(message: unknown, marked: (id: unknown) => string): unknown {
  if (!isRpcMessage(message) || !('method' in message)) return message;
  if ('id' in message) return { ...message, id: marked(message['id']) };
  if (message['method'] !== '$/cancelRequest') return message;
  return { ...message, params: { id: marked((message['params'] as { id: unknown }).id) } };
}
