// The generated file must not be older than what it is generated from.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { useTempFolder } from '../../../support/tempFolder';

const temp = useTempFolder();

it('the generated TypeScript is that of the schema file', () => {
  const root = path.resolve(import.meta.dirname, '../../../..');
  const settings = readFileSync(path.join(root, 'buf.gen.yaml'), 'utf8');
  const elsewhere = settings.replace(/^( *out: ).*$/m, (_, key: string) => key + temp.path);
  expect(elsewhere).not.toBe(settings);
  writeFileSync(temp.file('buf.gen.yaml'), elsewhere);
  const buf = path.join(root, 'node_modules/@bufbuild/buf/bin/buf');
  const PATH = [path.join(root, 'node_modules/.bin'), process.env['PATH']].join(path.delimiter);
  execFileSync(process.execPath, [buf, 'generate', '--template', temp.file('buf.gen.yaml')], {
    cwd: root,
    env: { ...process.env, PATH },
  });
  const committed = readFileSync(path.join(root, 'src/core/formats/onnx/onnx_pb.ts'), 'utf8');
  expect(readFileSync(temp.file('onnx_pb.ts'), 'utf8') === committed).toBe(true);
}, 30_000);
