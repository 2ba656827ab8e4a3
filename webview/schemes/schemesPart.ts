// The part of a model's page that compares schemes of quantization: measured when it is asked for, as it reads every
// weight.
import { VscodeProgressBar } from '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import * as l10n from '@vscode/l10n';
import { cancelled } from '../../src/shared/contracts/contract';
import { element, fill } from '../dom';
import { actionButton } from '../header';
import { errorText, type PanelHost } from '../host';
import { section } from '../section';
import type { ThemeSource } from '../theme';
import type { ViewStateStore } from '../viewState';
import { createSchemesFigure, type SchemesFigure } from './schemesFigure';

export interface SchemesPart {
  readonly element: HTMLElement;
  readonly select: (layer: string | null) => void;
  readonly dispose: () => void;
}

export interface SchemesPartOptions {
  /** Names the model. */
  readonly name: string;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export function createSchemesPart(options: SchemesPartOptions): SchemesPart {
  const { host, store, run } = options;
  const body = element('div');
  let figure: SchemesFigure | undefined;
  let selected: string | null = null;
  let measuring: AbortController | undefined;
  offer();
  return {
    element: section(
      {
        key: 'schemes',
        title: l10n.t('Quantization'),
        description: l10n.t('what schemes would do to the weights'),
        foldedAtFirst: true,
        store,
      },
      body,
    ),
    select: (layer) => {
      selected = layer;
      figure?.select(layer);
    },
    dispose: () => {
      measuring?.abort();
      figure?.dispose();
    },
  };

  function offer(problem?: string): void {
    fill(
      body,
      element('p', {
        class: 'dim hint',
        text: l10n.t('Sizes and errors of the weights in fewer bits, measured without writing a file.'),
      }),
      problem !== undefined && element('p', { text: problem, attributes: { role: 'alert' } }),
      actionButton(l10n.t('Compare Schemes'), () => void measure()),
    );
  }

  async function measure(): Promise<void> {
    const own = new AbortController();
    measuring = own;
    const bar = new VscodeProgressBar();
    bar.indeterminate = true;
    bar.ariaLabel = l10n.t('Comparing schemes');
    const cancel = actionButton(l10n.t('Cancel'), () => own.abort(), { secondary: true });
    fill(body, bar, element('p', { class: 'dim', text: l10n.t('Reading every weight…') }), cancel);
    cancel.focus();
    try {
      const compared = await host.call('schemes', {}, own.signal);
      if (compared === cancelled || own.signal.aborted) return offer();
      figure = createSchemesFigure({
        ...options,
        compared,
        onUse: (id, layer) => run(host.call('useScheme', { id, ...(layer !== undefined && { layer }) })),
      });
      figure.select(selected);
      fill(body, figure.element);
    } catch (error) {
      offer(own.signal.aborted ? undefined : errorText(error));
    }
  }
}
