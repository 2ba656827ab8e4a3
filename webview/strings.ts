// The page's language. The editor embeds the bundle for its display language as JSON; without one, English stays.
import * as l10n from '@vscode/l10n';
import { fillTemplate, noteTemplates, type Note } from '../src/shared/base/messages';
import { stringsElementId } from '../src/shared/contracts/panelContract';

/** To be called before anything is drawn. */
export function loadStrings(): void {
  const bundle = document.getElementById(stringsElementId)?.textContent;
  if (bundle) l10n.config({ contents: bundle });
}

export function noteText(note: Note): string {
  return fillTemplate(noteTemplates[note.code], note.values, (template) => l10n.t(template));
}
