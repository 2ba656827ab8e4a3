// The report of a run as a page for the browser, beside the report that the panel reads.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CounterweightError } from '../../shared/base/errors';
import type { Run } from './runRecord';

/**
 * The page's absolute path. Throws RUN_WITHOUT_REPORT where there is none: the run did not get to its end, is of a kind
 * that writes no page, or the page was removed.
 */
export function reportPage({ folder }: Run): string {
  const page = path.join(folder, 'report.html');
  if (!existsSync(page)) throw new CounterweightError('RUN_WITHOUT_REPORT', { folder });
  return page;
}
