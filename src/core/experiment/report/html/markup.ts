// HTML that is safe by construction: what is put into a template is text and is escaped, unless it is markup itself.
// Names of layers and files come from files of strangers.

/** A piece of HTML or SVG. Only `html` makes it. */
export interface Markup {
  readonly [markup]: string;
}

/** Nothing comes of undefined and false; of a list come its items, one after the other. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

const markup = Symbol('markup');

/** A piece of markup, as the tag of a template. Values stand between tags or within quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return { [markup]: strings.map((text, i) => text + textOf(values[i])).join('') };
}

/** The markup as text, for a file. */
export function markupText(piece: Markup): string {
  return piece[markup];
}

function textOf(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string' || typeof content === 'number') return escaped(String(content));
  return isMarkup(content) ? content[markup] : content.map(textOf).join('');
}

function isMarkup(content: Markup | readonly Content[]): content is Markup {
  return markup in content;
}

/** Control characters, which HTML does not allow, become the sign for what cannot be shown. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"'`]/g, (character) => entities[character] ?? '')
    .replace(/(?![\t\n\r])\p{Cc}/gu, '\ufffd');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
