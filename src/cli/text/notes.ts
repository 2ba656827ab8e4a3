// Notes as lines at the end of what is printed.
import { fillTemplate, noteTemplates, type Note } from '../../shared/base/messages';

/** One line for each note, the same one only once. */
export function noteLines(notes: readonly Note[]): readonly string[] {
  const lines = notes.map(({ code, values }) => `Note: ${fillTemplate(noteTemplates[code], values)}`);
  return [...new Set(lines)];
}
