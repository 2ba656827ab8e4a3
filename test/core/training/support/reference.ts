// Training of y = x·W + b in float64, written from the formulas of the papers: what steps of the graph are held against.
import type { Batch } from '../../../../src/core/data/dataSet';
import type { StepOptions } from '../../../../src/core/training/trainer';

/** A matrix [inputs, outputs] row-major and a bias [outputs]. */
export interface Linear {
  readonly weights: Float64Array;
  readonly bias: Float64Array;
}

/** A loss for the outputs of all samples [count, outputs]: its value and its derivatives by them. */
export type ReferenceLoss = (
  outputs: Float64Array,
  batch: Batch,
) => { loss: number; gradients: Float64Array };

export interface Run {
  readonly parameters: Linear;
  readonly losses: readonly number[];
  readonly norms: readonly number[];
}

type Options = Pick<StepOptions, 'optimizer' | 'momentum' | 'nesterov' | 'weightDecay' | 'l1' | 'clipNorm'>;

/** Steps with the batches in turn; the learning rate of a step is that of its place. */
export function referenceRun(
  start: Linear,
  batches: readonly Batch[],
  rates: readonly number[],
  lossOf: ReferenceLoss,
  options: Options,
): Run {
  const inputs = start.weights.length / start.bias.length;
  const vector = Float64Array.of(...start.weights, ...start.bias);
  const memory = { a: new Float64Array(vector.length), b: new Float64Array(vector.length) };
  const losses: number[] = [];
  const norms: number[] = [];
  for (const [step, batch] of batches.entries()) {
    const split = {
      weights: vector.subarray(0, start.weights.length),
      bias: vector.subarray(start.weights.length),
    };
    const { loss, gradients } = lossOf(outputsOf(split, batch, inputs), batch);
    const gradient = parameterGradient(batch, gradients, inputs, start.bias.length);
    for (let i = 0; i < start.weights.length; i++) gradient[i]! += options.l1 * Math.sign(vector[i]!);
    const norm = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
    const factor = options.clipNorm === undefined ? 1 : Math.min(1, options.clipNorm / (norm + 1e-6));
    for (let i = 0; i < vector.length; i++) {
      const decay = i < start.weights.length ? options.weightDecay : 0;
      vector[i] = updates[options.optimizer](options, step + 1, rates[step]!, {
        i,
        w: vector[i]!,
        g: gradient[i]! * factor,
        decay,
        memory,
      });
    }
    losses.push(loss);
    norms.push(norm);
  }
  return {
    parameters: { weights: vector.slice(0, start.weights.length), bias: vector.slice(start.weights.length) },
    losses,
    norms,
  };
}

function outputsOf({ weights, bias }: Linear, batch: Batch, inputs: number): Float64Array {
  const width = bias.length;
  const x = batch.inputs[0]!;
  const outputs = new Float64Array(batch.count * width);
  for (let n = 0; n < batch.count; n++) {
    for (let o = 0; o < width; o++) {
      let sum = bias[o]!;
      for (let i = 0; i < inputs; i++) sum += x[n * inputs + i]! * weights[i * width + o]!;
      outputs[n * width + o] = sum;
    }
  }
  return outputs;
}

function parameterGradient(batch: Batch, dy: Float64Array, inputs: number, width: number): Float64Array {
  const gradient = new Float64Array((inputs + 1) * width);
  const x = batch.inputs[0]!;
  for (let n = 0; n < batch.count; n++) {
    for (let o = 0; o < width; o++) {
      const g = dy[n * width + o]!;
      for (let i = 0; i < inputs; i++) gradient[i * width + o]! += x[n * inputs + i]! * g;
      gradient[inputs * width + o]! += g;
    }
  }
  return gradient;
}

interface Element {
  readonly i: number;
  readonly w: number;
  readonly g: number;
  readonly decay: number;
  readonly memory: { readonly a: Float64Array; readonly b: Float64Array };
}

/** One parameter after a step, as torch.optim documents it. */
const updates: Readonly<
  Record<Options['optimizer'], (options: Options, step: number, rate: number, element: Element) => number>
> = {
  sgd: ({ momentum, nesterov }, _, rate, { i, w, g, decay, memory: { a } }) => {
    const gradient = g + decay * w;
    a[i] = momentum * a[i]! + gradient;
    return w - rate * (nesterov ? gradient + momentum * a[i] : a[i]);
  },
  rmsprop: (_, __, rate, { i, w, g, decay, memory: { a } }) => {
    const gradient = g + decay * w;
    a[i] = 0.99 * a[i]! + 0.01 * gradient ** 2;
    return w - (rate * gradient) / (Math.sqrt(a[i]) + 1e-8);
  },
  adam: (_, step, rate, element) => {
    const { w, g, decay } = element;
    return adam(step, rate, { ...element, g: g + decay * w });
  },
  adamw: (_, step, rate, element) => {
    const { w, decay } = element;
    return adam(step, rate, { ...element, w: w - rate * decay * w });
  },
};

function adam(step: number, rate: number, { i, w, g, memory: { a, b } }: Element): number {
  a[i] = 0.9 * a[i]! + 0.1 * g;
  b[i] = 0.999 * b[i]! + 0.001 * g ** 2;
  return w - (rate * (a[i] / (1 - 0.9 ** step))) / (Math.sqrt(b[i] / (1 - 0.999 ** step)) + 1e-8);
}

/** Mean over samples of −Σ t·ln softmax(y); the gradient is that of targets smoothed by `smoothing`. */
export function crossEntropy(classes: number, smoothing = 0): ReferenceLoss {
  return (outputs, { count, labels }) => {
    const gradients = new Float64Array(outputs.length);
    let loss = 0;
    for (let n = 0; n < count; n++) {
      const row = [...outputs.subarray(n * classes, (n + 1) * classes)];
      const total = row.reduce((sum, y) => sum + Math.exp(y), 0);
      for (const [c, y] of row.entries()) {
        const hit = Number(c === labels![n]);
        const target = hit * (1 - smoothing) + smoothing / classes;
        gradients[n * classes + c] = (Math.exp(y) / total - target) / count;
        loss -= (hit * Math.log(Math.exp(y) / total)) / count;
      }
    }
    return { loss, gradients };
  };
}

/** Mean over all elements of a function of output and target; its derivative is a central difference. */
export function elementwise(
  lossOf: (y: number, t: number) => number,
  outputsPerSample: number,
): ReferenceLoss {
  return (outputs, { labels, values }) => {
    const targetOf = (i: number): number => {
      if (values) return values[i]!;
      const label = labels![Math.floor(i / outputsPerSample)]!;
      return outputsPerSample === 1 ? label : Number(i % outputsPerSample === label);
    };
    const step = 1e-6;
    let loss = 0;
    const gradients = outputs.map((y, i) => {
      const t = targetOf(i);
      loss += lossOf(y, t) / outputs.length;
      return (lossOf(y + step, t) - lossOf(y - step, t)) / (2 * step) / outputs.length;
    });
    return { loss, gradients };
  };
}
