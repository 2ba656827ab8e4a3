// The page around a report: one file that opens anywhere, without a network and without a script.
import { html, markupText, type Content, type Markup } from './markup';
import { styles } from './styles';

export interface Page {
  readonly title: string;
  /** Below the title: where it comes from. */
  readonly facts: readonly string[];
  readonly sections: readonly (Markup | undefined)[];
}

/** The whole file. Its policy lets nothing load and nothing run, whatever names in a report say. */
export function pageText({ title, facts, sections }: Page): string {
  return `<!doctype html>\n${markupText(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        ${styles}
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${facts.map((fact) => html`<p class="quiet">${fact}</p>`)}
        </header>
        <main>${sections.filter((section) => section !== undefined)}</main>
      </body>
    </html>`,
  )}\n`;
}

/** A part of the page under a heading; undefined where nothing is in it. */
export function section(title: string, ...content: readonly Content[]): Markup | undefined {
  const shown = content.filter((part) => part !== undefined && part !== false);
  return shown.length === 0
    ? undefined
    : html`<section>
        <h2>${title}</h2>
        ${shown}
      </section>`;
}
