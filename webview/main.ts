// The panel's page. Everything it shows comes from the editor; everything it remembers is how it was arranged.
import '@vscode/codicons/dist/codicon.css';
import './styles/page.css';
import './styles/tables.css';
import './styles/figures.css';
import { fill } from './dom';
import { connectToEditor, errorText } from './host';
import { failedView } from './messageView';
import { createPanel } from './panel';
import { loadStrings } from './strings';
import { watchTheme } from './theme';
import { openViewState } from './viewState';
import * as l10n from '@vscode/l10n';

loadStrings();
const host = connectToEditor();
const panel = createPanel({ host, store: openViewState(host.storage), theme: watchTheme() });
document.body.append(panel.element);
host.connect(panel.show).catch((error: unknown) => {
  fill(panel.element, failedView(l10n.t('The editor does not answer'), errorText(error)));
});
