// Gives a model the version of the standard operators that its grids need, or says which domain does without.
import { note, type Note } from '../../../../shared/base/messages';
import type { Model } from '../../../ir/graph';
import { raiseOpset, type RaisedOpset } from '../../../operators/opsets/raiseOpset';
import { standardOpset } from '../../../operators/opsets/standardOpset';
import type { CodebookGrid, HalfGrid, UniformGrid } from '../grids/weightGrid';
import type { QuantizationPlan } from '../quantizationPlan';
import { bfloat16Opset, blockedOpset } from './storageLimits';
import { storedType } from './storeUniform';
import type { DequantizeDomain } from './storeWeight';

/**
 * The model with an opset that has the operators needed, or else the domain that has DequantizeLinear for every opset,
 * though without blocks.
 */
export function prepareOpset(
  model: Model,
  { weights, activations }: Pick<QuantizationPlan, 'weights' | 'activations'>,
): { readonly model: Model; readonly domain: DequantizeDomain; readonly notes: readonly Note[] } {
  const opset = standardOpset(model);
  const needed = Math.max(
    activations.size > 0 ? integerOpset : 0,
    ...Array.from(weights.values(), neededOpset),
  ) as RaisedOpset | 0;
  if (needed === 0 || opset >= needed) return { model, domain: '', notes: [] };
  const raised = raiseOpset(model, needed);
  if ('model' in raised) {
    return { model: raised.model, domain: '', notes: [note('OPSET_RAISED', { from: opset, to: needed })] };
  }
  const operators = raised.refused.join(', ');
  return { model, domain: 'com.microsoft', notes: [note('CONTRIB_QUANTIZE', { opset, operators })] };
}

/**
 * Why a model cannot have activations of so many bits on grids, in words; undefined where it can. Runtimes draw nodes of
 * any domain into QLinearConv and its like, which are as old as QuantizeLinear; grids of fewer than 8 bits need a Clip
 * of integers.
 */
export function integerObstacle(model: Model, bits: number): string | undefined {
  const opset = standardOpset(model);
  if (opset >= (bits < 8 ? 12 : 10)) return undefined;
  const raised = raiseOpset(model, integerOpset);
  if ('model' in raised) return undefined;
  return `opset ${opset} has no integer operators, and cannot be raised because of ${raised.refused.join(', ')}`;
}

/** QuantizeLinear came with 10, pools and limits of integers with 12, and scales by channel with 13. */
const integerOpset = 13;

/** What of a grid decides the operators that it needs. */
type WithOperators = HalfGrid | Pick<UniformGrid, 'kind' | 'bits' | 'layout'> | Pick<CodebookGrid, 'kind'>;

/** DequantizeLinear came with 10 and its axis with 13; casts from float16 are as old as numbers for types, 6. */
export function neededOpset(grid: WithOperators): RaisedOpset | 0 {
  if (grid.kind === 'half') return grid.type === 'bfloat16' ? bfloat16Opset : 0;
  if (grid.kind === 'codebook') return 0;
  if (storedType(grid.bits) === 'int4' || grid.layout.groupSize !== undefined) return blockedOpset;
  return grid.layout.axis === undefined ? 10 : 13;
}
