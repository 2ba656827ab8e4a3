// Makes a .vsix for one platform and prints what weighs how much in it.
// Usage: npm run package [-- TARGET]; the default target is this machine.
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';
import { stageExtension } from './package/stageExtension';
import { isTarget, targets, type Target } from './package/targets';

async function main(target: Target): Promise<void> {
  const folder = path.resolve('out/package', target);
  await rm(folder, { recursive: true, force: true });
  await stageExtension(target, folder);
  const vsix = path.resolve('out', `counterweight-${target}.vsix`);
  await createVSIX({
    cwd: folder,
    packagePath: vsix,
    target,
    dependencies: false,
    rewriteRelativeLinks: false,
    allowMissingRepository: true,
  });
  await printSizes(folder, vsix);
}

async function printSizes(folder: string, vsix: string): Promise<void> {
  const dist = path.join(folder, 'dist');
  const parts: readonly (readonly [string, string])[] = [
    ...(await readdir(dist))
      .filter((name) => name !== 'node_modules')
      .map((name) => [`dist/${name}`, path.join(dist, name)] as const),
    ...(await readdir(path.join(dist, 'node_modules'))).map(
      (name) => [name, path.join(dist, 'node_modules', name)] as const,
    ),
    ...(await readdir(folder))
      .filter((name) => name !== 'dist')
      .map((name) => [name, path.join(folder, name)] as const),
  ];
  for (const [name, file] of parts) printSize(name, await sizeOf(file));
  printSize(path.relative('.', vsix), await sizeOf(vsix));
}

function printSize(name: string, bytes: number): void {
  console.log(`${(bytes / 1000).toFixed(0).padStart(8)} kB  ${name}`);
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file);
  if (!found.isDirectory()) return found.size;
  const sizes = await Promise.all((await readdir(file)).map((name) => sizeOf(path.join(file, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const wanted = process.argv[2] ?? `${process.platform}-${process.arch}`;
if (isTarget(wanted)) {
  void main(wanted);
} else {
  console.error(`There is no package for ${wanted}. Targets: ${targets.join(', ')}.`);
  process.exitCode = 2;
}
