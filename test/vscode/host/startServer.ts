// Runs VS Code's server on a free port with state of its own, and stops it with all that it started.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CodeServer } from './installCodeServer';
import { quietSettings, type Settings } from './quietSettings';

export interface ServerOptions {
  readonly server: CodeServer;
  /** User settings on top of `quietSettings`. */
  readonly settings?: Settings;
  /** Environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where installed extensions are; without it there are none. */
  readonly extensionsFolder?: string;
}

export interface RunningServer {
  readonly port: number;
  readonly token: string;
  /** Process group of the server: every extension host and engine belongs to it or descends from it. */
  readonly pid: number;
  /** What the server has printed. */
  log(): string;
  stop(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  // Kept short: the paths of sockets in it end at 107 bytes.
  const data = await mkdtemp(path.join(tmpdir(), 'cw-'));
  await writeSettings(data, options.settings ?? {});
  const token = randomBytes(12).toString('hex');
  const args = [
    options.server.entry,
    '--host=127.0.0.1',
    '--port=0',
    `--connection-token=${token}`,
    `--server-data-dir=${data}`,
    `--extensions-dir=${options.extensionsFolder ?? path.join(data, 'extensions')}`,
    '--accept-server-license-terms',
    '--telemetry-level=off',
  ];
  // A process group of its own, so that it can be stopped with its extension hosts.
  const child = spawn(options.server.node, args, {
    env: cleanEnvironment(options.env),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  const stop = async (): Promise<void> => {
    await stopGroup(child);
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await listening(child, (text) => (printed += text));
    if (child.pid === undefined) throw new Error('The server has no process id');
    return { port, token, pid: child.pid, log: () => printed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** VS Code's command line, for example to install a .vsix. Returns what it printed. */
export function runCodeCommand(server: CodeServer, args: readonly string[]): string {
  const result = spawnSync(server.node, [server.entry, '--accept-server-license-terms', ...args], {
    env: cleanEnvironment(),
    encoding: 'utf8',
  });
  const printed = result.stdout + result.stderr;
  if (result.status !== 0) throw new Error(`${args.join(' ')} ended with ${result.status}\n${printed}`);
  return printed;
}

async function writeSettings(data: string, settings: Settings): Promise<void> {
  const user = path.join(data, 'data/User');
  await mkdir(user, { recursive: true });
  const content = JSON.stringify({ ...quietSettings, ...settings }, null, 2);
  await writeFile(path.join(user, 'settings.json'), content);
}

/** This process's environment without what a surrounding VS Code or test runner put there. */
function cleanEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|VITEST|NODE_OPTIONS$|NODE_ENV$)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

function listening(child: ChildProcess, note: (text: string) => string): Promise<number> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer): void => {
      printed = note(chunk.toString());
      const found = /Extension host agent listening on (\d+)/.exec(printed);
      if (found) resolve(Number(found[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}\n${printed}`)));
    setTimeout(() => reject(new Error(`The server is silent\n${printed}`)), 30_000).unref();
  });
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = child.exitCode !== null || child.signalCode !== null;
  const gone = ended
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signalGroup(child.pid, 'SIGTERM');
  await Promise.race([gone, sleep(5000, undefined, { ref: false })]);
  signalGroup(child.pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
