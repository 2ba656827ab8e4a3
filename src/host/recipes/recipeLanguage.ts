// Recipes in the text editor: completion and explanations from the schema, the faults that the engine finds, and the
// lens that runs them. VS Code itself knows no schemas for YAML.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import * as vscode from 'vscode';
import type { JsonSchema } from '../../shared/base/jsonSchema';
import type { CommandId } from '../contributions';
import type { EngineCalls } from '../engineCalls';
import { completionsAt, type RecipeCompletion } from './recipeCompletions';
import { RecipeDiagnostics } from './recipeDiagnostics';
import { hoverOf } from './recipeHovers';
import type * as RecipePlaces from './recipePlace';

/** Files that are recipes; package.json repeats the pattern for the schema and for the editor's title. */
const recipes: vscode.DocumentSelector = { scheme: 'file', pattern: '**/*.counterweight.{yaml,yml}' };

export interface RecipeLanguageParts {
  readonly engine: EngineCalls;
  /** Holds what the build writes beside the bundle: recipe.schema.json, and recipePlace.js with the reader of YAML. */
  readonly folder: string;
  readonly log: vscode.LogOutputChannel;
}

export function registerRecipeLanguage({ engine, folder, log }: RecipeLanguageParts): vscode.Disposable {
  let read: Promise<JsonSchema> | undefined;
  const schema = (): Promise<JsonSchema> =>
    (read ??= readFile(path.join(folder, 'recipe.schema.json'), 'utf8').then(
      (text) => JSON.parse(text) as JsonSchema,
    ));
  let loaded: typeof RecipePlaces | undefined;
  // Loaded when the first recipe needs it: the host starts without the reader of YAML.
  const places = (): typeof RecipePlaces =>
    (loaded ??= createRequire(path.join(folder, 'extension.js'))('./recipePlace.js') as typeof RecipePlaces);
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      recipes,
      {
        provideCompletionItems: async (document, position) => {
          const text = document.getText();
          const place = places().placeAt(text, document.offsetAt(position));
          if (place === undefined) return [];
          const found = completionsAt(await schema(), place, text);
          const range = rangeOf(document, found);
          return found.items.map((item, index) => toItem(item, index, range));
        },
      },
      ' ',
    ),
    vscode.languages.registerHoverProvider(recipes, {
      provideHover: async (document, position) => {
        const word = places().wordAt(document.getText(), document.offsetAt(position));
        const found = word && hoverOf(await schema(), word);
        return found && new vscode.Hover(new vscode.MarkdownString(found.markdown), rangeOf(document, found));
      },
    }),
    vscode.languages.registerCodeLensProvider(recipes, {
      provideCodeLenses: (document) => [runLens(document)],
    }),
    new RecipeDiagnostics(engine, recipes, log),
  );
}

/** Over the first line that says something: comments on top belong to the file and not to the run. */
function runLens(document: vscode.TextDocument): vscode.CodeLens {
  const lines = document.getText().split('\n');
  const line = Math.max(
    lines.findIndex((text) => /^\s*[^\s#]/.test(text)),
    0,
  );
  const command: CommandId = 'counterweight.runRecipe';
  return new vscode.CodeLens(new vscode.Range(line, 0, line, 0), {
    title: vscode.l10n.t('$(play) Run'),
    tooltip: vscode.l10n.t('Do what this recipe says, and write the result as a new file'),
    command,
    arguments: [document.uri],
  });
}

function toItem(item: RecipeCompletion, index: number, range: vscode.Range): vscode.CompletionItem {
  const { Property, Value } = vscode.CompletionItemKind;
  const made = new vscode.CompletionItem(item.label, item.kind === 'key' ? Property : Value);
  made.insertText = new vscode.SnippetString(item.snippet);
  made.range = range;
  // In the order of the schema: the most important first.
  made.sortText = String(index).padStart(4, '0');
  if (item.documentation !== undefined) made.documentation = new vscode.MarkdownString(item.documentation);
  if (item.goesOn) made.command = { title: '', command: 'editor.action.triggerSuggest' };
  return made;
}

function rangeOf(
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}
