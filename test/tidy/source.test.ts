// Habits of the source that no compiler checks: a header on every file, files of one concept, no hidden settings, no
// knowledge of operators outside their table.
import { describe, expect, it } from 'vitest';
import { isIn, projectFiles, read, sourceFiles } from './projectFiles';

const maximumLines = 400;
const reasonForLength = 'This file is long because';

/** The environment variables that src/ reads, by file. Everything else is a setting or an argument. */
const environmentReaders: Readonly<Record<string, string>> = {
  'src/host/engine/engineProcess.ts': 'hands the environment on to the engine and runs Electron as Node',
};

/** Where an operator's name means the shape of the graph itself, outside the operators and the formats. */
const structuralComparisons: Readonly<Record<string, string>> = {
  'src/core/ir/traversal.ts': 'a Constant node is how a graph stores a tensor between its nodes',
};

describe('a source file', () => {
  it('begins with a comment that says what is here', () => {
    const silent = sourceFiles.filter((file) => !/^(#!.*\n)?\s*(\/\/|\/\*)/.test(read(file)));
    expect(silent).toEqual([]);
  });

  it(`has at most ${maximumLines} lines, or says why not`, () => {
    const long = sourceFiles.filter((file) => {
      const lines = read(file).trimEnd().split('\n');
      return lines.length > maximumLines && !lines.slice(0, 10).join('\n').includes(reasonForLength);
    });
    expect(long).toEqual([]);
  });

  it('of src/ reads no environment variable, but for those in the table', () => {
    const readers = sourceFiles.filter((file) => isIn(file, 'src') && read(file).includes('process.env'));
    expect(readers).toEqual(Object.keys(environmentReaders));
  });

  it('compares the names of operators only where operators and formats are defined', () => {
    const comparison = /\.operator\s*[!=]==?|switch\s*\([^)]*\.operator\s*\)|\]\.includes\([^)]*\.operator\b/;
    const comparing = sourceFiles.filter(
      (file) =>
        (isIn(file, 'src') || isIn(file, 'webview')) &&
        !isIn(file, 'src/core/operators') &&
        !isIn(file, 'src/core/formats') &&
        comparison.test(read(file)),
    );
    expect(comparing).toEqual(Object.keys(structuralComparisons));
  });

  it('holds no focused or skipped test', () => {
    const focused = /\b(it|test|describe|suite)\.(only|skip|todo)\b/;
    const tests = sourceFiles.filter((file) => isIn(file, 'test') && file.endsWith('.test.ts'));
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((file) => focused.test(read(file)))).toEqual([]);
  });
});

describe('a file of the project', () => {
  it('names no folder of somebody’s machine', () => {
    const homes = ['home', 'Users', 'root', 'work', 'mnt'].join('|');
    const machinePath = new RegExp(`(?<![\\w.:/*{}-])/(${homes})/\\w|[A-Z]:\\\\Users\\\\`);
    const text = projectFiles.filter(
      (file) => !/\.(png|ttf|woff2|wasm|onnx|gz)$|^package-lock\.json$/.test(file),
    );
    expect(text.filter((file) => machinePath.test(read(file)))).toEqual([]);
  });
});
