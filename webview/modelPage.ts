// The page of a model, and of an experiment: the file's figures, what became of them, the layers, the selected layer.
import * as l10n from '@vscode/l10n';
import { assertNever } from '../src/shared/base/assertNever';
import type { ComparedRuns, DetailState, PanelSubject } from '../src/shared/contracts/panelContract';
import type { SensitivityReportView } from '../src/shared/contracts/sensitivityViews';
import type { ComparisonView, ModelView, RecipeEdit, ReportView } from '../src/shared/contracts/viewModels';
import { createDetailPane } from './detailPane';
import type { Note } from '../src/shared/base/messages';
import type { DetailPart } from './detail/detailPart';
import { element } from './dom';
import { formatDuration } from './durations';
import { outputsTable } from './experiment/outputsTable';
import { createRunsPart } from './experiment/runsPart';
import { resultsOf, runsTable } from './experiment/runsTable';
import type { MeasuredPair } from './experiment/sizeRows';
import { sizesTable } from './experiment/sizesTable';
import { actionButton, fileName, keyFigures, modelFacts, pageHeader } from './header';
import { createHarmFigure, type HarmFigure } from './harm/harmFigure';
import { hasHarm } from './harm/harmRows';
import type { PanelHost } from './host';
import { changeColumns, modelColumns } from './layers/columns';
import { createLayerTable, type LayerTable } from './layers/layerTable';
import { createSparsityFigure, hasZeros } from './layers/sparsityFigure';
import { noteList, notesSection } from './notes';
import { rememberScroll } from './scrolling';
import { section } from './section';
import { createSchemesPart, type SchemesPart } from './schemes/schemesPart';
import { createSensitivityPart, type SensitivityPart } from './sensitivity/sensitivityPart';
import type { ThemeSource } from './theme';
import { stepsText } from './training/phaseTexts';
import { createTrainingParts } from './training/trainingParts';
import type { ViewStateStore } from './viewState';

/** The subjects that have layers to select from. */
export type ModelSubject = Extract<
  PanelSubject,
  { kind: 'model' | 'experiment' | 'comparison' | 'sensitivity' }
>;

/** The model whose layers are shown: the original, where there are two. */
export function modelOf(subject: ModelSubject): ModelView {
  return subject.kind === 'comparison' ? subject.before : subject.model;
}

export interface ModelPageOptions {
  readonly subject: ModelSubject;
  readonly host: PanelHost;
  readonly store: ViewStateStore;
  readonly theme: ThemeSource;
  readonly onLayer: (layer: string) => void;
  readonly onTensor: (tensor: string) => void;
  /** Runs what a button starts; a failure is shown by whoever gives this. */
  readonly run: (work: Promise<unknown>) => void;
}

export interface ModelPage {
  readonly element: HTMLElement;
  readonly update: (selected: string | null, detail: DetailState, locked: readonly string[]) => void;
  readonly dispose: () => void;
}

export function createModelPage(options: ModelPageOptions): ModelPage {
  const { subject, store } = options;
  const model = modelOf(subject);
  const {
    head,
    training,
    sizes: measured,
    zeros,
    harm,
    schemes,
    bearing,
    table,
    findings,
  } = contentOf(options);
  const detail = createDetailPane({ ...options, model });
  const overview = element(
    'div',
    { class: 'overview' },
    ...head,
    ...(trainsOnly(subject) ? [training?.element, measured] : [measured, training?.element]),
    zeros && section({ key: 'sparsity', title: l10n.t('Sparsity'), store }, zeros.element),
    bearing?.element,
    harm && section({ key: 'harm', title: l10n.t('Harm'), store }, harm.element),
    schemes?.element,
    notesSection(model.warnings, store),
    table && section({ key: 'layers', title: l10n.t('Layers'), store }, table.element),
  );
  // The picture of a layer comes before the figures of the whole, where one column holds both.
  const page = element(
    'div',
    { class: `page page-${subject.kind}` },
    overview,
    detail.element,
    findings && element('div', { class: 'findings' }, ...findings),
  );
  rememberScroll(overview, 'overview', store);
  rememberScroll(page, 'page', store);
  return {
    element: page,
    update: (selected, state, locked) => {
      table?.select(selected);
      harm?.select(selected);
      schemes?.select(selected);
      bearing?.update(selected, locked);
      detail.update(state, selected);
    },
    dispose: () => {
      detail.dispose();
      training?.dispose();
      zeros?.dispose();
      harm?.dispose();
      schemes?.dispose();
      bearing?.dispose();
    },
  };
}

