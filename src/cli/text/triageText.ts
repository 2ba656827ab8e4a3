// What `triage` prints for people: what was lost, and the causes with what to do about each.
import { causeNames } from '../../shared/base/causeNames';
import { fillTemplate, noteTemplates, type Note } from '../../shared/base/messages';
import { formatInteger, formatPercent } from '../../shared/base/numbers';
import type { CauseView, TriageReportView } from '../../shared/contracts/triageViews';
import { noteLines } from './notes';

export function triageText(report: TriageReportView): string {
  const { original, quantized, data, seconds, samples, causes, notes } = report;
  const sections = [
    [
      `Measured ${quantized} beside ${original} on ${formatInteger(samples)} validation samples of ${data}, in ${seconds.toFixed(1)} s`,
      lossLine(report),
    ],
    ...causes.map(causeLines),
    noteLines(notes),
  ];
  const text = sections.filter((section) => section.length > 0).map((section) => section.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function lossLine({ before, after }: TriageReportView): string {
  const accuracy =
    before.accuracy === undefined || after.accuracy === undefined
      ? []
      : [`accuracy ${formatPercent(before.accuracy, 2)} → ${formatPercent(after.accuracy, 2)}`];
  const kl = after.kl === null ? [] : [`KL divergence of the outputs ${after.kl.toPrecision(3)}`];
  const mse = after.mse === null ? [] : [`mean squared change ${after.mse.toPrecision(3)}`];
  return [...accuracy, ...kl, ...mse].join(', ');
}

function causeLines(
  { kind, where, recovered, evidence, advice }: CauseView,
  index: number,
): readonly string[] {
  const gone = recovered === null ? '' : `: ${formatPercent(recovered, 0)} is gone without it`;
  return [
    `${index + 1}. ${causeNames[kind]}${gone}`,
    `   ${sentence(evidence)}`,
    ...(where.length > 1 ? [`   Where: ${where.join(', ')}`] : []),
    `   → ${sentence(advice)}`,
  ];
}

function sentence({ code, values }: Note): string {
  return fillTemplate(noteTemplates[code], values);
}
