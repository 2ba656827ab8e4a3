// One run of the command line, from its arguments to its exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled.
import { Command, CommanderError } from 'commander';
import { CounterweightError, isAbort, toCounterweightError } from '../shared/base/errors';
import type { ErrorCode } from '../shared/base/messages';
import { stackOf } from '../shared/contracts/wireError';
import { addCompareCommand } from './commands/compare';
import { addCompressCommand } from './commands/compress';
import { addDiagnoseCommand } from './commands/diagnose';
import { addEvaluateCommand } from './commands/evaluate';
import { addInspectCommand } from './commands/inspect';
import { addNewCommand } from './commands/new';
import { addSensitivityCommand } from './commands/sensitivity';
import { addTriageCommand } from './commands/triage';
import { addSearchCommand } from './commands/search';
import { addTrainCommand } from './commands/train';
import { interruption } from './interruption';

/** What a command gets besides its arguments. */
export interface CommandContext {
  /** Aborted by Ctrl+C. */
  readonly signal: AbortSignal;
  /** Names what the command does in files that it does not finish; see `partialName`. */
  readonly jobId: string;
  /** The folders that hold files of the job, for a second Ctrl+C that does not wait. */
  readonly writesTo: (folder: string) => void;
  /** Called before a cancel ends the command: it has left a folder from which `--resume` goes on. */
  readonly keeps: (folder: string) => void;
}

/** The result of a command: a document for scripts, and the same as text for people. */
export interface CommandOutput {
  readonly json: unknown;
  readonly text: (columns: number) => string;
}

export async function runCommandLine(args: readonly string[]): Promise<number> {
  // Asked before the arguments are parsed, because wrong arguments are answered in the same form.
  const json = args.includes('--json');
  const verbose = args.includes('--verbose');
  // A reader that went away, like `head`, ends the program without a complaint.
  process.stdout.on('error', () => process.exit(0));
  const interrupted = interruption();
  try {
    await program(interrupted, json).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (interrupted.signal.aborted && isAbort(error)) return printCancelled(json, interrupted.kept());
    return printFailure(error instanceof CommanderError ? usageError(error) : error, { json, verbose });
  } finally {
    interrupted.dispose();
  }
}

function program(context: CommandContext, json: boolean): Command {
  const command = new Command('counterweight')
    .description('Looks into neural networks, makes them smaller, and measures what that costs.')
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .addHelpText('after', exitCodes);
  const run = async (work: (context: CommandContext) => Promise<CommandOutput>): Promise<void> => {
    const output = await work(context);
    const columns = process.stdout.isTTY ? process.stdout.columns : Infinity;
    process.stdout.write(
      json ? `${JSON.stringify(output.json, null, 2)}\n` : printable(output.text(columns)),
    );
  };
  addInspectCommand(command, run);
  addNewCommand(command, run);
  addSearchCommand(command, run);
  addTrainCommand(command, run);
  addEvaluateCommand(command, run);
  addDiagnoseCommand(command, run);
  addSensitivityCommand(command, run);
  addTriageCommand(command, run);
  addCompressCommand(command, run);
  addCompareCommand(command, run);
  for (const each of command.commands) {
    each
      .option('--json', 'print one JSON document on stdout and nothing else')
      .option('--verbose', 'print stack traces of errors');
  }
  return command;
}

export type RunCommand = (work: (context: CommandContext) => Promise<CommandOutput>) => Promise<void>;

const exitCodes = `
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 cancelled.`;

function usageError(error: CommanderError): CounterweightError {
  if (error.code === 'commander.help') {
    return new CounterweightError('USAGE', { problem: 'No command was given. Try counterweight --help.' });
  }
  const problem = oneLine(error.message.replace(/^error: |\.$/g, ''));
  return new CounterweightError('USAGE', { problem: `${problem}. Try counterweight --help.` });
}

/** Codes of what only other arguments can mend. */
const wrongUsage: ReadonlySet<ErrorCode> = new Set([
  'USAGE',
  'STEP_INVALID',
  'ARCHITECTURE_INVALID',
  'BUDGET_INVALID',
]);

function printFailure(thrown: unknown, options: { json: boolean; verbose: boolean }): number {
  const error = toCounterweightError(thrown);
  const message = oneLine(error.message);
  process.stderr.write(`error: ${error.code}: ${message}\n`);
  if (options.verbose) process.stderr.write(`${stackOf(error)}\n`);
  const path = (error.values as Readonly<Record<string, string | number>>)['path'];
  if (options.json) printJsonError(error.code, message, path);
  return wrongUsage.has(error.code) ? 2 : 1;
}

function printCancelled(json: boolean, kept: string | undefined): number {
  const message =
    kept === undefined
      ? 'Cancelled; nothing was written.'
      : `Cancelled. The checkpoint is in ${kept}; the same command with --resume goes on from it.`;
  process.stderr.write(`${message}\n`);
  if (json) printJsonError('CANCELLED', message);
  return 130;
}

function printJsonError(code: string, message: string, path?: string | number): void {
  const error = { code, message, ...(path !== undefined && { path }) };
  process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, ' ').trim());
}

/** Names come from files; what would steer the terminal is not passed on. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd');
}
