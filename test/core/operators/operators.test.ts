// The table of operators as a whole.
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openModel } from '../../../src/core/formats/openModel';
import { allNodes } from '../../../src/core/ir/traversal';
import { operatorOf, operators } from '../../../src/core/operators/operators';
import { node } from '../../support/build';
import { hasShared, sharedFile } from '../../support/sharedFiles';

describe('the table of operators', () => {
  it('has every operator once', () => {
    const keys = operators.map(({ domain, name }) => `${domain ?? ''}:${name}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('finds operators by domain and name, the standard domain by both of its names', () => {
    expect(operatorOf({ domain: '', operator: 'Conv' })?.name).toBe('Conv');
    expect(operatorOf({ domain: 'ai.onnx', operator: 'Conv' })).toBe(
      operatorOf({ domain: '', operator: 'Conv' }),
    );
    expect(operatorOf({ domain: 'com.microsoft', operator: 'FusedConv' })?.domain).toBe('com.microsoft');
    expect(operatorOf({ domain: 'com.microsoft', operator: 'Conv' })).toBeUndefined();
    expect(operatorOf({ domain: '', operator: 'conv' })).toBeUndefined();
  });

  it('names each input that holds weights once', () => {
    for (const operator of operators) {
      const inputs = operator.weights?.(node(operator.name, [], [])).map(({ input }) => input) ?? [];
      expect(new Set(inputs).size, operator.name).toBe(inputs.length);
    }
  });
});

describe.runIf(hasShared)('real files', () => {
  const files = hasShared
    ? readdirSync(sharedFile('models/onnx')).filter((name) => name.endsWith('.onnx'))
    : [];

  it.each(files)('%s holds no operator that is not in the table', (name) => {
    const unknown = [...allNodes(openModel(sharedFile(`models/onnx/${name}`)))]
      .filter((candidate) => !operatorOf(candidate))
      .map(({ domain, operator }) => `${domain}:${operator}`);
    expect(unknown).toEqual([]);
  });
});
