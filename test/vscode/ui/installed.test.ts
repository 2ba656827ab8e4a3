// The extension as a user has it: packaged for this platform, installed from the .vsix, compressing a model with what
// is inside. Everything is looked at in the installed folder, so nothing of the project can help it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { runCodeCommand } from '../host/startServer';
import { openSession, pictureOnFailure, type Session } from './session';
import { startCompression } from './startCompression';

const target = `${process.platform}-${process.arch}`;
const vsix = path.resolve(`out/counterweight-${target}.vsix`);

describe('the package', () => {
  let extensions: string;
  let installed: string;
  beforeAll(async () => {
    extensions = await mkdtemp(path.join(tmpdir(), 'cw-ext-'));
    execFileSync('npm', ['run', '--silent', 'package'], { stdio: 'inherit' });
    const data = await mkdtemp(path.join(tmpdir(), 'cw-'));
    runCodeCommand(inject('codeServer'), [
      `--install-extension=${vsix}`,
      `--extensions-dir=${extensions}`,
      `--server-data-dir=${data}`,
    ]);
    await rm(data, { recursive: true, force: true });
    installed = path.join(
      extensions,
      readdirSync(extensions).find((name) => name.startsWith('counterweight.')) ?? 'missing',
    );
  });
  afterAll(() => rm(extensions, { recursive: true, force: true }));

  it('holds the runtime of this platform and no other', () => {
    const runtime = path.join(installed, 'dist/node_modules/onnxruntime-node/bin/napi-v6');
    expect(readdirSync(runtime)).toEqual([process.platform]);
    expect(readdirSync(path.join(runtime, process.platform))).toEqual([process.arch]);
    expect(existsSync(path.join(installed, 'dist/node_modules/onnxruntime-web'))).toBe(false);
  });

  it('holds no source, test, source map or other file of development', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.(ts|map|vsix)$|^(src|test|scripts|webview|docs)\b/.test(file))).toEqual(
      [],
    );
    expect(files).toContain('ThirdPartyNotices.txt');
    expect(files).toContain('LICENSE.txt');
    expect(files).toContain('dist/tree-sitter/tree-sitter-python.wasm');
  });

  it('weighs less than 30 MB', async () => {
    expect((await stat(vsix)).size).toBeLessThan(30_000_000);
  });

  describe('installed', () => {
    let session: Session;
    beforeAll(async () => void (session = await openSession({ extensionsFolder: extensions })));
    beforeEach(() => pictureOnFailure(session));
    afterAll(() => session.close());

    it('compresses a model', async () => {
      const { bench, panel } = session;
      const before = await session.hash(sample.small.file);
      await startCompression(bench, sample.small.file, [
        'Prune and Quantize',
        'Prune 90%',
        'int8 per Tensor',
        'Random Inputs',
        'Beside the Original',
      ]);
      await panel.layerRow('conv2').click();
      await panel.figure('Error distribution').waitFor();
      expect(await session.list()).toContain('digits.prune90.int8.onnx');
      expect(await session.hash(sample.small.file)).toBe(before);
    });

    it('gives lenses', async () => {
      const { bench } = session;
      await bench.openFile(sample.source);
      await bench.lens('4,640 params').waitFor();
    });
  });
});
