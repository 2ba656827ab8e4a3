// The diagnosis of a run or a file: a verdict by fixed rules, the evidence for and against it, and what to do. Pure and
// cheap, so that it can be made anew after every epoch; its costly facts are measured elsewhere. docs/diagnosis.md
// explains the rules to users.
import type { DiagnosisView, EvidenceView, Verdict } from '../../../shared/contracts/viewModels';
import { adviceOn } from './advice';
import { curveEvidence } from './curveEvidence';
import { curveMeasures } from './curveMeasures';
import type { DiagnosisFacts } from './diagnosisFacts';
import { measuredEvidence } from './measuredEvidence';
import { signsOf } from './signs';
import { verdictOf } from './verdict';

/** Evidence that speaks for the verdict comes first, then what speaks for another, then what is only worth knowing. */
export function diagnose(facts: DiagnosisFacts): DiagnosisView {
  const measures = curveMeasures(facts);
  const signs = signsOf(facts, measures);
  const verdict = verdictOf(facts, measures, signs);
  const evidence = [...curveEvidence(facts, measures, signs), ...measuredEvidence(facts)];
  return {
    verdict,
    evidence: evidence.toSorted((a, b) => rank(a, verdict) - rank(b, verdict)),
    advice: adviceOn(verdict, facts, measures, signs),
  };
}

function rank({ speaksFor }: EvidenceView, verdict: Verdict): number {
  if (speaksFor === verdict) return 0;
  return speaksFor === null ? 2 : 1;
}
