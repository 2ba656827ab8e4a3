// VS Code's own build of tree-sitter with its Python grammar, loaded when the first Python file needs it.
import path from 'node:path';
import { Language, Parser, type Tree } from '@vscode/tree-sitter-wasm';

export interface PythonParser {
  /** The syntax tree of a file; free it with `delete()`. */
  readonly parse: (text: string) => Tree;
}

/** @param folder holds tree-sitter.wasm and tree-sitter-python.wasm. */
export async function loadPythonParser(folder: string): Promise<PythonParser> {
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
