// What is asked of a panel, and what there is to know of a subject before and after it is loaded.
import path from 'node:path';
import { assertNever } from '../../shared/base/assertNever';
import type { PanelSubject } from '../../shared/contracts/panelContract';
import type { SearchView } from '../../shared/contracts/searchViews';
import type { ModelView, StepsView } from '../../shared/contracts/viewModels';
import { runLabel } from '../runs/runTexts';
import { canPause, type Run } from '../runs/runRecord';

/** What a panel was asked to show, in a form that outlives the window. */
export type Shown =
  | { readonly kind: 'model'; readonly path: string }
  | { readonly kind: 'run'; readonly folder: string }
  | {
      readonly kind: 'comparison';
      readonly before: string;
      readonly after: string;
      /** Folders of the runs whose results are compared. */
      readonly runs?: { readonly before: string; readonly after: string };
    };

/** The model whose layers a subject lists. */
export function modelIn(subject: PanelSubject | null): ModelView | undefined {
  switch (subject?.kind) {
    case 'model':
    case 'experiment':
    case 'sensitivity':
      return subject.model;
    case 'comparison':
      return subject.before;
    default:
      return undefined;
  }
}

/** The networks that a search has written; what diverged at once has left none. */
export function trialFiles({ trials }: SearchView): readonly string[] {
  return trials.flatMap(({ path: file }) => (file === '' ? [] : [file]));
}

/** What there is to show of a run while it goes on. */
export function jobSubject(run: Run): PanelSubject {
  const { jobId, model } = run.record;
  const { progress = null, curves, trials, paused = false } = run;
  return {
    kind: 'job',
    job: {
      id: jobId,
      title: runLabel(run),
      path: model,
      progress,
      ...(curves && { curves }),
      ...stepsIn(run),
      ...(trials && { search: trials }),
      paused,
      canPause: canPause(run),
    },
  };
}

/** What a run does, where it writes a model. */
export function stepsIn({ record }: Run): { readonly steps?: StepsView } {
  return record.kind === 'compress' ? { steps: record.steps } : {};
}

/** The file that a request is about. */
export function pathOf(request: Shown, run: Run | undefined): string {
  switch (request.kind) {
    case 'model':
      return request.path;
    case 'comparison':
      return request.before;
    case 'run':
      return run?.record.model ?? request.folder;
    default:
      return assertNever(request);
  }
}

/** What failed, where more than the reading of a file was asked for. */
export function titleOf(request: Shown, run: Run | undefined): { readonly title?: string } {
  if (run !== undefined) return { title: runLabel(run) };
  if (request.kind !== 'comparison') return {};
  return { title: `${path.basename(request.before)} ↔ ${path.basename(request.after)}` };
}

/** The layer with the most parameters, of those that store something. */
export function largestLayer(model: ModelView | undefined): string | undefined {
  let largest = model?.layers.find((layer) => layer.tensors.length > 0);
  for (const layer of model?.layers ?? []) {
    if (largest !== undefined && layer.parameters > largest.parameters) largest = layer;
  }
  return largest?.name;
}
