// The licences of everything that a .vsix contains of other people, in one text.
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Metafile } from 'esbuild';

/** The packages whose files went into the bundles. */
export function bundledPackages(metafiles: readonly Metafile[]): readonly string[] {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  return [...new Set(names)];
}

/** Name, version, licence, origin and licence text of each package. */
export async function thirdPartyNotices(packages: readonly string[]): Promise<string> {
  const sorted = [...new Set(packages)].toSorted((a, b) => a.localeCompare(b, 'en'));
  const parts = await Promise.all(sorted.map(noticeOf));
  return ['This extension contains the following packages.', ...parts].join(`\n\n${'-'.repeat(80)}\n\n`);
}

interface Manifest {
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

async function noticeOf(name: string): Promise<string> {
  const folder = path.join('node_modules', name);
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as Manifest;
  if (manifest.license === undefined) throw new Error(`${name} does not say its licence`);
  const author = typeof manifest.author === 'object' ? manifest.author.name : manifest.author;
  const repository = typeof manifest.repository === 'object' ? manifest.repository.url : manifest.repository;
  const origin = manifest.homepage ?? repository ?? `https://www.npmjs.com/package/${name}`;
  const head = [`${name} ${manifest.version}`, `Licence: ${manifest.license}`, origin];
  if (author !== undefined) head.push(`Author: ${author}`);
  const texts = (await readdir(folder)).filter((file) =>
    /^(licen[cs]e|notice|thirdpartynotices)/i.test(file),
  );
  const contents = await Promise.all(texts.map((file) => readFile(path.join(folder, file), 'utf8')));
  return [head.join('\n'), ...contents.map((text) => text.trim())].join('\n\n');
}
