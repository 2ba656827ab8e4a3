// Commands that have to do with locked layers: locking and unlocking one, and pruning again without them.
import path from 'node:path';
import { existsSync } from 'node:fs';
import { freePath } from '../freePath';
import { isPrunable, withLocks, type LockedLayers } from '../models/lockedLayers';
import type { CompressRecord, Run } from '../runs/runRecord';
import type { LayersView } from '../views/layersView';
import type { LayersNode } from '../views/layerNodes';
import { askCompression } from './askCompression';
import { requireTrust, startRun, type ModelCommandParts } from './modelCommands';
import type { CommandHandlers } from './registerCommands';

type Handled = 'counterweight.lockLayer' | 'counterweight.unlockLayer';

export function lockCommands(view: LayersView, locks: LockedLayers): Pick<CommandHandlers, Handled> {
  const lock = (node: LayersNode | undefined, locked: boolean): void => {
    const target = node?.kind === 'tensor' ? node.parent : node;
    if (target?.kind !== 'layer' || !isPrunable(target.layer)) return;
    locks.set(target.model.path, [target.layer.name], locked);
  };
  return {
    'counterweight.lockLayer': (node = view.selected) => lock(node, true),
    'counterweight.unlockLayer': (node = view.selected) => lock(node, false),
  };
}

/**
 * Prunes a model without its locked layers: as the last run did that pruned it, or with the questions of Compress… where
 * there is none.
 */
export async function pruneAgain(parts: ModelCommandParts, model: string): Promise<void> {
  requireTrust();
  const { engine, experiments, locks, models, recent } = parts;
  const view = await models.read(model);
  await experiments.refresh();
  const record = experiments.runs.map((run) => pruningOf(run, model)).find((found) => found !== undefined);
  if (record === undefined) {
    const request = await askCompression({ model: view, engine, recent, locked: locks.in(view) });
    if (request !== undefined) await startRun(parts, request);
    return;
  }
  const { kind, steps, data, seed, output } = record;
  await startRun(parts, {
    kind,
    model,
    steps: withLocks(steps, locks.in(view)),
    output: freePath(path.dirname(output), path.basename(output), existsSync),
    ...(data !== undefined && { data }),
    ...(seed !== undefined && { seed }),
  });
}

/** The record of a finished run that pruned the model. */
function pruningOf({ record }: Run, model: string): CompressRecord | undefined {
  if (record.kind !== 'compress' || record.model !== model || record.state !== 'finished') return undefined;
  return record.steps.some((step) => Object.hasOwn(step, 'prune')) ? record : undefined;
}
