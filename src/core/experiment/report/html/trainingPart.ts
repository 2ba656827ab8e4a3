// What a run trained, and how well what it made carries over to new samples.
import { fillTemplate, noteTemplates, type Note } from '../../../../shared/base/messages';
import { formatInteger, formatValue } from '../../../../shared/base/numbers';
import { journeyOf } from '../../../../shared/contracts/journey';
import type { DiagnosisView, ReportView, TrainingView } from '../../../../shared/contracts/viewModels';
import { curvesTable, generalizationTable } from '../../trainingMarkdown';
import { curveCharts } from './curvesPart';
import { textTable } from './htmlTable';
import { html, type Markup } from './markup';
import { section } from './page';

/** The curves of all steps, and what is to say of each. */
export function trainingPart({ training = [], steps }: ReportView): Markup | undefined {
  if (training.length === 0) return undefined;
  const journey = journeyOf(training, steps);
  return section(
    'Training',
    curveCharts(journey, training.at(-1)?.loss),
    training.map((step) => stepFacts(step, training.length > 1)),
  );
}

/** The table of losses and accuracies with the verdict on the result. */
export function generalizationPart({ generalization, training }: ReportView): Markup | undefined {
  if (!generalization) return undefined;
  const diagnosis = training?.at(-1)?.diagnosis;
  return section(
    'Generalization',
    diagnosis && diagnosisFacts(diagnosis),
    noteList(generalization.effect ?? []),
    textTable('Generalization', generalizationTable(generalization)),
  );
}

/** Verdict, evidence and advice. */
export function diagnosisFacts({ verdict, evidence, advice }: DiagnosisView): Markup {
  return html`<p>Verdict: <b class="verdict verdict-${verdict}">${verdict}</b></p>
    ${noteList(evidence.map(({ note }) => note))}
    ${
      advice.length > 0 &&
      html`<h3>What to try</h3>
        ${noteList(advice.map(({ note }) => note))}`
    }`;
}

/** Notes as sentences, each once; undefined where there are none. */
export function noteList(notes: readonly Note[]): Markup | undefined {
  const sentences = new Set(notes.map(({ code, values }) => fillTemplate(noteTemplates[code], values)));
  if (sentences.size === 0) return undefined;
  return html`<ul class="notes">
    ${[...sentences].map((sentence) => html`<li>${sentence}</li>`)}
  </ul>`;
}

function stepFacts(training: TrainingView, isNamed: boolean): Markup {
  const { step, history, bestEpoch, ended, frozen, samples, parameters, seconds } = training;
  const last = history.at(-1)?.epoch ?? 0;
  const end = ended === 'earlyStopping' ? 'ended by early stopping' : 'all that were asked for';
  return html`${isNamed && html`<h3>Step ${step + 1}</h3>`}
    <p>
      ${formatInteger(parameters)} parameters trained on ${formatInteger(samples.train)} samples and validated
      on ${formatInteger(samples.validation)}: ${last} epochs (${end}) in ${formatValue(seconds)} s, the best
      of them ${bestEpoch ?? 'none'}.
    </p>
    ${
      frozen.length > 0 &&
      html`<h3>Not trained</h3>
        <ul class="notes">
          ${frozen.map(({ layer, reason }) => html`<li>${layer}: ${reason}</li>`)}
        </ul>`
    }
    <details>
      <summary>Every epoch</summary>
      ${textTable('Epochs', curvesTable(training))}
    </details>`;
}
