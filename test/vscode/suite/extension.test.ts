// The extension as VS Code knows it: asleep until it is needed, with every command, view, editor and lens in place.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { commands, settings, viewIds } from '../../../src/host/contributions';
import { until } from './until';

const { workspaceFolders } = vscode.workspace;
const root = workspaceFolders?.[0]?.uri ?? vscode.Uri.file('/');
const model = vscode.Uri.joinPath(root, 'digits.onnx');
const source = vscode.Uri.joinPath(root, 'digits.py');

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('counterweight.counterweight');
  assert.ok(found, 'the extension is not installed');
  return found;
}

describe('the extension', () => {
  it('sleeps until it is needed', () => {
    assert.equal(extension().isActive, false);
  });

  it('wakes up for its commands, and has all of them', async () => {
    await vscode.commands.executeCommand('counterweight.inspect', model);
    assert.equal(extension().isActive, true);
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.keys(commands).filter((id) => !known.has(id)),
      [],
    );
  });

  it('opens its panel beside', async () => {
    await until('the panel', () =>
      vscode.window.tabGroups.all
        .flatMap(({ tabs }) => tabs)
        .some(
          ({ input, label }) =>
            input instanceof vscode.TabInputWebview &&
            input.viewType.endsWith(viewIds.panel) &&
            label.includes('digits.onnx'),
        ),
    );
  });

  it('opens a model file in its editor', async () => {
    await vscode.commands.executeCommand('vscode.openWith', model, viewIds.modelEditor);
    await until('the editor', () => {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      return input instanceof vscode.TabInputCustom && input.viewType === viewIds.modelEditor;
    });
  });

  it('gives lenses on a network’s definition', async () => {
    const document = await vscode.workspace.openTextDocument(source);
    await vscode.window.showTextDocument(document);
    const titles = await until('lenses', async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        source,
        100,
      );
      return lenses.length > 0 ? lenses.map(({ command }) => command?.title) : undefined;
    });
    for (const title of ['160 params', '4,640 params', '330 params', '220 params']) {
      assert.ok(titles.includes(title), `${title} is not among ${titles.join(', ')}`);
    }
  });

  it('has its settings with their defaults', () => {
    for (const [name, setting] of Object.entries(settings)) {
      assert.equal(vscode.workspace.getConfiguration().get(name), setting.default);
    }
  });

  it('says what is wrong with a file that is no model', async () => {
    const broken = vscode.Uri.joinPath(root, 'broken.onnx');
    await vscode.workspace.fs.writeFile(broken, Buffer.from('not a model'));
    await vscode.commands.executeCommand('counterweight.inspect', broken);
    await vscode.workspace.fs.delete(broken);
  });

  it('forgets nothing that package.json promises', () => {
    const manifest = JSON.parse(
      readFileSync(path.join(extension().extensionPath, 'package.json'), 'utf8'),
    ) as {
      contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> };
    };
    assert.deepEqual(
      manifest.contributes.commands.map(({ command }) => command).toSorted(),
      Object.keys(commands).toSorted(),
    );
    assert.deepEqual(
      Object.values(manifest.contributes.views).flatMap((views) => views.map(({ id }) => id)),
      [viewIds.layers, viewIds.experiments],
    );
  });
});
