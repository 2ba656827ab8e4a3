// Code lenses over a network's definition in PyTorch.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { openSession, pictureOnFailure, type Session } from './session';

describe('code lenses', () => {
  let session: Session;
  beforeAll(async () => void (session = await openSession()));
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('count the parameters of layers and of the class', async () => {
    const { bench } = session;
    await bench.openFile(sample.source);
    await bench.lens('160 params').waitFor();
    await bench.lens('4,640 params').waitFor();
    await bench.lens('330 params').waitFor();
    await bench.lens('5,130 params in total').waitFor();
    await session.screenshot('lenses');
  });

  it('say what cannot be known', async () => {
    const { bench } = session;
    await bench.lens('220 params').waitFor();
    await bench.lens(/at least 260 params .*width/).waitFor();
    expect(await bench.lens(/\? params .*width/).count()).toBe(1);
  });

  it('follow what is typed', async () => {
    const { bench } = session;
    await bench.editorLine('CLASSES = 10').click();
    await bench.page.keyboard.press('End');
    await bench.page.keyboard.type('0');
    await bench.lens('3,300 params').waitFor();
    await bench.lens('8,100 params in total').waitFor();
  });
});
