// The documents keep up with the tree: every path they name exists, and every dependency has its reason.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFiles, read } from './projectFiles';

const documents = projectFiles.filter((file) => file.endsWith('.md'));
const ownFolders = ['src', 'webview', 'test', 'scripts', 'docs', 'media', 'l10n', '.ci'];

describe('a document', () => {
  it('names paths that exist', () => {
    const missing = documents.flatMap((file) =>
      [...pathsInCode(read(file)), ...linkedPaths(file, read(file))]
        .filter((named) => !existsSync(named))
        .map((named) => `${file}: ${named}`),
    );
    expect(missing).toEqual([]);
  });

  it('explains every dependency in ARCHITECTURE.md', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const architecture = read('ARCHITECTURE.md');
    expect(Object.keys(dependencies).filter((name) => !architecture.includes(`\`${name}\``))).toEqual([]);
  });
});

/**
 * Paths in code spans that begin with a folder of ours. Of a pattern (`src/**`) or a placeholder
 * (`src/core/operators/<name>.ts`) the folder before it must exist.
 */
function pathsInCode(text: string): string[] {
  return [...text.matchAll(/`([^`\s]+)`/g)]
    .map((match) => match[1] ?? '')
    .filter((span) => ownFolders.some((folder) => span.startsWith(`${folder}/`)))
    .map((span) => {
      const placeholder = span.search(/[*<{]/);
      return placeholder < 0 ? span : span.slice(0, span.lastIndexOf('/', placeholder) + 1);
    });
}

/** Targets of links and pictures inside the project. */
function linkedPaths(file: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/i.test(target))
    .map((target) => path.posix.join(path.posix.dirname(file), target));
}
