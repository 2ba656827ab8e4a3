// The report of a run on disk: report.json for programs, report.md and report.html for people; all or nothing.
import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { SearchReportView } from '../../shared/contracts/searchViews';
import type { SensitivityReportView } from '../../shared/contracts/sensitivityViews';
import type { TriageReportView } from '../../shared/contracts/triageViews';
import type { DiagnosisReportView, ReportView } from '../../shared/contracts/viewModels';
import { writeFilesAtomically } from '../formats/atomicFiles';
import { makeFolder } from '../formats/makeFolder';
import { reportHtml, type RunAgain } from './report/html/reportHtml';
import { reportMarkdown } from './reportMarkdown';

type AnyReport =
  ReportView | DiagnosisReportView | SearchReportView | SensitivityReportView | TriageReportView;

export interface ReportFolder {
  /** Takes the folder and those around it away again, as far as they were made for the report and are empty. */
  removeIfMade(): Promise<void>;
}

/** Makes the folder before any work is done, so that one that cannot be made stops the job at once. Throws OUTPUT_UNWRITABLE. */
export async function makeReportFolder(folder: string): Promise<ReportFolder> {
  const first = await makeFolder(folder);
  return {
    async removeIfMade() {
      if (first === undefined) return;
      for (let made = path.resolve(folder); made.length >= first.length; made = path.dirname(made)) {
        if (!(await isRemoved(made))) return;
      }
    },
  };
}

/** A report as text for people. */
export interface ReportTexts {
  readonly markdown: string;
  readonly html?: string;
}

/** Writes the report as JSON at `reportPath`, and as Markdown and HTML beside it: all or none, over nothing. */
export async function writeReport(
  report: ReportView,
  again: RunAgain,
  reportPath: string,
  jobId: string,
): Promise<void> {
  const texts = { markdown: reportMarkdown(report), html: reportHtml(report, again) };
  await writeReportTexts(report, texts, reportPath, jobId);
}

/** The same for any report whose only text is Markdown. */
export async function writeReportFiles(
  report: AnyReport,
  markdown: string,
  reportPath: string,
  jobId: string,
): Promise<void> {
  await writeReportTexts(report, { markdown }, reportPath, jobId);
}

/** The same for any report and its texts. */
export async function writeReportTexts(
  report: AnyReport,
  { markdown, html }: ReportTexts,
  reportPath: string,
  jobId: string,
): Promise<void> {
  const files = reportFiles(reportPath);
  const contents: [path: string, text: string][] = [
    [files.markdown, markdown],
    ...(html === undefined ? [] : ([[files.html, html]] as [string, string][])),
    [files.json, `${JSON.stringify(report, null, 2)}\n`],
  ];
  await writeFilesAtomically(
    contents.map(([file, text]) => ({ path: file, chunks: [new TextEncoder().encode(text)] })),
    { jobId },
  );
}

/** Throws OUTPUT_EXISTS where one is there: better before the work than after it. */
export function assertReportFree(reportPath: string): void {
  const taken = Object.values(reportFiles(reportPath)).find((file) => existsSync(file));
  if (taken !== undefined) throw new CounterweightError('OUTPUT_EXISTS', { path: taken });
}

interface ReportFiles {
  readonly json: string;
  readonly markdown: string;
  readonly html: string;
}

function reportFiles(reportPath: string): ReportFiles {
  const { dir, name } = path.parse(path.resolve(reportPath));
  const stem = path.join(dir, name);
  return { json: path.resolve(reportPath), markdown: `${stem}.md`, html: `${stem}.html` };
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
