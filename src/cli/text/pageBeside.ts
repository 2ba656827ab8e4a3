// Where the page of a report is, for whoever is told of the report.

/** `m.report.html` beside `m.report.json`. */
export function pageBeside(reportPath: string): string {
  return reportPath.replace(/\.json$/, '.html');
}
