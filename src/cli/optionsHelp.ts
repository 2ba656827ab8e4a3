// The options of steps as lines of help, read from their schemas.
import { describeOptions } from '../core/compression/describeOptions';
import type { Step } from '../core/compression/step';

/** A line for each option of the steps: its path for --set, what it does, what is allowed and its default. */
export function optionsHelp(steps: readonly Step[]): string {
  const rows = steps.flatMap((step) =>
    describeOptions(step.schema).map((option) => ({
      path: `${step.id}.${option.name}`,
      help: `${option.description} (${option.allowed}${option.default === undefined ? '' : `; default ${option.default}`})`,
    })),
  );
  const width = Math.max(...rows.map((row) => row.path.length));
  return rows.map((row) => `  ${row.path.padEnd(width)}  ${row.help}`).join('\n');
}
