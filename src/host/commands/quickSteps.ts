// One step of several in a QuickPick or an InputBox: with its number, a way back, and details that come while the
// user is already choosing.
import * as vscode from 'vscode';

export const back = Symbol('back');
/** What a step ends with: undefined where the user left. */
export type StepResult<T> = T | typeof back | undefined;

export interface StepFrame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
}

export interface StepItem<T> extends vscode.QuickPickItem {
  readonly value: T;
}

/** A question of a flow: what it adds to the answers so far. */
export type Question<A> = (frame: StepFrame, answers: A) => Promise<StepResult<Partial<A>>>;

/**
 * Asks one question after the other, as far as the answers so far decide which; the user can go back. Undefined where
 * the user left.
 */
export async function askInSteps<A extends object>(
  title: string,
  start: A,
  questions: (answers: A) => readonly Question<A>[],
): Promise<A | undefined> {
  let answers = start;
  let index = 0;
  for (;;) {
    const asked = questions(answers);
    const question = asked[index];
    if (question === undefined) return answers;
    const answer = await question({ title, step: index + 1, totalSteps: asked.length }, answers);
    if (answer === undefined) return undefined;
    if (answer === back) index--;
    else {
      answers = { ...answers, ...answer };
      index++;
    }
  }
}

/** Lets the user choose. `fill` may give items their details later, while the signal is not aborted. */
export async function chooseStep<T>(
  frame: StepFrame,
  placeholder: string,
  items: readonly StepItem<T>[],
  active: (value: T) => boolean,
  fill: (item: StepItem<T>, signal: AbortSignal) => Promise<Partial<vscode.QuickPickItem>> = async () => ({}),
): Promise<StepResult<T>> {
  const pick = vscode.window.createQuickPick<StepItem<T>>();
  Object.assign(pick, {
    ...frame,
    placeholder,
    ignoreFocusOut: true,
    keepScrollPosition: true,
    matchOnDescription: true,
  });
  pick.items = items;
  const first = items.find((item) => active(item.value));
  if (first !== undefined) pick.activeItems = [first];
  const filling = new AbortController();
  for (const item of items) {
    void fill(item, filling.signal).then((details) => {
      if (!filling.signal.aborted) replaceItem(pick, item.value, details);
    });
  }
  return ask(pick, frame, filling, () => pick.selectedItems[0]?.value);
}

/** Lets the user choose at least one of some; `picked` items are chosen at first. */
export async function chooseSeveral<T>(
  frame: StepFrame,
  placeholder: string,
  items: readonly StepItem<T>[],
): Promise<StepResult<readonly T[]>> {
  const pick = vscode.window.createQuickPick<StepItem<T>>();
  Object.assign(pick, { ...frame, placeholder, ignoreFocusOut: true, canSelectMany: true });
  pick.matchOnDetail = true;
  pick.items = items;
  pick.selectedItems = items.filter(({ picked }) => picked);
  return ask(pick, frame, new AbortController(), () => {
    const chosen = pick.selectedItems.map(({ value }) => value);
    return chosen.length === 0 ? undefined : chosen;
  });
}

/** Lets the user type. `read` gives undefined for a text that will not do; `describe` tells of one that will. */
export async function typeStep<T>(
  frame: StepFrame,
  prompt: string,
  value: string,
  read: (text: string) => T | undefined,
  problem: string,
  describe: (value: T, signal: AbortSignal) => Promise<string> = async () => '',
): Promise<StepResult<T>> {
  const box = vscode.window.createInputBox();
  Object.assign(box, { ...frame, prompt, value, ignoreFocusOut: true });
  let describing = new AbortController();
  const check = (): void => {
    describing.abort();
    describing = new AbortController();
    const { signal } = describing;
    const typed = read(box.value);
    box.validationMessage = typed === undefined && box.value !== '' ? problem : undefined;
    box.prompt = prompt;
    if (typed === undefined) return;
    void describe(typed, signal).then((text) => {
      if (!signal.aborted) box.prompt = `${prompt} ${text}`.trimEnd();
    });
  };
  box.onDidChangeValue(check);
  check();
  const ending = new AbortController();
  ending.signal.addEventListener('abort', () => describing.abort());
  return ask(box, frame, ending, () => {
    const typed = read(box.value);
    if (typed === undefined) box.validationMessage = problem;
    return typed;
  });
}

/** Shows the input until it is answered, left, or gone back from; aborts what still works for it. */
async function ask<T>(
  input: Pick<
    vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
    'buttons' | 'onDidAccept' | 'onDidTriggerButton' | 'onDidHide' | 'show' | 'dispose'
  >,
  { step }: StepFrame,
  working: AbortController,
  answer: () => T | undefined,
): Promise<StepResult<T>> {
  if (step > 1) input.buttons = [vscode.QuickInputButtons.Back];
  try {
    return await new Promise<StepResult<T>>((resolve) => {
      input.onDidAccept(() => {
        const value = answer();
        if (value !== undefined) resolve(value);
      });
      input.onDidTriggerButton(() => resolve(back));
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
  } finally {
    working.abort();
    input.dispose();
  }
}

/** Items are values: a changed list takes the place of the old one, with the same item in focus. */
function replaceItem<T>(
  pick: vscode.QuickPick<StepItem<T>>,
  value: T,
  details: Partial<vscode.QuickPickItem>,
): void {
  const focused = pick.activeItems[0]?.value;
  pick.items = pick.items.map((item) => (item.value === value ? { ...item, ...details } : item));
  const again = pick.items.find((item) => item.value === focused);
  if (again !== undefined) pick.activeItems = [again];
}
