// The report of a run on disk: report.json for programs and report.md for people, whole or not at all.
import { existsSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type {
  DiagnosisReportView,
  ReportView,
  SearchReportView,
  SensitivityReportView,
} from '../../shared/contracts/viewModels';
import { writeFilesAtomically } from '../formats/atomicFiles';
import { reportMarkdown } from './reportMarkdown';

export interface ReportFolder {
  /** Takes the folder and those around it away again, as far as they were made for the report and are empty. */
  removeIfMade(): Promise<void>;
}

/** Makes the folder before any work is done, so that one that cannot be made stops the job at once. Throws OUTPUT_UNWRITABLE. */
export async function makeReportFolder(folder: string): Promise<ReportFolder> {
  let first: string | undefined;
  try {
    first = await mkdir(folder, { recursive: true });
  } catch (error) {
    throw new CounterweightError(
      'OUTPUT_UNWRITABLE',
      { path: folder, reason: reasonOf(error) },
      { cause: error },
    );
  }
  return {
    async removeIfMade() {
      if (first === undefined) return;
      for (let made = path.resolve(folder); made.length >= first.length; made = path.dirname(made)) {
        if (!(await isRemoved(made))) return;
      }
    },
  };
}

/** Writes the report as JSON at `reportPath` and as Markdown beside it: both or neither, over nothing. */
export async function writeReport(report: ReportView, reportPath: string, jobId: string): Promise<void> {
  await writeReportFiles(report, reportMarkdown(report), reportPath, jobId);
}

/** The same for any report and its text. */
export async function writeReportFiles(
  report: ReportView | DiagnosisReportView | SearchReportView | SensitivityReportView,
  markdown: string,
  reportPath: string,
  jobId: string,
): Promise<void> {
  const texts = [markdown, `${JSON.stringify(report, null, 2)}\n`];
  const chunks = texts.map((text) => [new TextEncoder().encode(text)]);
  const files = reportFiles(reportPath).map((file, index) => ({ path: file, chunks: chunks[index]! }));
  await writeFilesAtomically(files, { jobId });
}

/** Throws OUTPUT_EXISTS where one is there: better before the work than after it. */
export function assertReportFree(reportPath: string): void {
  const taken = reportFiles(reportPath).find((file) => existsSync(file));
  if (taken !== undefined) throw new CounterweightError('OUTPUT_EXISTS', { path: taken });
}

function reportFiles(reportPath: string): readonly [markdown: string, json: string] {
  const { dir, name } = path.parse(path.resolve(reportPath));
  return [path.join(dir, `${name}.md`), path.resolve(reportPath)];
}

/** A folder that somebody else has put something into stays. */
async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
