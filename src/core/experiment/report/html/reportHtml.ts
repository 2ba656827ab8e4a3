// The report of a run as one HTML file: report.html, beside report.json and report.md.
import { formatValue } from '../../../../shared/base/numbers';
import type { ReportView } from '../../../../shared/contracts/viewModels';
import { outputsTable } from '../reportTables';
import { layersPart } from './layersPart';
import { html, type Markup } from './markup';
import { pageText, section } from './page';
import { textTable } from './htmlTable';
import { headline, sizesPart } from './sizesPart';
import { generalizationPart, noteList, trainingPart } from './trainingPart';

/** How a run is done again. */
export interface RunAgain {
  /** The recipe as the text of a file. */
  readonly recipe: string;
  /** A command line, to be given in the folder of the report; missing where the recipe is not kept. */
  readonly command?: string;
}

/** The report as the text of an HTML file that needs no other. */
export function reportHtml(report: ReportView, again: RunAgain): string {
  const { original, compressed, outputs, comparedOn, created, seconds, notes, data, seed } = report;
  const trainsOnly = report.steps.every((step) => 'train' in step);
  const [sizes, training] = [sizesPart(report), trainingPart(report)];
  return pageText({
    title: fileName(compressed.path),
    facts: [
      `Made from ${original.path} in ${formatValue(seconds)} s, ${created}`,
      ...(data === undefined ? [] : [`Data: ${data}${seed === undefined ? '' : `, seed ${seed}`}`]),
    ],
    sections: [
      headline(report),
      // Where nothing but training was done, sizes have not changed.
      ...(trainsOnly
        ? [training, generalizationPart(report), sizes]
        : [sizes, training, generalizationPart(report)]),
      layersPart(report.layers),
      outputs.length === 0
        ? undefined
        : section(
            'Outputs',
            html`<p>Compared on ${comparedOn}.</p>`,
            textTable('Outputs', outputsTable(outputs)),
          ),
      section('Notes', noteList(notes)),
      runAgainPart(again),
    ],
  });
}

function runAgainPart({ recipe, command }: RunAgain): Markup | undefined {
  return section(
    'The recipe',
    html`<pre>${recipe}</pre>`,
    command !== undefined &&
      html`<p>To do it again, in the folder of this report:</p>
        <pre>${command}</pre>`,
  );
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
