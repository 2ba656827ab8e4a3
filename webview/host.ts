// The page's way to the editor: calls by the panel's contract, snapshots of the state, and what is kept over a reload.
import * as l10n from '@vscode/l10n';
import type { Disposable } from '../src/shared/base/disposable';
import { CounterweightError } from '../src/shared/base/errors';
import { errorTemplates, fillTemplate } from '../src/shared/base/messages';
import { Channel } from '../src/shared/contracts/channel';
import {
  cancelled,
  type Answer,
  type Cancelled,
  type NoContract,
  type Params,
  type RequestName,
} from '../src/shared/contracts/contract';
import { panelVersion, type PanelContract, type PanelState } from '../src/shared/contracts/panelContract';
import { pagePort } from '../src/shared/contracts/webviewPort';

/** What VS Code gives every webview. */
interface WebviewApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): WebviewApi;

export interface PanelHost {
  call<K extends RequestName<PanelContract>>(
    name: K,
    params: Params<PanelContract, K>,
    signal?: AbortSignal,
  ): Promise<Answer<PanelContract, K> | Cancelled>;
  /** Says hello and hears every snapshot from then on, the newest last and older ones never. */
  connect(listener: (state: PanelState) => void): Promise<Disposable>;
  readonly storage: Pick<WebviewApi, 'getState' | 'setState'>;
}

export function connectToEditor(): PanelHost {
  const api = acquireVsCodeApi();
  const channel = new Channel<PanelContract, NoContract>(pagePort(api, window), {
    log: (text) => reportError(new Error(text)),
  });
  channel.handle({});
  return {
    call: (name, params, signal) => channel.call(name, params, signal),
    storage: api,
    connect: async (listener) => {
      let revision = -1;
      const receive = (state: PanelState): void => {
        if (state.revision < revision) return;
        revision = state.revision;
        listener(state);
      };
      const listening = channel.on('state', receive);
      const first = await channel.call('hello', { version: panelVersion });
      if (first !== cancelled) receive(first);
      return listening;
    },
  };
}

/** An error in the reader's language. */
export function errorText(error: unknown): string {
  if (!CounterweightError.is(error)) return error instanceof Error ? error.message : String(error);
  return fillTemplate(errorTemplates[error.code], error.values, (template) => l10n.t(template));
}
