// Settings, by their full names and with their types.
import * as vscode from 'vscode';
import { settings, type Settings } from './contributions';

export function readSetting<K extends keyof Settings>(name: K): Settings[K] {
  return vscode.workspace.getConfiguration().get<Settings[K]>(name, settings[name].default);
}

/** Calls when the setting changes, in any scope. */
export function onSettingChange(name: keyof Settings, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(name)) listener();
  });
}