interface PageContent {
  readonly head: readonly HTMLElement[];
  /** What two files weigh. */
  readonly sizes?: HTMLElement;
  /** How many weights of each layer are zero. */
  readonly zeros?: DetailPart;
  /** Which layers lost most. */
  readonly harm?: HarmFigure;
  /** What schemes of quantization would do. */
  readonly schemes?: SchemesPart;
  /** What each layer can bear. */
  readonly bearing?: SensitivityPart;
  /** Missing where the layers are listed elsewhere on the page. */
  readonly table?: LayerTable;
  /** What the outputs lost, and what is worth knowing of it. */
  readonly findings?: readonly HTMLElement[];
  /** What a run trained, and how well its file generalizes. */
  readonly training?: DetailPart;
}

function contentOf(options: ModelPageOptions): PageContent {
  const { subject, store } = options;
  switch (subject.kind) {
    case 'model':
      return {
        head: [modelHeader(subject.model, options), keyFigures(subject.model)],
        schemes: createSchemesPart({ ...options, name: fileName(subject.model.path) }),
        table: modelTable(subject.model, options),
      };
    case 'experiment': {
      const { report } = subject;
      const pair = { ...report, before: report.original, after: report.compressed };
      return {
        head: [experimentHeader(subject.model, report, options)],
        ...trainingOf(report, options),
        sizes: sizes(pair, sizeNotes(report.notes), store),
        ...zerosOf(report, report.compressed.path, options),
        ...harmOf(report, report.compressed.path, options, subject.sensitivity),
        table: changeTable(report, options),
        findings: findingsOf(report, store),
      };
    }
    case 'comparison': {
      const { before, after, comparison, runs } = subject;
      const files = { ...comparison, before: before.totals, after: after.totals };
      const training = runs && createRunsPart({ ...options, runs });
      return {
        head: [comparisonHeader(before, after), ...(runs ? [runsSection(runs, store)] : [])],
        sizes: sizes(runs ? resultsOf(runs) : files, [], store),
        ...(training && { training }),
        ...zerosOf(comparison, after.path, options),
        ...harmOf(comparison, after.path, options),
        table: changeTable(comparison, options),
        findings: findingsOf(comparison, store),
      };
    }
    case 'sensitivity': {
      const bearing = createSensitivityPart({ ...options, ...subject, onSelect: options.onLayer });
      return { head: [bearing.header], bearing };
    }
    default:
      return assertNever(subject);
  }
}

/** Of a run that did nothing but train the curves come first: sizes have not changed. */
function trainsOnly(subject: ModelSubject): boolean {
  return subject.kind === 'experiment' && subject.report.steps.every((step) => 'train' in step);
}

function trainingOf(report: ReportView, { host, store, theme, run }: ModelPageOptions): Partial<PageContent> {
  const onApply = (edit: RecipeEdit): void => run(host.call('applyAdvice', { edit }));
  const training = createTrainingParts({ report, host, store, theme, onApply });
  return training ? { training } : {};
}

function zerosOf(
  { layers }: ComparisonView,
  path: string,
  { onLayer, ...options }: ModelPageOptions,
): Partial<PageContent> {
  if (!hasZeros(layers)) return {};
  return { zeros: createSparsityFigure({ ...options, layers, name: fileName(path), onSelect: onLayer }) };
}

function harmOf(
  { layers }: ComparisonView,
  path: string,
  { onLayer, ...options }: ModelPageOptions,
  sensitivity?: SensitivityReportView,
): Partial<PageContent> {
  if (!hasHarm(layers)) return {};
  const measured = sensitivity && { sensitivity };
  return {
    harm: createHarmFigure({ ...options, ...measured, layers, name: fileName(path), onSelect: onLayer }),
  };
}

