// Code lenses with parameter counts over the layers and networks that a Python file defines with PyTorch.
import * as vscode from 'vscode';
import { formatInteger } from '../../shared/base/numbers';
import { loadPythonParser, type PythonParser } from './pythonParser';
import { findTorchDefinitions, type Definition, type ParameterCount } from './torchDefinitions';

/** Registers the lenses; the parser is loaded when the first Python file asks. @param grammars see `loadPythonParser`. */
export function registerParameterLenses(grammars: string): vscode.Disposable {
  let parser: Promise<PythonParser> | undefined;
  return vscode.languages.registerCodeLensProvider(
    { language: 'python' },
    {
      provideCodeLenses: async (document, token) => {
        const text = document.getText();
        if (!/\btorch\b/.test(text)) return [];
        parser ??= loadPythonParser(grammars);
        const { parse } = await parser;
        if (token.isCancellationRequested) return [];
        const tree = parse(text);
        try {
          return findTorchDefinitions(text, tree.rootNode).map(toLens);
        } finally {
          tree.delete();
        }
      },
    },
  );
}

function toLens(definition: Definition): vscode.CodeLens {
  const place = new vscode.Range(definition.line, definition.column, definition.line, definition.column);
  return new vscode.CodeLens(place, {
    title: lensTitle(definition.name, definition.kind, definition.count),
    command: '',
  });
}

function lensTitle(name: string, kind: Definition['kind'], count: ParameterCount): string {
  const parameters = formatInteger(count.parameters);
  const unknown = count.unknown.join(', ');
  if (count.unknown.length > 0) {
    return count.parameters > 0
      ? vscode.l10n.t('{0}: at least {1} params (unknown: {2})', name, parameters, unknown)
      : vscode.l10n.t('{0}: ? params (depends on {1})', name, unknown);
  }
  const total = kind === 'total' ? vscode.l10n.t('{0}: {1} params in total', name, parameters) : undefined;
  const copies =
    count.repeats === 1 ? undefined : vscode.l10n.t('{0} params in {1} copies', parameters, count.repeats);
  const title = total ?? copies ?? vscode.l10n.t('{0} params', parameters);
  return count.assumed.length > 0 ? vscode.l10n.t('{0} with {1}', title, count.assumed.join(', ')) : title;
}
