// The options of quantization, as a recipe writes them: the one source of their ranges, defaults and descriptions.
import { z } from 'zod';
import { activationSchema } from './activations/activationOptions';
import { gridTrainingSchema } from './fineTuning/gridTrainingOptions';

const bits = z.number().int().min(2).max(8);
const scheme = z.enum(['symmetric', 'asymmetric', 'float16', 'bfloat16']);
const granularity = z.enum(['tensor', 'channel', 'group']);
const groupSize = z.number().int().min(2).max(65_536);
const observer = z.enum(['min-max', 'mse']);

/** What a layer can have of its own. */
const layerSchema = z.strictObject({
  bits: bits.optional().describe('Bits of a stored weight of the layer.'),
  scheme: scheme.optional().describe('Its scheme.'),
  granularity: granularity.optional().describe('Which of its weights share a scale.'),
  groupSize: groupSize.optional().describe('Inputs in a group.'),
  observer: observer.optional().describe('What the range of its grids follows from.'),
});

const budgetSchema = z.strictObject({
  averageBits: z.number().min(2).max(8).optional().describe('Mean bits of a weight, at most.'),
  ratio: z
    .number()
    .positive()
    .lt(1)
    .optional()
    .describe('Size of the written file as a fraction of that of the given one, at most.'),
  accuracyDrop: z
    .number()
    .min(0)
    .lt(1)
    .optional()
    .describe('What the accuracy on validation samples may fall, as a fraction: 0.01 is one point.'),
  bits: z
    .array(bits)
    .min(2)
    .optional()
    .describe('The numbers of bits that a layer can get; 2 to 8 where not given.'),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('Training samples, and validation samples, that are measured on; 500 where not given.'),
});