function modelHeader(model: ModelView, { host, run }: ModelPageOptions): HTMLElement {
  const compress = actionButton(l10n.t('Compress…'), () => run(host.call('compress', {})));
  const train = actionButton(l10n.t('Train…'), () => run(host.call('train', {})), { secondary: true });
  const diagnose = actionButton(l10n.t('Diagnose…'), () => run(host.call('diagnose', {})), {
    secondary: true,
  });
  const sensitivity = actionButton(l10n.t('Sensitivity…'), () => run(host.call('sensitivity', {})), {
    secondary: true,
  });
  const actions = [compress, train, diagnose, sensitivity];
  return pageHeader(fileName(model.path), model.path, modelFacts(model), actions);
}

function experimentHeader(
  model: ModelView,
  report: ReportView,
  { host, run }: ModelPageOptions,
): HTMLElement {
  const reveal = actionButton(
    l10n.t('Show File'),
    () => run(host.call('reveal', { path: report.compressed.path })),
    { secondary: true },
  );
  const again = actionButton(l10n.t('Compress…'), () => run(host.call('compress', {})), { secondary: true });
  const diagnose = actionButton(l10n.t('Diagnose…'), () => run(host.call('diagnose', {})), {
    secondary: true,
  });
  const facts = [
    l10n.t('from {0}', fileName(model.path)),
    stepsText(report.steps),
    formatDuration(report.seconds),
  ];
  return pageHeader(
    fileName(report.compressed.path),
    report.compressed.path,
    facts.filter(Boolean).join(' · '),
    [reveal, again, diagnose],
  );
}

function comparisonHeader(before: ModelView, after: ModelView): HTMLElement {
  const title = l10n.t('{0} and {1}', fileName(before.path), fileName(after.path));
  const facts = l10n.t('Before: {0} After: {1}', before.path, after.path);
  return pageHeader(title, facts, modelFacts(before), []);
}

function runsSection(runs: ComparedRuns, store: ViewStateStore): HTMLElement {
  const table = element(
    'div',
    {
      class: 'table-scroller plain',
      attributes: { tabindex: '0', role: 'region', 'aria-label': l10n.t('The two runs') },
    },
    runsTable(runs),
  );
  return section({ key: 'runs', title: l10n.t('Runs'), store }, table);
}

function sizes(pair: MeasuredPair, reasons: readonly Note[], store: ViewStateStore): HTMLElement {
  return section(
    { key: 'sizes', title: l10n.t('Sizes'), store },
    sizesTable(pair),
    reasons.length > 0 && noteList(reasons),
  );
}

/** Notes that say why a size or a time is not what its figures suggest: they stand with the figures. */
const sizeReasons: readonly Note['code'][] = [
  'SPARSE_NOT_SMALLER',
  'SPARSE_NOT_FASTER',
  'SMALLER_NOT_FASTER',
  'FEWER_MACS_NOT_FASTER',
];

function sizeNotes(notes: readonly Note[]): readonly Note[] {
  return notes.filter(({ code }) => sizeReasons.includes(code));
}

function findingsOf(comparison: ComparisonView, store: ViewStateStore): HTMLElement[] {
  const { outputs, comparedOn } = comparison;
  const notes = comparison.notes.filter(({ code }) => !sizeReasons.includes(code));
  const measured =
    outputs.length > 0 &&
    section(
      {
        key: 'outputs',
        title: l10n.t('Outputs'),
        description: l10n.t('compared on {0}', comparedOn),
        store,
      },
      element('div', { class: 'table-scroller plain' }, outputsTable(outputs)),
    );
  return [measured, notes.length > 0 && noteList(notes)].filter((part) => part !== false);
}

function modelTable(model: ModelView, { store, onLayer }: ModelPageOptions): LayerTable {
  return createLayerTable({
    key: 'model',
    label: l10n.t('Layers'),
    columns: modelColumns(),
    rows: model.layers,
    nameOf: ({ name }) => name,
    textOf: ({ name, operator }) => `${name} ${operator}`,
    store,
    onSelect: onLayer,
  });
}

function changeTable({ layers }: ComparisonView, { store, onLayer }: ModelPageOptions): LayerTable {
  return createLayerTable({
    key: 'changes',
    label: l10n.t('Layers before and after'),
    columns: changeColumns(),
    rows: layers,
    nameOf: ({ name }) => name,
    textOf: ({ name, operator }) => `${name} ${operator}`,
    store,
    onSelect: onLayer,
  });
}
