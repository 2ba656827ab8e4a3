// Starts Compress… as a user does: right-click, then one answer after the other.
import { expect } from 'vitest';
import type { Workbench } from '../host/workbench';

/** Each answer is chosen by mouse once its question shows; `model` is a file in the Explorer. */
export async function startCompression(
  bench: Workbench,
  model: string,
  answers: readonly string[],
): Promise<void> {
  await bench.choose(bench.file(model), 'Compress…');
  for (const [index, answer] of answers.entries()) {
    await bench.quickTitle.getByText(`(${index + 1}/${answers.length})`).waitFor();
    expect(await bench.quickTitle.innerText()).toContain(`Compress ${model}`);
    await bench.pick(answer);
  }
}
