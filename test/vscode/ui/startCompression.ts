// Starts Compress… as a user does.
import type { Workbench } from '../host/workbench';
import { answerQuestions } from './answerQuestions';

/** Each answer is chosen by mouse once its question shows; `model` is a file in the Explorer. */
export function startCompression(bench: Workbench, model: string, answers: readonly string[]): Promise<void> {
  return answerQuestions(bench, { model, command: 'Compress…', title: `Compress ${model}` }, answers);
}
