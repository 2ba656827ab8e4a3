// The platforms that a .vsix can be made for, and what runs models on each.
import { readdirSync } from 'node:fs';
import path from 'node:path';

/** VS Code's names of platforms. */
export const targets = [
  'linux-x64',
  'linux-arm64',
  'darwin-arm64',
  'darwin-x64',
  'win32-x64',
  'win32-arm64',
] as const;
export type Target = (typeof targets)[number];

export function isTarget(name: string): name is Target {
  return (targets as readonly string[]).includes(name);
}

/** Where onnxruntime-node keeps its binaries, by operating system and processor. */
const binaries = 'node_modules/onnxruntime-node/bin/napi-v6';

/** The folder of a platform's native runtime inside its package, or undefined where there is none (Intel Macs). */
export function nativeRuntime(target: Target): string | undefined {
  const [system = '', processor = ''] = target.split('-');
  const systems = readdirSync(binaries);
  if (!systems.includes(system) || !readdirSync(path.join(binaries, system)).includes(processor))
    return undefined;
  return `bin/napi-v6/${system}/${processor}`;
}
