// docs/diagnosis.md tells users the limits of the rules and every verdict; it must not fall behind them.
import { describe, expect, it } from 'vitest';
import * as limits from '../../src/core/analysis/overfitting/diagnosisLimits';
import { leastEigenvalues, mostEigenvalues } from '../../src/core/analysis/weightSpectrum';
import type { Verdict } from '../../src/shared/contracts/viewModels';
import { read } from './projectFiles';

const document = read('docs/diagnosis.md');
const verdicts: Readonly<Record<Verdict, true>> = {
  diverged: true,
  leaking: true,
  undecided: true,
  overfit: true,
  underfit: true,
  balanced: true,
};

describe('docs/diagnosis.md', () => {
  it('lists every limit with its value, and no other', () => {
    const rows = [...document.matchAll(/^\| `(\w+)` +\| (-?[\d.]+) +\|$/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    expect(Object.fromEntries(rows)).toEqual({ ...limits });
  });

  it('says when each verdict holds', () => {
    for (const verdict of Object.keys(verdicts))
      expect(document).toMatch(new RegExp(`^\\| \`${verdict}\` `, 'm'));
  });

  it('names the numbers of eigenvalues that are fitted', () => {
    expect(document).toContain(`fewer than ${leastEigenvalues} eigenvalues`);
    expect(document).toContain(`more than ${mostEigenvalues} are not fitted`);
  });
});
