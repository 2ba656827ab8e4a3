// The order of the house: every import of src/ and webview/ is one that the rules allow.
import { describe, expect, it } from 'vitest';
import { findImports, importProblem, packageOf } from './findImports';
import { packageRules } from './importRules';
import { isIn, read, sourceFiles } from './projectFiles';

const house = sourceFiles.filter((file) => isIn(file, 'src') || isIn(file, 'webview'));
const code = house.filter((file) => file.endsWith('.ts'));

describe('imports', () => {
  it('follow the rules', () => {
    const problems = code.flatMap((file) =>
      findImports(read(file)).flatMap((found) => {
        const problem = importProblem(file, found);
        return problem === undefined ? [] : [`${file} imports ${found.target}: ${problem}`];
      }),
    );
    expect(problems).toEqual([]);
  });

  it('use every package that a rule names', () => {
    const used = new Set(
      code.flatMap((file) => findImports(read(file)).map(({ target }) => packageOf(target))),
    );
    const styles = house.filter((file) => file.endsWith('.css')).map(read);
    const unused = Object.keys(packageRules).filter(
      (name) => !used.has(name) && !styles.some((style) => style.includes(name)),
    );
    expect(unused).toEqual([]);
  });
});

describe('the reading of imports', () => {
  it('finds every form', () => {
    const text = [
      "import { a } from './a';",
      "import type { B } from './b';",
      "import './c';",
      "export { d } from './d';",
      'import {',
      '  e,',
      "} from '@scope/e/deep';",
      "const f = await import('node:f');",
      "const g = require('g');",
    ].join('\n');
    expect(findImports(text).map(({ target }) => target)).toEqual([
      './a',
      './b',
      './c',
      './d',
      '@scope/e/deep',
      'node:f',
      'g',
    ]);
    expect(findImports(text)[1]?.onlyTypes).toBe(true);
    expect(packageOf('@scope/e/deep')).toBe('@scope/e');
  });

  it.each([
    ['src/host/extension.ts', '../core/ir/graph', 'src/host may not import src/core/ir'],
    ['src/core/ir/graph.ts', '../operators/operator', 'src/core/ir may not import src/core/operators'],
    ['src/core/formats/onnx/read.ts', '../tflite/read', 'onnx and tflite are siblings in src/core/formats'],
    ['src/core/ir/graph.ts', 'node:fs', 'runs where there is no Node'],
    ['src/engine/main.ts', 'vscode', 'only src/host may import the package vscode'],
    ['src/host/engine/engineProcess.ts', 'vscode', 'only src/host may import the package vscode'],
    ['src/cli/main.ts', 'left-pad', 'no rule says who imports the package left-pad'],
    [
      'src/core/analysis/x.ts',
      '../../shared/contracts/viewModels',
      'only types of src/shared/contracts may be imported here',
    ],
  ])('refuses %s importing %s', (file, target, problem) => {
    expect(importProblem(file, { target, onlyTypes: false })).toBe(problem);
  });

  it.each([
    ['src/host/views/layers.ts', '../../shared/base/events'],
    ['src/core/formats/openModel.ts', './onnx/readOnnx'],
    ['src/core/ir/graph.ts', './tensor'],
    ['webview/main.ts', 'chart.js/auto'],
  ])('allows %s importing %s', (file, target) => {
    expect(importProblem(file, { target, onlyTypes: false })).toBeUndefined();
  });
});
