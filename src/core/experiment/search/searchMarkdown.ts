// A search as text for people: what stands beside its report.json.
import { fillTemplate, noteTemplates } from '../../../shared/base/messages';
import { formatInteger, formatPercent, formatShortPercent, formatValue } from '../../../shared/base/numbers';
import {
  budgetText,
  costOf,
  costText,
  type BudgetMeasure,
  type Costs,
} from '../../../shared/base/searchBudget';
import type { SearchReportView, TrialView } from '../../../shared/contracts/searchViews';
import type { MeasureView } from '../../../shared/contracts/viewModels';
import { escaped, markdownTable } from '../markdownTable';

export function searchMarkdown(report: SearchReportView): string {
  const { search, winner, notes, data, seed, classes } = report;
  const { budget, trials, rungs } = search;
  const best = trials.find(({ trial }) => trial === winner.trial)!;
  const { train, validation, test } = winner.generalization;
  return [
    `# ${escaped(best.architecture)} under ${budgetText(budget)}`,
    `Searched on ${escaped(data)} on ${report.created.slice(0, 10)}, seed ${seed}, in ${report.architectures.map(escaped).join(', ')}: ${trials.length} networks, trained for ${rungs.join(', ')} epochs, the better half going on each time.`,
    '## Winner',
    `${winnerText(report, best)} ${usedText(report)}`,
    markdownTable({
      head: ['Samples', 'Loss', 'Accuracy'],
      rows: [
        measureRow('Train', train),
        measureRow('Validation', validation),
        ...(test ? [measureRow('Test', test)] : []),
      ],
    }),
    'The same network again:',
    ['```sh', ...commands(report, best), '```'].join('\n'),
    '## Trials',
    markdownTable({
      head: [
        'Trial',
        'Architecture',
        'Width',
        'Depth',
        'Input',
        'Parameters',
        'MACs',
        'Bytes',
        ...(budget.measure === 'latency' ? ['Latency'] : []),
        'Epochs',
        'Validation loss',
        'Validation accuracy',
        'Changed from',
      ],
      rows: trials.map((trial) => [
        `${trial.trial}${trial.trial === winner.trial ? ' (winner)' : ''}`,
        trial.architecture,
        String(trial.width),
        String(trial.depth),
        trial.input.join('x'),
        ...costCells(trial.costs, budget.measure),
        String(trial.epochs),
        trial.validation ? formatValue(trial.validation.loss) : 'diverged',
        accuracyText(trial.validation),
        trial.parent === undefined ? '' : String(trial.parent),
      ]),
    }),
    ...(notes.length > 0
      ? [
          '## Notes',
          notes
            .map(({ code, values }) => `- ${escaped(fillTemplate(noteTemplates[code], values))}`)
            .join('\n'),
        ]
      : []),
    `${classes} outputs; parameters, multiply-accumulates and bytes are those of the written file.`,
    '',
  ].join('\n\n');
}

/** Why it is the winner, like "Trial 3 (resnet-8, …) has the best validation accuracy, 95.2%, of the 4 trials …". */
function winnerText({ search: { trials }, winner }: SearchReportView, best: TrialView): string {
  const rivals = trials.filter(({ rung, validation }) => rung === best.rung && validation).length;
  const what =
    best.validation?.accuracy === undefined ? 'lowest validation loss' : 'highest validation accuracy';
  const value = accuracyText(best.validation) || formatValue(best.validation?.loss ?? Number.NaN);
  const network = `${escaped(best.architecture)}, width ${best.width}, depth ${best.depth}, input ${best.input.join('x')}`;
  const among = rivals === 1 ? 'the only one that was' : `the ${rivals} that were`;
  return `Trial ${best.trial} (${network}) has the ${what}, ${value}, of ${among} trained for ${best.epochs} epochs. Trained anew for ${winner.training.epochs}, it is model.onnx.`;
}

function usedText({ search: { budget }, winner: { costs } }: SearchReportView): string {
  const cost = costOf(budget, costs);
  return `It takes ${costText(budget.measure, cost)}, ${formatPercent(cost / budget.limit)} of the budget.`;
}

function commands({ winner, classes, seed, data }: SearchReportView, best: TrialView): readonly string[] {
  const { architecture, width, depth, input } = best;
  const shape = `--input ${input.join('x')} --classes ${classes}`;
  const size = `${width === 1 ? '' : ` --width ${width}`}${depth === 1 ? '' : ` --depth ${depth}`}`;
  return [
    `counterweight new ${architecture} ${shape}${size} --seed ${seed} -o new.onnx`,
    `counterweight train new.onnx --data ${quoted(data)} --epochs ${winner.training.epochs} --seed ${seed} -o model.onnx`,
  ];
}

/** One word of a shell's command. */
function quoted(text: string): string {
  return /^[\w./:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function costCells(costs: Costs, measure: BudgetMeasure): readonly string[] {
  return [
    formatInteger(costs.parameters),
    costText('macs', costs.macs),
    costText('bytes', costs.bytes),
    ...(measure === 'latency' ? [costText('latency', costs.latencyMs ?? Number.NaN)] : []),
  ];
}

function measureRow(name: string, measure: MeasureView): readonly string[] {
  return [`${name} (${formatInteger(measure.samples)})`, formatValue(measure.loss), accuracyText(measure)];
}

function accuracyText(measure: MeasureView | null): string {
  return measure?.accuracy === undefined ? '' : formatShortPercent(measure.accuracy, 2);
}
