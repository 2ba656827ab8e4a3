// Finds what must be translated: the English of every `l10n.t(…)` in the code of the editor's side and of the page, and
// the templates of errors and notes.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { errorTemplates, noteTemplates } from '../../src/shared/base/messages';

const folders = ['src/host', 'src/shared', 'webview'];

/** Each string with the places where it stands. Throws for a call whose string cannot be read from the code. */
export function translatableStrings(root: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  const add = (text: string, place: string): void =>
    void found.set(text, [...(found.get(text) ?? []), place]);
  for (const folder of folders) {
    for (const file of sourceFiles(path.join(root, folder))) {
      const place = path.relative(root, file);
      for (const text of stringsOf(readFileSync(file, 'utf8'), place)) add(text, place);
    }
  }
  for (const template of Object.values({ ...errorTemplates, ...noteTemplates })) {
    add(template, 'src/shared/base/messages.ts');
  }
  return found;
}

/** The strings of the `l10n.t(…)` calls in a source text. */
export function stringsOf(source: string, place: string): readonly string[] {
  return [...source.matchAll(/\bl10n\.t\(\s*/g)].flatMap((call) => {
    const rest = source.slice(call.index + call[0].length);
    // The templates of messages.ts are looked up by this one name, and are collected as a whole.
    if (rest.startsWith('template)')) return [];
    const literal = /^('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")\s*[,)]/.exec(rest)?.[1];
    if (literal === undefined)
      throw new Error(`${place}: l10n.t(${rest.slice(0, 40)}… is not a plain string`);
    return [unquote(literal)];
  });
}

function unquote(literal: string): string {
  const inner = literal.slice(1, -1).replaceAll(String.raw`\'`, "'");
  return JSON.parse(`"${literal.startsWith('"') ? inner : inner.replaceAll('"', String.raw`\"`)}"`) as string;
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}
