// What an edit changes in a recipe, as it stands there: "train.weightDecay: 0.0001", "+ prune: { sparsity: 0.5 }".
import type { RecipeEdit } from '../../src/shared/contracts/viewModels';

export function editText({ set = {}, add = [] }: RecipeEdit): string {
  return [
    ...Object.entries(set).map(([path, value]) => `${path}: ${valueText(value)}`),
    ...add.flatMap((step) =>
      Object.entries(step).map(([name, options]) => `+ ${name}: ${valueText(options)}`),
    ),
  ].join(', ');
}

/** A value in the flow style of YAML. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${key}: ${valueText(inner)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
