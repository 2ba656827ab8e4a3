// Runs a recipe as a job of the Experiments view.
import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { CounterweightError } from '../../shared/base/errors';
import { cancelled } from '../../shared/contracts/contract';
import { freePath } from '../freePath';
import { requireTrust, startRun, type ModelCommandParts } from './modelCommands';
import { outputFileName } from './outputName';
import { diskPath } from './pickModel';
import type { CommandHandlers } from './registerCommands';

export function recipeCommands(parts: ModelCommandParts): Pick<CommandHandlers, 'counterweight.runRecipe'> {
  const { engine, models } = parts;
  return {
    'counterweight.runRecipe': async (resource) => {
      requireTrust();
      const uri = resource ?? (await askRecipe());
      if (uri === undefined) return;
      const file = diskPath(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      // A run that is repeated reads what is stored.
      if (document.isDirty && !(await document.save())) return;
      const answer = await engine.call('checkRecipe', { text: document.getText(), path: file });
      if (answer === cancelled) return;
      const { problems, recipe } = answer;
      if (recipe === undefined) throw refusal(file, problems[0]);
      const { model, steps, data, seed } = recipe;
      await models.read(model);
      const output = freePath(path.dirname(model), outputFileName(model, steps), existsSync);
      await startRun(parts, {
        kind: 'compress',
        model,
        steps,
        output,
        seed,
        ...(data !== undefined && { data }),
      });
    },
  };
}

/** The recipe at hand, or one of the workspace. */
async function askRecipe(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri;
  if (active !== undefined && /\.counterweight\.ya?ml$/.test(active.path)) return active;
  const found = await vscode.workspace.findFiles('**/*.counterweight.{yaml,yml}');
  if (found.length === 0) {
    const message = vscode.l10n.t('There are no recipes (.counterweight.yaml) in this workspace.');
    await vscode.window.showInformationMessage(message);
    return undefined;
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  const chosen = await vscode.window.showQuickPick(
    items.toSorted((a, b) => a.label.localeCompare(b.label)),
    { title: vscode.l10n.t('Run Recipe') },
  );
  return chosen?.uri;
}

function refusal(
  file: string,
  found:
    | {
        readonly range: { readonly startLine: number; readonly startColumn: number };
        readonly problem: string;
      }
    | undefined,
): CounterweightError {
  const place = found && `line ${found.range.startLine + 1}, column ${found.range.startColumn + 1}: `;
  return new CounterweightError('RECIPE_INVALID', {
    path: file,
    problem: `${place ?? ''}${found?.problem ?? ''}`,
  });
}
