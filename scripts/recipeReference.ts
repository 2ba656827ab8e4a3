// The reference page of recipes, docs/recipes.md, made of the schema: every key with what it is for, what is allowed
// and its default.
import { format, resolveConfig } from 'prettier';
import { describeOptions } from '../src/core/compression/describeOptions';
import { steps } from '../src/core/compression/steps';
import { recipeJsonSchema } from '../src/core/experiment/recipe/recipeSchema';
import { allowedText, alternatives, type JsonSchema } from '../src/shared/base/jsonSchema';

export const referencePath = 'docs/recipes.md';

/** The page as the formatter leaves it. */
export async function recipeReference(): Promise<string> {
  const { properties = {} } = recipeJsonSchema();
  const dataKeys = alternatives(properties['data'] ?? {}).find((each) => each.properties !== undefined);
  const text = [
    introduction,
    '## Keys',
    keysTable(properties),
    '## Data',
    'A word names data as `--data` does: `glyphs[:key=value,…]`, a folder of IDX files or of images, or a `.npz`, `.csv` or `.yaml` file. [data.md](data.md) tells what each holds. A mapping has these keys:',
    keysTable(dataKeys?.properties ?? {}),
    '## Steps',
    'Each entry of `steps` names one step and its options. A step that needs no options may stand without any: `- quantize:`. [training.md](training.md), [pruning.md](pruning.md) and [compact.md](compact.md) tell what the steps do.',
    ...steps.flatMap(({ id, schema, needsData }) => [
      `### ${id}`,
      needsData ? 'Needs `data` with samples to train on.' : '',
      optionsTable(schema),
    ]),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(referencePath)), filepath: referencePath });
}

type Schemas = Readonly<Record<string, JsonSchema>>;

function keysTable(properties: Schemas): string {
  return table(
    ['Key', 'What it is for', 'Allowed', 'Default'],
    Object.entries(properties).map(([key, property]) => [
      `\`${key}\``,
      property.description ?? '',
      key === 'steps' ? 'a list of steps' : allowedText(property),
      shown(property.default),
    ]),
  );
}

function optionsTable(schema: Parameters<typeof describeOptions>[0]): string {
  return table(
    ['Option', 'What it is for', 'Allowed', 'Default'],
    describeOptions(schema).map(({ name, description, allowed, default: value }) => [
      `\`${name}\``,
      description,
      allowed,
      shown(value),
    ]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
}

function shown(value: unknown): string {
  return value === undefined || typeof value === 'object'
    ? '–'
    : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

const introduction = `# Recipes

<!-- Written by npm run reference from the schema; changes are made there. -->

A recipe says in a file what is done to a model: with which data, and in which steps. Files of the name \`*.counterweight.yaml\` are recipes.

\`\`\`yaml
model: lenet-300-100.onnx
data:
  train: { images: train-images-idx3-ubyte.gz, labels: train-labels-idx1-ubyte.gz }
  validation: 0.1
  test: { images: t10k-images-idx3-ubyte.gz, labels: t10k-labels-idx1-ubyte.gz }
seed: 1
steps:
  - prune: { sparsity: 0.9 }
  - train: { epochs: 5, learningRate: 1e-4 }
  - quantize:
\`\`\`

In VS Code, keys and values are completed and explained as they are typed, what is wrong is marked where it stands, and **▶ Run** over the recipe starts it as a run of the Experiments view. On the command line:

\`\`\`sh
node dist/cli.js compress --recipe lenet.counterweight.yaml -o out
node dist/cli.js compress other.onnx --recipe lenet.counterweight.yaml --set prune.sparsity=0.95 --set seed=2 -o out
\`\`\`

A model, \`--data\` and \`--seed\` on the command line override those of the recipe. \`--set path=value\` sets any other value: the path begins with a key of the recipe (\`data.validation=0.2\`, \`steps.1.train.epochs=3\`, counted from 0), or with the name of a step that the recipe has once (\`train.epochs=3\`). The value is written as in YAML.

Paths in a recipe are relative to it. A recipe can be named wherever data can; its data are meant. What is wrong with a recipe is told with line and column, and unknown keys are errors that name the nearest known one.

A run that was interrupted goes on where **Resume** is chosen, or with \`--resume\` and the same options: training from its last epoch, and every other step that took more than a few seconds from its result. [sizes.md](sizes.md) explains the sizes in the report.`;
