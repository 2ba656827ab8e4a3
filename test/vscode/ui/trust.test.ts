// A workspace that is not trusted: looking is allowed, running jobs is not.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sample } from '../../support/sampleWorkspace';
import { openSession, pictureOnFailure, type Session } from './session';

describe('a workspace that is not trusted', () => {
  let session: Session;
  let files: readonly string[];
  beforeAll(async () => {
    session = await openSession({
      settings: {
        'security.workspace.trust.enabled': true,
        'security.workspace.trust.startupPrompt': 'always',
        'security.workspace.trust.banner': 'never',
      },
    });
    files = await session.list();
    await session.bench.dialogButton(/trust/i, /^No, I don.t/).click();
    await session.bench.status('Restricted Mode').waitFor();
  });
  beforeEach(() => pictureOnFailure(session));
  afterAll(() => session.close());

  it('may be inspected', async () => {
    const { bench, panel } = session;
    await bench.choose(bench.file(sample.small.file), 'Inspect Layers');
    await bench.treeRow(/conv2.*Conv/).click();
    await panel.figure('Weights').waitFor();
    expect(await panel.colours('Weights')).toBeGreaterThan(20);
  });

  it.each(['Compress…', 'Train / Fine-tune…', 'Diagnose Overfitting…'])(
    'refuses %s, and says why',
    async (command) => {
      const { bench } = session;
      await bench.openContainer('Explorer');
      await bench.choose(bench.file(sample.small.file), command);
      await bench.toastButton(/trust/i, 'Manage Workspace Trust').waitFor();
      await session.screenshot(`untrusted-${command.split(/\W/)[0]}`);
      expect(await session.list()).toEqual(files);
      await bench.command('Notifications: Clear All Notifications');
      await bench.toast(/trust/i).waitFor({ state: 'hidden' });
    },
  );
});
