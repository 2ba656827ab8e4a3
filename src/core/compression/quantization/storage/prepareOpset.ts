// Gives a model the version of the standard operators that its grids need, or says which domain does without.
import { note, type Note } from '../../../../shared/base/messages';
import type { Model } from '../../../ir/graph';
import { raiseOpset } from '../../../operators/opsets/raiseOpset';
import { standardOpset } from '../../../operators/opsets/standardOpset';
import type { WeightGrids } from '../grids/weightGrid';
import type { DequantizeDomain } from './storeWeight';

/** The model with an opset that has the DequantizeLinear needed, or else the domain that has it for every opset. */
export function prepareOpset(
  model: Model,
  weights: WeightGrids,
): { readonly model: Model; readonly domain: DequantizeDomain; readonly notes: readonly Note[] } {
  const opset = standardOpset(model);
  const needed = neededOpset(weights);
  if (opset >= needed) return { model, domain: '', notes: [] };
  const raised = raiseOpset(model, needed);
  if ('model' in raised) {
    return { model: raised.model, domain: '', notes: [note('OPSET_RAISED', { from: opset, to: needed })] };
  }
  const operators = raised.refused.join(', ');
  return { model, domain: 'com.microsoft', notes: [note('CONTRIB_QUANTIZE', { opset, operators })] };
}

/** DequantizeLinear came with 10, and its axis with 13. */
function neededOpset(weights: WeightGrids): 10 | 13 {
  for (const grid of weights.values()) {
    if (grid.kind === 'uniform' && grid.layout.axis !== undefined) return 13;
  }
  return 10;
}
