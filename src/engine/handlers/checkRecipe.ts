// What is wrong with a recipe that is being written, and what it says once it is right.
import { checkRecipe as check } from '../../core/experiment/recipe/recipe';
import type { EngineHandlers } from './engineHandlers';

export const checkRecipe: EngineHandlers['checkRecipe'] = ({ text, path }) => check(text, path);
