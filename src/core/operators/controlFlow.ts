// Operators that run graphs of their own. Layers and shapes look into those graphs; here is only what is at the outside.
import type { Operator } from './operator';

export const controlFlowOperators: readonly Operator[] = [
  { name: 'If' },
  { name: 'Loop' },
  { name: 'Scan' },
  { name: 'SequenceMap' },
  { name: 'BeamSearch', domain: 'com.microsoft' },
  { name: 'GreedySearch', domain: 'com.microsoft' },
  { name: 'Sampling', domain: 'com.microsoft' },
];
