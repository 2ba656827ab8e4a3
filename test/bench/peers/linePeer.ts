// Peers of a benchmark: processes that answer one JSON line for each that they are asked, so that both sides take
// turns on the same machine. Python peers run with COUNTERWEIGHT_PYTHON, else python3.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const python = process.env['COUNTERWEIGHT_PYTHON'] ?? 'python3';

/** The version of a Python package, or undefined where it is not at hand. */
export function pythonPackage(name: string): string | undefined {
  const script = `import ${name}; print(${name}.__version__)`;
  const result = spawnSync(python, ['-c', script], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** How a benchmark says that a Python peer is missing. */
export function absent(name: string): string {
  return `${name} is absent: ${python} cannot import it. Install it with pip in a virtual environment and set COUNTERWEIGHT_PYTHON to its python.`;
}

export class LinePeer {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly waiting: ((line: string) => void)[] = [];
  private stderr = '';

  /** @param script a file in this folder; one of Python, or one that Node runs */
  constructor(script: string, args: readonly string[] = []) {
    const command = script.endsWith('.py') ? python : process.execPath;
    this.process = spawn(command, [path.join(import.meta.dirname, script), ...args]);
    this.process.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    createInterface({ input: this.process.stdout }).on('line', (line) => this.waiting.shift()?.(line));
  }

  ask<Answer>(request: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const failed = () => reject(new Error(`The peer ended: ${this.stderr.slice(-500)}`));
      this.process.once('exit', failed);
      this.waiting.push((line) => {
        this.process.off('exit', failed);
        resolve(JSON.parse(line) as Answer);
      });
      this.process.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  dispose(): void {
    this.process.kill();
  }
}
