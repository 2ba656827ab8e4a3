// The panel's page. Everything it shows comes from the editor; everything it remembers is how it was arranged.
import * as l10n from '@vscode/l10n';
import '@vscode/codicons/dist/codicon.css';
import './styles/colors.css';
import './styles/page.css';
import './styles/tables.css';
import './styles/figures.css';
import './styles/training.css';
import './styles/sensitivity.css';
import './styles/search.css';
import type { PanelState } from '../src/shared/contracts/panelContract';
import { fill } from './dom';
import { connectToEditor, errorText } from './host';
import { failedView } from './messageView';
import { createPanel } from './panel';
import { loadStrings } from './strings';
import { watchTheme } from './theme';
import { openViewState } from './viewState';

loadStrings();
const host = connectToEditor();
const panel = createPanel({ host, store: openViewState(host.storage), theme: watchTheme() });
document.body.append(panel.element);
host.connect(show).catch((error: unknown) => {
  fill(panel.element, failedView(l10n.t('The editor does not answer'), errorText(error)));
});

/** A mistake in drawing must not be lost in the connection that the snapshot came by. */
function show(state: PanelState): void {
  try {
    panel.show(state);
  } catch (error) {
    reportError(error);
  }
}
