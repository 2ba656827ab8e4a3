// Runs the bundled command line as a process of its own.
import { spawn } from 'node:child_process';

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  readonly result: Promise<CliResult>;
  interrupt(): void;
}

export function startCli(script: string, args: readonly string[], cwd?: string): RunningCli {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd });
  const read = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (read.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (read.stderr += text));
  return {
    pid: child.pid ?? 0,
    result: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, ...read }));
    }),
    interrupt: () => void child.kill('SIGINT'),
  };
}

export function runCli(script: string, args: readonly string[], cwd?: string): Promise<CliResult> {
  return startCli(script, args, cwd).result;
}
