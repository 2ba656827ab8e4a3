// What a diagnosis is asked for: the folder of a run, its report, a recipe, or a model file.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CounterweightError } from '../../../shared/base/errors';
import type { CurvesView, StepsView } from '../../../shared/contracts/viewModels';
import type { ParsedStep } from '../../compression/step';
import { parseSteps } from '../../compression/steps';
import type { DataSource } from '../../data/openData';
import { trainSchema, type TrainOptions } from '../../training/trainOptions';
import { readRecipe } from '../recipe/recipe';

export interface Subject {
  /** The model file that is judged; of a run that has no result, and of a recipe, the one that it starts from. */
  readonly path: string;
  /** The model file whose architecture is trained on parts of the data. */
  readonly architecture: string;
  readonly data?: DataSource;
  /** Of the run; it decides what is held out for validation. */
  readonly seed?: number;
  /** Of the run's last training step. */
  readonly curves?: CurvesView;
  /** How it trained. */
  readonly options?: TrainOptions;
  /** Steps to do before anything is judged. */
  readonly steps?: readonly ParsedStep[];
  /** There is a file that the run has written, or the model stands for itself. */
  readonly hasResult: boolean;
}

/** Throws NOT_A_RUN, RUN_WITHOUT_REPORT, and what reading a recipe throws. */
export function openSubject(target: string): Subject {
  if (existsSync(target) && statSync(target).isDirectory()) return runIn(target);
  if (/\.json$/i.test(target)) return reportedRun(target);
  if (/\.ya?ml$/i.test(target)) return recipe(target);
  return { path: target, architecture: target, hasResult: true };
}

function runIn(folder: string): Subject {
  const report = path.join(folder, 'report.json');
  if (existsSync(report)) return reportedRun(report);
  const [record, curves] = ['run.json', 'curves.json'].map((name) => path.join(folder, name));
  // A run that diverged or was cut off has no report, but its curves tell enough.
  if (existsSync(record!) && existsSync(curves!)) return unfinishedRun(record!, curves!);
  throw new CounterweightError('RUN_WITHOUT_REPORT', { folder });
}

const stepsSchema = z.array(z.record(z.string(), z.record(z.string(), z.unknown())));

const curvesSchema = z.looseObject({
  step: z.number(),
  epochs: z.number(),
  history: z.array(
    z.looseObject({
      epoch: z.number(),
      trainLoss: z.number().nullable(),
      validationLoss: z.number().nullable(),
    }),
  ),
  loss: z.string(),
  samples: z.object({ train: z.number(), validation: z.number() }),
  parameters: z.number(),
  diagnosis: z.looseObject({
    evidence: z.array(
      z.looseObject({ note: z.looseObject({ code: z.string(), values: z.record(z.string(), z.unknown()) }) }),
    ),
  }),
});

const reportSchema = z.looseObject({
  steps: stepsSchema,
  original: z.looseObject({ path: z.string() }),
  compressed: z.looseObject({ path: z.string() }),
  data: z.string().optional(),
  seed: z.number().optional(),
  training: z.array(curvesSchema).optional(),
});

function reportedRun(file: string): Subject {
  const report = parsed(file, reportSchema);
  const curves = report.training?.at(-1) as CurvesView | undefined;
  return {
    path: report.compressed.path,
    architecture: report.original.path,
    hasResult: true,
    ...runOf(report, curves),
  };
}

const recordSchema = z.looseObject({
  kind: z.literal('compress'),
  model: z.string(),
  steps: stepsSchema,
  data: z.string().optional(),
  seed: z.number().optional(),
});

function unfinishedRun(recordFile: string, curvesFile: string): Subject {
  const record = parsed(recordFile, recordSchema);
  const curves = parsed(curvesFile, curvesSchema) as unknown as CurvesView;
  return { path: record.model, architecture: record.model, hasResult: false, ...runOf(record, curves) };
}

interface Described {
  readonly steps: StepsView;
  readonly data?: string | undefined;
  readonly seed?: number | undefined;
}

function runOf({ steps, data, seed = 1 }: Described, curves: CurvesView | undefined) {
  const options = curves && trainSchema.safeParse(steps[curves.step]?.['train']).data;
  return {
    seed,
    ...(data !== undefined && { data }),
    ...(curves && { curves }),
    ...(options && { options }),
  };
}

function recipe(file: string): Subject {
  const { model, data, seed, steps } = readRecipe(file);
  const parsedSteps = parseSteps(steps);
  const options = trainSchema.safeParse(steps.findLast((step) => 'train' in step)?.['train']).data;
  return {
    path: model,
    architecture: model,
    hasResult: true,
    seed,
    steps: parsedSteps,
    ...(data !== undefined && { data }),
    ...(options && { options }),
  };
}

function parsed<T>(file: string, schema: z.ZodType<T>): T {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw new CounterweightError('NOT_A_RUN', { path: file, problem }, { cause: error });
  }
  const result = schema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  const problem = place === '' ? 'it is something else' : `${place} is missing or something else`;
  throw new CounterweightError('NOT_A_RUN', { path: file, problem });
}
