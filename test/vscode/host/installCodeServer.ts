// Puts a real VS Code, the server build inside the npm package code-server, into a cache folder. It takes nothing but
// the npm registry: no compiler, no root. code-server's own wrapper is left out; VS Code's server serves the
// workbench by itself. The folder is made aside and renamed, so what is there is whole.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { helperPackages, releases, type VscodeVersion } from './codeServerRelease';
import { withLock } from './folderLock';

/** Raised when this file changes what it makes, so that older folders are made anew. */
const recipeVersion = 1;

/** An installed server: the Node to run it on and its entry. */
export interface CodeServer {
  readonly version: VscodeVersion;
  readonly folder: string;
  readonly node: string;
  readonly entry: string;
}

/** False where code-server has no build; there the tests run in a downloaded VS Code (`runInElectron.ts`). */
export const codeServerRunsHere =
  process.platform === 'linux' && (process.arch === 'x64' || process.arch === 'arm64');

/** Returns the installed server, installing it first where it is missing. Several processes may ask at once. */
export async function installCodeServer(
  version: VscodeVersion,
  cache: string = path.resolve('.vscode-test'),
): Promise<CodeServer> {
  if (!codeServerRunsHere)
    throw new Error(`code-server has no build for ${process.platform} ${process.arch}`);
  const folder = path.join(cache, `vscode-${version}-${process.arch}`);
  const server: CodeServer = {
    version,
    folder,
    node: path.join(folder, 'node'),
    entry: path.join(folder, 'vscode/out/server-main.js'),
  };
  if (await isInstalled(server)) return server;
  await mkdir(cache, { recursive: true });
  await withLock(path.join(cache, '.lock'), async () => {
    if (await isInstalled(server)) return;
    const aside = await mkdtemp(path.join(cache, '.new-'));
    try {
      await build(version, aside);
      await rm(folder, { recursive: true, force: true });
      await rename(aside, folder);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  });
  return server;
}

/** What a finished folder says of itself. */
function stamp(version: VscodeVersion): string {
  const { codeServer, node } = releases[version];
  return `${codeServer} ${node} ${recipeVersion}`;
}

async function isInstalled(server: CodeServer): Promise<boolean> {
  const found = await readFile(path.join(server.folder, '.done'), 'utf8').catch(() => '');
  // The Node may be a link to one that has been removed since.
  return found === stamp(server.version) && existsSync(server.node);
}

async function build(version: VscodeVersion, folder: string): Promise<void> {
  const release = releases[version];
  const unpacked = path.join(folder, 'code-server');
  await unpack(`code-server@${release.codeServer}`, unpacked, { sha512: release.sha512 });
  const vscode = path.join(folder, 'vscode');
  await rename(path.join(unpacked, 'lib/vscode'), vscode);
  await rm(unpacked, { recursive: true });
  await placeNode(release.node, folder);
  await installModules(vscode);
  await installModules(path.join(vscode, 'extensions'));
  const modules = path.join(vscode, 'node_modules');
  if (!existsSync(`${modules}.asar`)) await symlink('node_modules', `${modules}.asar`);
  await placeRipgrep(modules);
  await placeNodePty(modules);
  await copyFile(
    path.join(import.meta.dirname, 'plainLog.cjs'),
    path.join(modules, '@vscode/spdlog/index.js'),
  );
  // Proves that it loads.
  await run(path.join(folder, 'node'), [path.join(vscode, 'out/server-main.js'), '--version'], folder);
  await writeFile(path.join(folder, '.done'), stamp(version));
}

/** This process's Node where its major version fits, else one from npm. */
async function placeNode(wanted: string, folder: string): Promise<void> {
  const target = path.join(folder, 'node');
  if (majorOf(process.versions.node) === majorOf(wanted)) {
    await symlink(process.execPath, target);
    return;
  }
  const unpacked = path.join(folder, 'node-package');
  await unpack(`node-linux-${process.arch}@${wanted}`, unpacked, { only: 'package/bin/node' });
  await rename(path.join(unpacked, 'bin/node'), target);
  await rm(unpacked, { recursive: true });
}

function majorOf(version: string): string {
  return version.split('.')[0] ?? version;
}

/**
 * The JavaScript that the server needs, as pinned by the shrinkwrap inside. No install script runs, so nothing is
 * compiled; the native modules that are then missing are replaced below or never missed.
 */
async function installModules(folder: string): Promise<void> {
  await npm(folder, ['install', '--omit=dev', '--no-save', '--engine-strict=false']);
}

/** File search. Newer servers carry it; older ones would download it. */
async function placeRipgrep(modules: string): Promise<void> {
  const bin = path.join(modules, '@vscode/ripgrep/bin');
  if (!existsSync(path.dirname(bin)) || existsSync(path.join(bin, 'rg'))) return;
  const unpacked = path.join(bin, 'package');
  await unpack(`@vscode/ripgrep-linux-${process.arch}@${helperPackages.ripgrep}`, unpacked, {
    only: 'package/bin/rg',
  });
  await rename(path.join(unpacked, 'bin/rg'), path.join(bin, 'rg'));
  await rm(unpacked, { recursive: true });
}

/** Terminals and tasks: a build that comes ready in its tarball. */
async function placeNodePty(modules: string): Promise<void> {
  const target = path.join(modules, 'node-pty');
  if (existsSync(path.join(target, `prebuilds/linux-${process.arch}/pty.node`))) return;
  await rm(target, { recursive: true, force: true });
  await unpack(`node-pty@${helperPackages.nodePty}`, target);
}

/** Downloads a package with npm and unpacks it, or only the path `only` of it, into `folder`. */
async function unpack(
  name: string,
  folder: string,
  options: { readonly sha512?: string; readonly only?: string } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const download = `${folder}.download`;
  await mkdir(download);
  await npm(download, ['pack', name]);
  const [file] = await readdir(download);
  if (file === undefined) throw new Error(`npm packed nothing for ${name}`);
  const tarball = path.join(download, file);
  if (options.sha512 !== undefined) {
    const found = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64');
    if (found !== options.sha512) throw new Error(`The checksum of ${name} differs: ${found}`);
  }
  const only = options.only === undefined ? [] : [options.only];
  await run('tar', ['xzf', tarball, '-C', folder, '--strip-components=1', ...only], download);
  await rm(download, { recursive: true });
}

function npm(folder: string, args: readonly string[]): Promise<void> {
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
  return run('npm', [...quiet, ...args], folder);
}

/** Runs a program to its end; what it printed is shown only when it fails. */
function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    const note = (chunk: Buffer): void => void (printed += chunk.toString());
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${printed}`));
    });
  });
}
