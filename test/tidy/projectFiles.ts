// The files of the project as a person wrote them, for the tests that read them as text.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** What is made or installed, as .gitignore has it. */
const notOurs = new Set(['.git', 'node_modules', 'dist', 'out', '.cache', '.vscode-test', '.counterweight']);

/** Paths relative to the root of the project, with `/` on every system. */
export const projectFiles: readonly string[] = list('').toSorted();

/** Hand-written source: TypeScript, JavaScript and styles, without what a generator wrote. */
export const sourceFiles: readonly string[] = projectFiles.filter(
  (file) => /\.(ts|mts|cjs|mjs|js|css)$/.test(file) && !file.endsWith('_pb.ts'),
);

export function read(file: string): string {
  return readFileSync(file, 'utf8');
}

/** `src/a/b.ts` is in `src/a` and in `src`. */
export function isIn(file: string, folder: string): boolean {
  return file.startsWith(`${folder}/`);
}

function list(folder: string): string[] {
  return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (notOurs.has(entry.name) || entry.name.endsWith('.vsix')) return [];
    return entry.isDirectory() ? list(file) : [file];
  });
}
