// Makes a row of the table of steps: the one place where a step's schema and the type of its options meet.
import type { z } from 'zod';
import { CounterweightError } from '../../shared/base/errors';
import { mistypedFirst } from '../data/describeIssue';
import type { Model } from '../ir/graph';
import { optionProblem } from './optionProblem';
import type { Step, StepContext, StepResult, WeightShare } from './step';

interface StepDefinition<Schema extends z.ZodObject> {
  readonly id: string;
  readonly title: string;
  readonly phase: Step['phase'];
  /** Strict: an unknown key is an error. Every option has a description. */
  readonly schema: Schema;
  /** Whether it needs data, always or with some options; it does not where not given. */
  readonly needsData?: true | ((options: z.output<Schema>) => boolean);
  /** Roughly the time that it takes, in units of a step that changes weights once; 1 where not given. */
  readonly effort?: (options: z.output<Schema>) => number;
  readonly suffix: (options: z.output<Schema>) => string;
  readonly apply: (model: Model, options: z.output<Schema>, context: StepContext) => Promise<StepResult>;
  readonly estimate: (share: WeightShare, options: z.output<Schema>) => WeightShare;
  /** Bytes that it adds to the file beside those of weights; none where not given. */
  readonly estimateOthers?: (model: Model, options: z.output<Schema>) => number;
}

export function defineStep<Schema extends z.ZodObject>(definition: StepDefinition<Schema>): Step {
  const { id, title, phase, schema, needsData = false } = definition;
  const needsDataWith = typeof needsData === 'function' ? needsData : () => needsData;
  return {
    id,
    title,
    phase,
    schema,
    needsData: needsData === true,
    parse: (given) => {
      const result = schema.safeParse(given ?? {});
      const [issue] = mistypedFirst(result.error?.issues ?? []);
      if (issue) {
        throw new CounterweightError('STEP_INVALID', {
          step: id,
          problem: optionProblem(schema, issue, given),
        });
      }
      const options = result.data as z.output<Schema>;
      return {
        id,
        title,
        phase,
        needsData: needsDataWith(options),
        effort: definition.effort?.(options) ?? 1,
        options,
        suffix: definition.suffix(options),
        apply: (model, context) => definition.apply(model, options, context),
        estimate: (share) => definition.estimate(share, options),
        estimateOthers: (model) => definition.estimateOthers?.(model, options) ?? 0,
      };
    },
  };
}
