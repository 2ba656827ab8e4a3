// What is told of a key of a recipe, as Markdown in the reader's language.
import * as l10n from '@vscode/l10n';
import { allowedText, type JsonSchema } from '../../shared/base/jsonSchema';

/** What it is for, what is allowed, and what it is where nothing is said. */
export function explanation(schema: JsonSchema): string {
  const lines = [
    schema.description,
    l10n.t('Allowed: {0}', allowedText(schema)),
    isSimple(schema.default) && l10n.t('Default: {0}', `\`${String(schema.default)}\``),
  ];
  return lines.filter(Boolean).join('\n\n');
}

/** Groups of options have the defaults of their options. */
export function isSimple(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
