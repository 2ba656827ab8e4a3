// VS Code's own build of tree-sitter with its Python grammar, loaded when the first Python file needs it: it is a file
// beside the bundle of the host, which so starts without it.
import { createRequire } from 'node:module';
import path from 'node:path';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';

export interface PythonParser {
  /** The syntax tree of a file; free it with `delete()`. */
  readonly parse: (text: string) => TreeSitter.Tree;
}

/** @param folder holds tree-sitter.js, tree-sitter.wasm and tree-sitter-python.wasm. */
export async function loadPythonParser(folder: string): Promise<PythonParser> {
  const load = createRequire(path.join(folder, 'tree-sitter.js'));
  const { Language, Parser } = load('./tree-sitter.js') as typeof TreeSitter;
  await Parser.init({ locateFile: (file: string) => path.join(folder, file) });
  const language = await Language.load(path.join(folder, 'tree-sitter-python.wasm'));
  const parser = new Parser().setLanguage(language);
  return {
    parse: (text) => {
      const tree = parser.parse(text);
      if (!tree) throw new Error('The Python parser gave no tree');
      return tree;
    },
  };
}
