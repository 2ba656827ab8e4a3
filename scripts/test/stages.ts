// The stages of `npm test`, in order: what is quick and explains a later failure comes first.
import { codeServerRunsHere } from '../../test/vscode/host/installCodeServer';

export interface Stage {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where the stage's test runner writes its report; without it the stage counts only when it fails. */
  readonly report?: { readonly kind: 'vitest' | 'mocha'; readonly file: string };
  /** Stages that must have succeeded; otherwise this one fails unrun. */
  readonly needs?: readonly string[];
}

export function stages(options: { readonly newest: boolean }): readonly Stage[] {
  return [
    { name: 'types', command: ['npm', 'run', '--silent', 'typecheck'] },
    { name: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
    { name: 'bundle', command: ['npm', 'run', '--silent', 'build'] },
    vitest('units and real files', 'units', ['--reporter=dot'], {}),
    ...inVscode('floor', options.newest ? touchingTheEditor : []),
    ...(options.newest ? inVscode('newest', []) : []),
  ];
}

/**
 * Where both VS Codes are driven, the oldest one is driven through what an editor's version can change: menus, questions,
 * trees, lenses, editors, trust, themes and an installed package. The pages inside of the panel are the same in both.
 */
const touchingTheEditor = ['compress', 'inspect', 'installed', 'lenses', 'recipes', 'themes', 'trust'];

const uiArguments = ['--config', 'test/vscode/vitest.config.mts', '--reporter=verbose'];

/** The tests of the user interface are those of the named files, or all. */
function inVscode(which: 'floor' | 'newest', files: readonly string[]): Stage[] {
  const needs = ['bundle'];
  const suite: Stage = {
    name: `extension host, ${which}`,
    command: ['npx', 'tsx', 'test/vscode/runSuite.ts', which],
    report: { kind: 'mocha', file: `out/reports/suite-${which}.json` },
    needs,
  };
  // What is driven by mouse and keyboard needs code-server; elsewhere the suite runs in a downloaded VS Code.
  if (!codeServerRunsHere) return [suite];
  const env = { COUNTERWEIGHT_VSCODE: which };
  const ui = vitest(
    `user interface, ${which}`,
    `ui-${which}`,
    [...files.map((file) => `test/vscode/ui/${file}.test.ts`), ...uiArguments],
    env,
  );
  return [suite, { ...ui, needs }];
}

function vitest(
  name: string,
  id: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Stage {
  const file = `out/reports/${id}.json`;
  return {
    name,
    command: ['npx', 'vitest', 'run', ...args, '--reporter=json', `--outputFile.json=${file}`],
    env,
    report: { kind: 'vitest', file },
  };
}
