// Starts Train / Fine-tune… as a user does.
import type { Workbench } from '../host/workbench';
import { answerQuestions, type GivenAnswer } from './answerQuestions';

export const trainCommand = 'Train / Fine-tune…';

/** Trains a file of the Explorer on the built-in glyphs. */
export function startTraining(
  bench: Workbench,
  model: string,
  answers: readonly GivenAnswer[],
): Promise<void> {
  const questions = { model, command: trainCommand, title: `Train ${model}` };
  return answerQuestions(bench, questions, ['Glyphs', ...answers, 'Beside the Original']);
}

/** Figures of one's own: a run that takes long enough to be held, left and taken up again. */
export function customTraining(epochs: number): readonly GivenAnswer[] {
  const figures = [String(epochs), '0.003', '64'].map((text) => ({ type: text }));
  return ['Custom…', ...figures, 'Adam', 'No Early Stopping'];
}
