// What makes a quantized model worse, as text for people: what stands beside its report.json.
import path from 'node:path';
import { causeNames } from '../../../shared/base/causeNames';
import { fillTemplate, noteTemplates, type Note } from '../../../shared/base/messages';
import { formatInteger, formatPercent } from '../../../shared/base/numbers';
import type { CauseView, TriageReportView } from '../../../shared/contracts/triageViews';
import { escaped, markdownTable } from '../markdownTable';

export function triageMarkdown(report: TriageReportView): string {
  const { original, quantized, data, samples, before, after, causes, notes, created } = report;
  return [
    `# ${escaped(path.basename(quantized))}: why it is worse than ${escaped(path.basename(original))}`,
    `Measured on ${formatInteger(samples)} validation samples of ${escaped(data)} on ${created.slice(0, 10)}. What is gone is the part of the distance from the original's outputs that goes away without the cause.`,
    markdownTable({
      head: ['', 'Original', 'Quantized'],
      rows: [
        ['Accuracy', percent(before.accuracy), percent(after.accuracy)],
        ['KL divergence of the outputs', '', number(after.kl)],
        ['Mean squared change of the outputs', '', number(after.mse)],
      ],
    }),
    ...causes.map(causeText),
    ...(notes.length > 0 ? ['## Notes', notes.map((each) => `- ${sentence(each)}`).join('\n')] : []),
    '',
  ].join('\n\n');
}

function causeText({ kind, where, recovered, evidence, advice }: CauseView, index: number): string {
  const gone = recovered === null ? '' : ` (${formatPercent(recovered, 0)} is gone without it)`;
  return [
    `## ${index + 1}. ${causeNames[kind]}${gone}`,
    sentence(evidence),
    `**${sentence(advice)}**`,
    ...(where.length > 1 ? [`Where: ${where.map(escaped).join(', ')}`] : []),
  ].join('\n\n');
}

function sentence({ code, values }: Note): string {
  return escaped(fillTemplate(noteTemplates[code], values));
}

function percent(value: number | undefined): string {
  return value === undefined ? '' : formatPercent(value, 2);
}

function number(value: number | null): string {
  return value === null ? '' : value.toPrecision(3);
}