export const quantizeSchema = z
  .strictObject({
    bits: bits.default(8).describe('Bits of a stored weight.'),
    scheme: scheme
      .default('symmetric')
      .describe(
        'Whether the grid is centred on zero, or follows the smallest and the largest weight; or a float type of 16 bits, which needs no scales.',
      ),
    granularity: granularity
      .default('channel')
      .describe(
        'Whether each output channel has a scale of its own, the whole tensor has one, or groups of inputs of each output have.',
      ),
    groupSize: groupSize
      .optional()
      .describe('Neighbouring inputs of an output that share a scale; 32 where not given.'),
    observer: observer
      .default('min-max')
      .describe(
        'What the range of a grid follows from: min-max: the smallest and the largest weight; mse: the range with the smallest mean squared error, which cuts off what is rare.',
      ),
    rounding: z
      .enum(['nearest', 'adaround', 'gptq'])
      .default('nearest')
      .describe(
        'How weights come onto their grid. nearest: each to the nearest value; adaround: up or down, as a short training of each layer finds it best for its outputs; gptq: those of a layer that are still to be rounded make up for the errors of those that are.',
      ),
    samples: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Training samples that better rounding looks at; 1000 where not given.'),
    activations: activationSchema
      .optional()
      .describe(
        'Grids for what comes into layers and out of them, so that runtimes compute with integers; only weights are quantized where not given.',
      ),
    reduceRange: z
      .enum(['auto', 'on', 'off'])
      .default('auto')
      .describe(
        'Whether weights of 8 bits have 7 where activations are on grids: auto: on CPUs that add their products in 16 bits, where those of 8 bits do not fit.',
      ),
    fineTune: gridTrainingSchema
      .optional()
      .describe(
        'Training with weights and activations on their grids, which are trained too; none where not given.',
      ),
    exclude: z.array(z.string().min(1)).optional().describe('Names of layers that keep their type.'),
    perLayer: z
      .record(z.string(), layerSchema)
      .optional()
      .describe('By the names of layers, options of their own in place of those of the step.'),
    budget: budgetSchema
      .optional()
      .describe(
        'In place of bits: each layer gets as many as it needs. Every layer is measured alone at each number of bits on training samples, and those that it harms least give up bits first.',
      ),
  })
  .superRefine((options, context) => {
    const problem = contradiction(options);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

export type QuantizeOptions = z.output<typeof quantizeSchema>;

export const defaultSamples = 1000;

/** The options that decide the grid of a weight. */
export type WeightOptions = Pick<QuantizeOptions, 'bits' | 'scheme' | 'granularity' | 'observer'> & {
  readonly groupSize: number;
  /** Whether a weight is quantized that takes more bytes so: integer kernels want all that they multiply. */
  readonly whateverSize?: boolean;
};

/** Inputs in a group where the options name no other number. */
const defaultGroupSize = 32;

/** The options of a layer's weights: its own, and else those of the step. Undefined where it keeps its type. */
export function weightOptionsOf(options: QuantizeOptions, layer: string): WeightOptions | undefined {
  const { exclude, perLayer } = options;
  if (exclude?.includes(layer)) return undefined;
  const own = perLayer && Object.hasOwn(perLayer, layer) ? perLayer[layer] : undefined;
  return {
    bits: own?.bits ?? options.bits,
    scheme: own?.scheme ?? options.scheme,
    granularity: own?.granularity ?? options.granularity,
    groupSize: own?.groupSize ?? options.groupSize ?? defaultGroupSize,
    ...(options.activations && { whateverSize: true }),
    observer: own?.observer ?? options.observer,
  };
}

/** What of options that are each right does not go together, in words. */
function contradiction(options: QuantizeOptions): string | undefined {
  return rules.find(({ broken }) => broken(options))?.problem;
}

/** Schemes whose grids are evenly spaced. */
const roundable: readonly QuantizeOptions['scheme'][] = ['symmetric', 'asymmetric'];

const rules: readonly { readonly broken: (given: QuantizeOptions) => boolean; readonly problem: string }[] = [
  {
    broken: ({ budget }) =>
      budget !== undefined &&
      [budget.averageBits, budget.ratio, budget.accuracyDrop].filter((each) => each !== undefined).length !==
        1,
    problem: 'a budget is one of averageBits, ratio and accuracyDrop; give exactly one of them',
  },
  {
    broken: ({ activations }) =>
      activations?.percentile !== undefined && activations.observer !== 'percentile',
    problem: 'option activations.percentile is for the observer percentile',
  },
  {
    broken: ({ activations, reduceRange }) => activations === undefined && reduceRange === 'on',
    problem: 'option reduceRange is for products with activations on grids; give activations',
  },
  {
    broken: ({ activations, scheme: kind }) =>
      activations !== undefined && (kind === 'float16' || kind === 'bfloat16'),
    problem:
      'activations on grids are multiplied with weights that are integers; set scheme to symmetric or asymmetric, or leave out activations',
  },
  {
    broken: ({ rounding, samples }) => rounding === 'nearest' && samples !== undefined,
    problem: 'option samples is for better rounding, as of adaround and gptq; rounding to nearest needs none',
  },
  {
    broken: ({ rounding, scheme: kind }) => rounding !== 'nearest' && !roundable.includes(kind),
    problem:
      'better rounding is for grids of evenly spaced values; set scheme to symmetric or asymmetric, or leave out rounding',
  },
  {
    broken: ({ fineTune, scheme: kind }) => fineTune !== undefined && !roundable.includes(kind),
    problem:
      'fineTune trains on grids of evenly spaced values; set scheme to symmetric or asymmetric, or leave out fineTune',
  },
  {
    broken: ({ granularity: sharing, groupSize: size, perLayer = {} }) =>
      size !== undefined &&
      ![sharing, ...Object.values(perLayer).map((layer) => layer.granularity)].includes('group'),
    problem: 'option groupSize is for groups; set granularity to group',
  },
  {
    broken: ({ budget, scheme: kind }) => budget !== undefined && (kind === 'float16' || kind === 'bfloat16'),
    problem:
      'a budget chooses among 2 to 8 bits, which float16 and bfloat16 do not have; leave one of them out',
  },
  {
    broken: ({ exclude = [], perLayer = {} }) => exclude.some((layer) => Object.hasOwn(perLayer, layer)),
    problem: 'a layer has options of its own in perLayer and is in exclude; leave it out of one of them',
  },
];
