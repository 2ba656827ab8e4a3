// Reads the imports of a source file and judges them by the rules of the house.
import path from 'node:path';
import {
  folderRules,
  packageExceptions,
  packageRules,
  sharedSiblings,
  siblingFolders,
  typesOnly,
  withoutNode,
} from './importRules';
import { isIn } from './projectFiles';

export interface Import {
  /** As written: `./tensor`, `node:fs`, `chart.js/auto`. */
  readonly target: string;
  readonly onlyTypes: boolean;
}

/** Every form of import: static, re-export, for its effect, dynamic, `require`. */
export function findImports(text: string): Import[] {
  const statements = /^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"]+)['"]/gm;
  const calls = /\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [
    ...[...text.matchAll(statements)].map((match) => ({
      target: match[2] ?? '',
      onlyTypes: match[1] !== undefined,
    })),
    ...[...text.matchAll(calls)].map((match) => ({ target: match[1] ?? '', onlyTypes: false })),
  ];
}

/** The package of a target that is not relative: `@scope/name/deep` is `@scope/name`. */
export function packageOf(target: string): string {
  const parts = target.split('/');
  return target.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? target);
}

/** What is wrong with an import, or undefined. `file` is relative to the project's root. */
export function importProblem(file: string, { target, onlyTypes }: Import): string | undefined {
  const rule = longest(Object.keys(folderRules), file);
  if (rule === undefined) return `no rule names the folder of ${file}`;
  if (target.startsWith('node:')) {
    return withoutNode.some((folder) => isIn(file, folder)) ? 'runs where there is no Node' : undefined;
  }
  if (!target.startsWith('.')) return packageProblem(file, packageOf(target));
  const imported = path.posix.join(path.posix.dirname(file), target);
  const isBound = isIn(imported, typesOnly.imported) && !typesOnly.except.includes(imported);
  if (isBound && isIn(file, typesOnly.importer) && !onlyTypes) {
    return `only types of ${typesOnly.imported} may be imported here`;
  }
  const own = longest(Object.keys(folderRules), imported);
  const allowed = folderRules[rule] ?? [];
  if (own !== rule && !allowed.some((folder) => isIn(imported, folder))) {
    return `${rule} may not import ${own ?? imported}`;
  }
  return siblingProblem(file, imported);
}

function packageProblem(file: string, name: string): string | undefined {
  const folders = packageRules[name];
  if (folders === undefined) return `no rule says who imports the package ${name}`;
  const excepted = packageExceptions.some((row) => row.name === name && isIn(file, row.folder));
  const allowed = !excepted && folders.some((folder) => isIn(file, folder));
  return allowed ? undefined : `only ${folders.join(', ')} may import the package ${name}`;
}

function siblingProblem(file: string, imported: string): string | undefined {
  if (sharedSiblings.some((folder) => isIn(imported, folder))) return undefined;
  for (const parent of siblingFolders) {
    const from = childFolder(file, parent);
    const to = childFolder(imported, parent);
    if (from !== undefined && to !== undefined && from !== to)
      return `${from} and ${to} are siblings in ${parent}`;
  }
  return undefined;
}

/** The subfolder of `parent` that holds the file; undefined for a file directly in `parent`. */
function childFolder(file: string, parent: string): string | undefined {
  if (!isIn(file, parent)) return undefined;
  const [first, ...rest] = file.slice(parent.length + 1).split('/');
  return rest.length === 0 ? undefined : first;
}

function longest(folders: readonly string[], file: string): string | undefined {
  return folders.filter((folder) => isIn(file, folder)).toSorted((a, b) => b.length - a.length)[0];
}
