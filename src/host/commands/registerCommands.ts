// Registers a handler for every command of the table. One that is missing does not compile.
import * as vscode from 'vscode';
import type { CommandId, Commands } from '../contributions';
import { reportErrors } from './reportErrors';

export type CommandHandlers = {
  readonly [K in CommandId]: (...args: Commands[K]) => Promise<void> | void;
};

export function registerCommands(handlers: CommandHandlers, log: vscode.LogOutputChannel): vscode.Disposable {
  const registered = Object.entries(handlers).map(([id, handler]) =>
    vscode.commands.registerCommand(id, (...args: unknown[]) =>
      reportErrors(log, () => (handler as (...args: unknown[]) => unknown)(...args)),
    ),
  );
  return vscode.Disposable.from(...registered);
}

/** Calls one of our own commands with the arguments that it takes. */
export async function runCommand<K extends CommandId>(id: K, ...args: Commands[K]): Promise<void> {
  await vscode.commands.executeCommand(id, ...args);
}
