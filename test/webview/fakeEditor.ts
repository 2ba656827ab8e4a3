// The editor's side of the page, without an editor: answers by the panel's contract from sample models, and keeps what
// it was asked, for tests. Runs in the page, before the page's own script.
import { assertNever } from '../../src/shared/base/assertNever';
import { Channel } from '../../src/shared/contracts/channel';
import type { NoContract } from '../../src/shared/contracts/contract';
import type { PanelContract, PanelState, PanelSubject } from '../../src/shared/contracts/panelContract';
import { isRpcMessage } from '../../src/shared/contracts/port';
import {
  detailView,
  gridDetailView,
  fewBits,
  largeModel,
  wideModel,
  lenet,
  mobileNet,
  modelView,
  regionView,
  reportView,
  type SampleModel,
} from './sampleModels';
import { prunedReport, pruningCurves, pruningSteps } from './samplePruning';
import { schemesView } from './sampleSchemes';
import { searchReport, searchView } from './sampleSearch';
import { bitsReport, sensitivityReport } from './sampleSensitivity';
import { curvesAfter, diagnosisReport, divergedCurves, trainedReport } from './sampleTraining';

export type SampleState =
  | 'empty'
  | 'loading'
  | 'failed'
  | 'job'
  | 'model'
  | 'mobilenet'
  | 'large'
  | 'wide'
  | 'experiment'
  | 'fewBits'
  | 'comparison'
  | 'runs'
  | 'training'
  | 'trained'
  | 'pruning'
  | 'pruned'
  | 'manyPruned'
  | 'diverged'
  | 'sensitivity'
  | 'manySensitive'
  | 'diagnosis'
  | 'searching'
  | 'search'
  | 'searchStopped';

/** What a test sees of the editor. */
export interface FakeEditor {
  readonly asked: { readonly name: string; readonly params: unknown }[];
  /** Sends the current snapshot once more. */
  readonly resend: () => void;
  /** Lets the running training come as far as so many epochs. */
  readonly train: (epochs: number) => void;
  /** Lets the running search come as far as so many networks. */
  readonly tryNetworks: (count: number) => void;
}

declare global {
  interface Window {
    fakeEditor: FakeEditor;
    acquireVsCodeApi: () => unknown;
  }
}

const query = new URLSearchParams(location.search);
const sample = (query.get('state') ?? 'model') as SampleState;
const asked: { name: string; params: unknown }[] = [];
let revision = 0;
let layer: string | null = query.get('layer');
let tensor: string | undefined;
let epochs = sample === 'pruning' ? 6 : 14;
let paused = false;
let locked: readonly string[] = [];
let tried = 7;

const models: Partial<Record<SampleState, SampleModel>> = {
  model: lenet,
  experiment: lenet,
  fewBits,
  comparison: lenet,
  runs: lenet,
  trained: lenet,
  pruned: lenet,
  manyPruned: largeModel,
  mobilenet: mobileNet,
  sensitivity: lenet,
  manySensitive: mobileNet,
  large: largeModel,
  wide: wideModel,
};
const model = models[sample];

// As VS Code does: messages of the page go to the extension, those of the extension arrive at the window.
let received: (message: unknown) => void = () => {};
window.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => queueMicrotask(() => received(structuredClone(message))),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown,
  setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
});

const channel = new Channel<NoContract, PanelContract>({
  post: (message) =>
    void window.dispatchEvent(new MessageEvent('message', { data: structuredClone(message) })),
  onMessage: (listener) => {
    received = (message) => {
      if (isRpcMessage(message)) listener(message);
    };
    return { dispose: () => (received = () => {}) };
  },
  onClose: () => ({ dispose: () => {} }),
});
channel.handle({
  hello: (params) => record('hello', params, state()),
  selectLayer: (params) => {
    record('selectLayer', params);
    layer = params.layer;
    tensor = undefined;
    send();
  },
  selectTensor: (params) => {
    record('selectTensor', params);
    tensor = params.tensor;
    send();
  },
  region: ({ side, region }) => {
    record('region', { side, region });
    return regionView(model!, tensorName(), side, region);
  },
  grid: ({ index }) => {
    record('grid', { index });
    return gridDetailView(model!, tensorName(), index);
  },
  save: ({ name, content }) =>
    record('save', { name, bytes: [...content.subarray(0, 8)], length: content.length }),
  copy: (params) => record('copy', params),
  cancelJob: (params) => record('cancelJob', params),
  pauseJob: (params) => {
    record('pauseJob', params);
    paused = params.paused;
    send();
  },
  resumeRun: (params) => record('resumeRun', params),
  reveal: (params) => record('reveal', params),
  compress: (params) => record('compress', params),
  train: (params) => record('train', params),
  diagnose: (params) => record('diagnose', params),
  sensitivity: (params) => record('sensitivity', params),
  pruneAgain: (params) => record('pruneAgain', params),
  schemes: async (params, signal) => {
    record('schemes', params);
    await new Promise((resolve) => setTimeout(resolve, 200));
    signal.throwIfAborted();
    return schemesView(model!);
  },
  useScheme: (params) => record('useScheme', params),
  lockLayers: (params) => {
    record('lockLayers', params);
    const others = locked.filter((name) => !params.layers.includes(name));
    locked = params.locked ? [...others, ...params.layers] : others;
    send();
  },
  openModel: (params) => record('openModel', params),
  searchAgain: (params) => record('searchAgain', params),
  applyAdvice: (params) => record('applyAdvice', params),
});
window.fakeEditor = {
  asked,
  resend: send,
  train: (count) => {
    epochs = count;
    send();
  },
  tryNetworks: (count) => {
    tried = count;
    send();
  },
};

