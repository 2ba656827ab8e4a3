// The options of pruning, as a recipe writes them: the one source of their ranges, defaults and descriptions.
import { z } from 'zod';
import { fineTuneSchema } from '../../training/fineTuneOptions';
import { criteria } from './criteria/criteria';

const count = (most: number) => z.number().int().min(1).max(most);

export const pruneSchema = z
  .strictObject({
    sparsity: z
      .number()
      .min(0)
      .lt(1)
      .optional()
      .describe(
        'Fraction of the weights that are zero afterwards; weights that are zero already count. With granularity channel or head, fraction of the removable channels or heads that go.',
      ),
    threshold: z
      .number()
      .positive()
      .optional()
      .describe('In place of a sparsity: every weight of smaller magnitude becomes zero.'),
    criterion: z
      .enum(criteria.map(({ id }) => id))
      .default('magnitude')
      .describe(
        `What tells which weights matter least. ${criteria.map(({ id, description }) => `${id}: ${description}`).join('; ')}.`,
      ),
    granularity: z
      .enum(['element', 'n:m', 'block', 'channel', 'head'])
      .default('element')
      .describe(
        'What is removed together: single weights, all but n of every m inputs, whole blocks, channels, or heads of attention. Channels and heads are not set to zero but taken out of the network.',
      ),
    pattern: z
      .strictObject({
        keep: count(64).default(2).describe('Weights that stay in every group (granularity n:m only).'),
        of: count(64).default(4).describe('Consecutive inputs of a group (granularity n:m only).'),
      })
      .optional()
      .describe('Of the granularity n:m; 2 of 4 where not given.'),
    block: z
      .strictObject({
        rows: count(4096).default(4).describe('Outputs of a block (granularity block only).'),
        columns: count(4096).default(1).describe('Inputs of a block (granularity block only).'),
      })
      .optional()
      .describe('Of the granularity block; 4 outputs by 1 input where not given.'),
    multiple: count(1024)
      .optional()
      .describe(
        'Where channels go, as many stay as are a multiple of this (granularity channel only): runtimes compute channels in blocks of 8 or 16, and are no faster for a number in between.',
      ),
    scope: z
      .enum(['global', 'layer', 'output', 'sensitivity'])
      .default('global')
      .describe(
        'Whether the weights of the whole model compete with each other, those of each layer or of each output by themselves, or layers give up weights by the harm that is measured of each.',
      ),
    exclude: z
      .array(z.string().min(1))
      .optional()
      .describe(
        'Names of layers that keep all of their weights, or with granularity channel or head all of the channels or heads that they make. The sparsity is that of the others.',
      ),
    perLayer: z
      .record(
        z.string(),
        z.strictObject({
          sparsity: z.number().min(0).lt(1).describe('Fraction of the weights of the layer that are zero.'),
        }),
      )
      .optional()
      .describe(
        'By the names of layers, a sparsity of their own in place of that of the step, which is that of the others.',
      ),
    reconstruct: z
      .enum(['none', 'bias', 'sparsegpt'])
      .default('none')
      .describe(
        'Whether what stays makes up for the weights that go: bias gives the outputs of each layer the mean on training samples that they had; sparsegpt fits the other weights of each layer to its outputs, and of single weights chooses anew which ones of the layer go.',
      ),
    samples: count(1_000_000)
      .optional()
      .describe('Training samples that scores, harm and layer inputs are measured on; 1000 where not given.'),
    schedule: z
      .enum(['one-shot', 'iterative', 'cubic'])
      .default('one-shot')
      .describe(
        'How the sparsity is reached: at once, by the same fraction of what is left in each round, or by ever smaller steps.',
      ),
    rounds: count(1000)
      .optional()
      .describe('Rounds of pruning and fine-tuning of the schedules iterative and cubic; 5 where not given.'),
    fineTune: fineTuneSchema
      .optional()
      .describe('Training after each round, in which zeros stay zero; none where not given.'),
    regrow: z
      .strictObject({
        every: count(100_000)
          .default(10)
          .describe(
            'Steps of the optimizer between two choices of the weights that are zero, at first; they become ever more seldom.',
          ),
        until: z
          .number()
          .positive()
          .lt(1)
          .default(0.75)
          .describe('Part of the training after which the weights that are zero stay so.'),
      })
      .optional()
      .describe(
        'Weights that are zero go on learning and come back when they have grown; all of it is one training, in which the sparsity rises with the schedule.',
      ),
    rewind: z
      .boolean()
      .optional()
      .describe(
        'Weights go back to what they were before the step after each round, and only the zeros stay; training comes before the first round too.',
      ),
  })
  .superRefine((options, context) => {
    const problem = contradiction(options);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

export type PruneOptions = z.output<typeof pruneSchema>;

export const defaultPattern = { keep: 2, of: 4 };
export const defaultBlock = { rows: 4, columns: 1 };
export const defaultRounds = 5;
export const defaultSamples = 1000;

/** Whether something is taken out of the network, so that nothing has to stay zero. */
export function takesOut(granularity: string): granularity is 'channel' | 'head' {
  return granularity === 'channel' || granularity === 'head';
}

interface Given {
  readonly sparsity?: number | undefined;
  readonly threshold?: number | undefined;
  readonly criterion: string;
  readonly granularity: string;
  readonly pattern?: { readonly keep: number; readonly of: number } | undefined;
  readonly block?: unknown;
  readonly multiple?: number | undefined;
  readonly scope: string;
  readonly exclude?: readonly string[] | undefined;
  readonly perLayer?: Readonly<Record<string, unknown>> | undefined;
  readonly schedule: string;
  readonly rounds?: number | undefined;
  readonly fineTune?: unknown;
  readonly rewind?: boolean | undefined;
  readonly regrow?: unknown;
  readonly reconstruct: string;
}

/** What of options that are each right does not go together, in words. */
function contradiction(options: Given): string | undefined {
  return rules.find(({ broken }) => broken(options))?.problem;
}

const rules: readonly { readonly broken: (given: Given) => boolean; readonly problem: string }[] = [
  {
    broken: ({ sparsity, threshold }) => sparsity !== undefined && threshold !== undefined,
    problem: 'sparsity and threshold exclude each other; give one of them',
  },
  {
    broken: ({ granularity, sparsity, threshold }) =>
      granularity === 'n:m' && (sparsity !== undefined || threshold !== undefined),
    problem: 'with granularity n:m the pattern is the sparsity; leave out sparsity and threshold',
  },
  {
    broken: ({ granularity, sparsity, threshold }) =>
      granularity !== 'n:m' && sparsity === undefined && threshold === undefined,
    problem: 'option sparsity is missing; it must be a number from 0 to below 1',
  },
  {
    broken: ({ pattern }) => pattern !== undefined && pattern.keep >= pattern.of,
    problem: 'option pattern.keep must be smaller than pattern.of, or nothing would be pruned',
  },
  {
    broken: ({ granularity, pattern }) => granularity !== 'n:m' && pattern !== undefined,
    problem: 'option pattern is for granularity n:m',
  },
  {
    broken: ({ granularity, block }) => granularity !== 'block' && block !== undefined,
    problem: 'option block is for granularity block',
  },
  {
    broken: ({ granularity, multiple }) => granularity !== 'channel' && multiple !== undefined,
    problem: 'option multiple is for granularity channel',
  },
  {
    broken: ({ granularity, schedule, fineTune, rewind, regrow }) =>
      takesOut(granularity) &&
      (schedule !== 'one-shot' || fineTune !== undefined || rewind === true || regrow !== undefined),
    problem:
      'with granularity channel or head there are no zeros to keep while training; leave out schedule, fineTune, rewind and regrow, and add a step train after this one',
  },
  {
    broken: ({ granularity, scope, reconstruct }) =>
      takesOut(granularity) && (scope === 'sensitivity' || reconstruct !== 'none'),
    problem:
      'with granularity channel or head the scope is global or layer, and nothing is reconstructed; leave out scope sensitivity and reconstruct',
  },
  {
    broken: ({ granularity, scope }) =>
      scope === 'output' && (granularity === 'block' || takesOut(granularity)),
    problem: 'with scope output single weights compete; leave out granularity',
  },
  {
    broken: ({ granularity, scope, perLayer }) =>
      granularity === 'n:m' && (scope !== 'global' || perLayer !== undefined),
    problem: 'with granularity n:m every group gives up as many weights; leave out scope and perLayer',
  },
  {
    broken: ({ granularity, schedule }) => granularity === 'n:m' && schedule !== 'one-shot',
    problem: 'with granularity n:m the pattern is reached at once; leave out schedule and rounds',
  },
  {
    broken: ({ threshold, criterion, granularity, scope, perLayer }) =>
      threshold !== undefined &&
      (criterion !== 'magnitude' ||
        granularity !== 'element' ||
        scope !== 'global' ||
        perLayer !== undefined),
    problem:
      'threshold compares the magnitudes of single weights; leave out criterion, granularity, scope and perLayer',
  },
  {
    broken: ({ perLayer, sparsity, granularity }) =>
      perLayer !== undefined && (sparsity === undefined || takesOut(granularity)),
    problem:
      'perLayer is for layers that lose another part of their weights than the sparsity; give a sparsity, and no granularity channel or head',
  },
  {
    broken: ({ exclude = [], perLayer = {} }) => exclude.some((layer) => Object.hasOwn(perLayer, layer)),
    problem: 'a layer has a sparsity of its own in perLayer and is in exclude; leave it out of one of them',
  },
  {
    broken: ({ schedule, sparsity }) => schedule !== 'one-shot' && sparsity === undefined,
    problem: 'the schedules iterative and cubic raise a sparsity; give one',
  },
  {
    broken: ({ schedule, rounds }) => schedule === 'one-shot' && rounds !== undefined,
    problem: 'option rounds is for the schedules iterative and cubic',
  },
  {
    broken: ({ regrow, fineTune }) => regrow !== undefined && fineTune === undefined,
    problem: 'with regrow weights come back while they are trained; give fineTune.epochs',
  },
  {
    broken: ({ regrow, rounds }) => regrow !== undefined && rounds !== undefined,
    problem: 'with regrow all of it is one training of fineTune.epochs; leave out rounds',
  },
  {
    broken: ({ regrow, threshold, criterion, scope }) =>
      regrow !== undefined &&
      (threshold !== undefined || criterion !== 'magnitude' || scope === 'sensitivity'),
    problem:
      'regrow compares the magnitudes that weights have at the moment; leave out threshold, criterion and scope sensitivity',
  },
  {
    broken: ({ regrow, rewind, reconstruct }) =>
      regrow !== undefined && (rewind === true || reconstruct !== 'none'),
    problem: 'regrow chooses again and again which weights are zero; leave out rewind and reconstruct',
  },
  {
    broken: ({ schedule, fineTune }) => schedule !== 'one-shot' && fineTune === undefined,
    problem: 'the schedules iterative and cubic train between rounds; give fineTune.epochs',
  },
  {
    broken: ({ rewind, fineTune }) => rewind === true && fineTune === undefined,
    problem: 'rewind trains again from the first weights; give fineTune.epochs',
  },
  {
    broken: ({ rewind, reconstruct }) => rewind === true && reconstruct !== 'none',
    problem: 'rewind takes back what reconstruct changes; leave out one of them',
  },
];
