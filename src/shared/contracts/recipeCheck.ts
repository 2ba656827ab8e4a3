// What the engine says of the text of a recipe.
import type { TextRange } from '../base/textRange';
import type { StepsView } from './viewModels';

/** What is wrong with a recipe, and where; `problem` is a clause. */
export interface RecipeProblemView {
  readonly range: TextRange;
  readonly problem: string;
}

/** The answer of `checkRecipe`. */
export interface RecipeCheckView {
  readonly problems: readonly RecipeProblemView[];
  /** What the recipe says, where nothing is wrong with it; paths are absolute. */
  readonly recipe?: {
    readonly model: string;
    /** As the command line's --data. */
    readonly data?: string;
    readonly seed: number;
    /** With their defaults filled in. */
    readonly steps: StepsView;
  };
}
