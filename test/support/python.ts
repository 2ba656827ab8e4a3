// The Python of peers that results are compared with: the one that COUNTERWEIGHT_PYTHON names, else python3.
import { spawnSync } from 'node:child_process';

const python = process.env['COUNTERWEIGHT_PYTHON'] ?? 'python3';

/** Whether Python has a package. Pass it to `describe.runIf`, so that the runner counts what did not run. */
export function hasPythonPackage(name: string): boolean {
  const script = `import importlib.util, sys; sys.exit(importlib.util.find_spec('${name}') is None)`;
  return spawnSync(python, ['-c', script]).status === 0;
}

/** What a script answers in JSON to a JSON value on its standard input. */
export function askPython(script: string, question: unknown): unknown {
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(question),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as unknown;
}
