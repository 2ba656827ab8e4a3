// Marks what is wrong with the recipes that are open: the engine finds it, so that the editor says the same as a run.
import * as vscode from 'vscode';
import { cancelled } from '../../shared/contracts/contract';
import { stackOf } from '../../shared/contracts/wireError';
import type { RecipeProblemView } from '../../shared/contracts/recipeCheck';
import type { EngineCalls } from '../engineCalls';

/** Somebody who types pauses longer than that. */
const restMs = 300;

export class RecipeDiagnostics implements vscode.Disposable {
  private readonly found = vscode.languages.createDiagnosticCollection('counterweight');
  /** Ends the check of a document that has changed since. */
  private readonly checks = new Map<string, AbortController>();
  private readonly parts: vscode.Disposable;

  constructor(
    private readonly engine: EngineCalls,
    private readonly recipes: vscode.DocumentSelector,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const { workspace } = vscode;
    this.parts = vscode.Disposable.from(
      this.found,
      workspace.onDidOpenTextDocument((document) => this.check(document, 0)),
      workspace.onDidChangeTextDocument(({ document }) => this.check(document, restMs)),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
    );
    for (const document of workspace.textDocuments) this.check(document, 0);
  }

  dispose(): void {
    this.parts.dispose();
    for (const check of this.checks.values()) check.abort();
  }

  private check(document: vscode.TextDocument, afterMs: number): void {
    if (vscode.languages.match(this.recipes, document) === 0) return;
    const key = document.uri.toString();
    this.checks.get(key)?.abort();
    const check = new AbortController();
    this.checks.set(key, check);
    const timer = setTimeout(() => {
      this.mark(document, check.signal).catch((error: unknown) => this.log.warn(stackOf(error)));
    }, afterMs);
    check.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  private async mark(document: vscode.TextDocument, signal: AbortSignal): Promise<void> {
    const { uri, version } = document;
    const answer = await this.engine.call(
      'checkRecipe',
      { text: document.getText(), path: uri.fsPath },
      signal,
    );
    if (answer === cancelled || signal.aborted || document.version !== version) return;
    this.found.set(uri, answer.problems.map(toDiagnostic));
  }

  private forget({ uri }: vscode.TextDocument): void {
    this.checks.get(uri.toString())?.abort();
    this.checks.delete(uri.toString());
    this.found.delete(uri);
  }
}

function toDiagnostic({ range, problem }: RecipeProblemView): vscode.Diagnostic {
  const { startLine, startColumn, endLine, endColumn } = range;
  const place = new vscode.Range(startLine, startColumn, endLine, endColumn);
  const diagnostic = new vscode.Diagnostic(place, problem, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'Counterweight';
  return diagnostic;
}