function record(name: string, params: unknown): void;
function record<T>(name: string, params: unknown, answer: T): T;
function record<T>(name: string, params: unknown, answer?: T): T | undefined {
  asked.push({ name, params });
  return answer;
}

function subjectOf(): PanelSubject | null {
  switch (sample) {
    case 'empty':
      return null;
    case 'loading':
      return { kind: 'loading', path: lenet.path };
    case 'failed':
      return {
        kind: 'failed',
        path: '/projects/digits/models/broken.onnx',
        message:
          '/projects/digits/models/broken.onnx is not a whole ONNX file: it ends inside a tensor. Export or download it again.',
      };
    case 'job':
      return {
        kind: 'job',
        job: {
          id: 'job-1',
          title: 'Compressing lenet-300-100.onnx',
          path: lenet.path,
          progress: { phase: 'quantizing', fraction: 0.42, detail: '/fc1/Gemm' },
          paused: false,
          canPause: false,
        },
      };
    case 'training':
      return {
        kind: 'job',
        job: {
          id: 'job-2',
          title: 'Training lenet-300-100.onnx',
          path: lenet.path,
          progress: { phase: 'training', fraction: epochs / 32, detail: `epoch ${epochs + 1}` },
          curves: curvesAfter(epochs),
          paused,
          canPause: true,
        },
      };
    case 'pruning':
      return {
        kind: 'job',
        job: {
          id: 'job-3',
          title: 'lenet-300-100.onnx · train 14 epochs + prune 90% + train 6 epochs + int8',
          path: lenet.path,
          progress: { phase: 'pruning', fraction: 0.6, detail: 'round 2 of 3, epoch 3 of 4' },
          curves: pruningCurves(epochs),
          steps: pruningSteps,
          paused,
          canPause: true,
        },
      };
    case 'searching':
      return {
        kind: 'job',
        job: {
          id: 'job-4',
          title: 'network.onnx · search, macs ≤ 2M',
          path: '/projects/digits/models/network.onnx',
          progress: {
            phase: 'training',
            fraction: tried / 14,
            detail: `trial ${tried} of 12, resnet-8, width 0.5, depth 1, 1x28x28: epoch 1 of 2, loss 0.41`,
          },
          search: searchView(tried),
          paused,
          canPause: true,
        },
      };
    case 'searchStopped':
      return {
        kind: 'failed',
        path: '/projects/digits/models/network.onnx',
        title: 'network.onnx · search, macs ≤ 2M',
        message: 'This run was cancelled, so it has no result. Run it again to get one.',
        resumable: true,
        search: searchView(5),
      };
    case 'search':
      return { kind: 'search', report: searchReport() };
    case 'diverged':
      return {
        kind: 'failed',
        path: lenet.path,
        title: 'Training lenet-300-100.onnx',
        message:
          'Training /projects/digits/models/lenet-300-100.onnx diverged in epoch 6, step 84: the loss is NaN, from 2.31 at the start, and layer /fc1/Gemm is out of bounds. Try learningRate 0.08, or clipNorm 1.',
        resumable: true,
        curves: divergedCurves(),
      };
    case 'diagnosis':
      return { kind: 'diagnosis', report: diagnosisReport() };
    case 'sensitivity':
    case 'manySensitive':
      return { kind: 'sensitivity', model: modelView(model!), report: sensitivityReport(model!) };
    case 'fewBits':
      return {
        kind: 'experiment',
        model: modelView(model!),
        report: reportView(model!),
        sensitivity: bitsReport(model!),
      };
    case 'trained':
      return { kind: 'experiment', model: modelView(model!), report: trainedReport() };
    case 'pruned':
      return { kind: 'experiment', model: modelView(model!), report: prunedReport() };
    case 'wide':
    case 'manyPruned':
    case 'experiment':
      return { kind: 'experiment', model: modelView(model!), report: reportView(model!) };
    case 'runs':
    case 'comparison': {
      const report = reportView(model!);
      const { layers, outputs, comparedOn, notes } = report;
      const after = { ...modelView(model!, 'after'), path: report.compressed.path };
      return {
        kind: 'comparison',
        before: modelView(model!),
        after,
        comparison: { layers, outputs, comparedOn, notes },
        ...(sample === 'runs' && { runs: { before: trainedReport(), after: prunedReport() } }),
      };
    }
    case 'model':
    case 'mobilenet':
    case 'large':
      return { kind: 'model', model: modelView(model!) };
    default:
      return assertNever(sample);
  }
}

function state(): PanelState {
  const subject = subjectOf();
  const compressed = subject?.kind === 'experiment' || subject?.kind === 'comparison';
  return {
    revision: revision++,
    subject,
    selectedLayer: layer,
    locked,
    detail:
      model && layer !== null
        ? { kind: 'ready', detail: detailView(model, layer, tensor, compressed) }
        : { kind: 'none' },
  };
}

function tensorName(): string {
  return tensor ?? model!.layers.find(({ name }) => name === layer)!.tensors[0]!.name;
}

function send(): void {
  channel.emit('state', state());
}
