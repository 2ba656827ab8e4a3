// Diagnose Overfitting… on a model file: from right-click to a verdict with its evidence.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { themes, type Theme } from '../host/quietSettings';
import { answerQuestions } from './answerQuestions';
import { openSession, pictureOnFailure, type Session } from './session';

describe('diagnosing a model', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('ends in a verdict, in the panel and in the list of runs', async () => {
    const { bench, panel } = session;
    const model = sample.small.file;
    const questions = { model, command: 'Diagnose Overfitting…', title: `Diagnose ${model}` };
    await answerQuestions(bench, questions, ['Glyphs', 'Judge What Is There']);
    await panel.find('.verdict-words').waitFor({ timeout: 40_000 });
    await bench.openContainer('Counterweight');
    const run = bench.treeRow('digits.onnx · overfitting diagnosis');
    // Its weights are random, so it does as badly on everything.
    await run.getByText('Underfit').waitFor();
    await panel.find('body', 'Underfit').waitFor();
  });

  it.each(Object.keys(themes) as Theme[])('shows it in the theme %s', async (theme) => {
    const { bench, panel } = session;
    await bench.chooseTheme(theme);
    await panel.themed(theme);
    await session.screenshot(`diagnosis-${theme}`);
    expect(await panel.violations()).toEqual([]);
  });
});
