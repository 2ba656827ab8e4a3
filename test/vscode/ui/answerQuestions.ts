// Starts a command on a model as a user does: right-click, then one answer after the other.
import { expect } from 'vitest';
import type { Workbench } from '../host/workbench';

/** A row to choose by mouse, or a text to type. */
export type GivenAnswer = string | { readonly type: string };

export interface Questions {
  /** A file in the Explorer. */
  readonly model: string;
  /** The entry of its context menu. */
  readonly command: string;
  /** What the title of every question begins with. */
  readonly title: string;
}

/** Each answer is given once its question shows. */
export async function answerQuestions(
  bench: Workbench,
  { model, command, title }: Questions,
  answers: readonly GivenAnswer[],
): Promise<void> {
  await bench.choose(bench.file(model), command);
  for (const [index, answer] of answers.entries()) {
    await bench.quickTitle.getByText(`(${index + 1}/`).waitFor();
    expect(await bench.quickTitle.innerText()).toContain(title);
    if (typeof answer === 'string') await bench.pick(answer);
    else {
      await bench.quickInput.fill(answer.type);
      await bench.quickInput.press('Enter');
    }
  }
}
