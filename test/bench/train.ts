// Steps of training against PyTorch on the CPU and TensorFlow.js in WebAssembly: forward, backward and Adam of the
// same networks on the same machine, two threads each, in alternating rounds.
import { newModel } from '../../src/core/architectures/architectures';
import type { Batch } from '../../src/core/data/dataSet';
import type { Model } from '../../src/core/ir/graph';
import { createTrainer, type Trainer } from '../../src/core/training/trainer';
import { trainSchema } from '../../src/core/training/trainOptions';
import { normals, uniform } from '../../src/shared/base/random';
import { median } from '../../src/core/analysis/latency';
import { absent, LinePeer, pythonPackage } from './peers/linePeer';
import { transformer } from './transformer';

const rounds = 9;
const threads = 2;
/** Time of one side in one round, about. */
const roundMs = 400;

interface Network {
  readonly name: string;
  readonly sample: readonly number[];
  readonly model: () => Model;
}

const classes = 10;
const networks: readonly Network[] = [
  fromTable('lenet-300-100', [1, 28, 28]),
  fromTable('lenet-5', [1, 28, 28]),
  fromTable('resnet-8', [3, 32, 32]),
  fromTable('mobilenet-v1', [3, 96, 96], 0.25),
  { name: 'transformer', sample: [64, 128], model: () => transformer(1) },
];

function fromTable(architecture: string, input: readonly number[], width = 1): Network {
  return {
    name: architecture,
    sample: input,
    model: () => newModel({ architecture, input, classes, width, seed: 1 }),
  };
}

interface PeerAnswer {
  readonly ms: number;
  readonly parameters: number;
}

interface Peer {
  readonly name: string;
  readonly process: LinePeer;
  readonly offers: (network: string) => boolean;
}

export async function benchTrain(): Promise<void> {
  const torch = pythonPackage('torch');
  if (torch === undefined) console.log(absent('PyTorch'));
  const tfjs: Peer = {
    name: 'TF.js WASM',
    process: new LinePeer('tfjsSteps.mjs', [String(threads)]),
    // Its WebAssembly backend has no gradients of convolutions.
    offers: (network) => network === 'lenet-300-100',
  };
  const peers: readonly Peer[] =
    torch === undefined
      ? [tfjs]
      : [
          {
            name: `PyTorch ${torch}`,
            process: new LinePeer('torchSteps.py', [String(threads)]),
            offers: () => true,
          },
          tfjs,
        ];
  console.log(`Forward, backward and Adam; medians of ${rounds} alternating rounds, ${threads} threads.`);
  console.log(`A ratio is the median over the rounds of our time / the peer's.\n`);
  try {
    for (const network of networks) {
      for (const batch of [32, 128]) await compare(network, batch, peers);
    }
  } finally {
    for (const peer of peers) peer.process.dispose();
  }
}

async function compare(network: Network, batch: number, all: readonly Peer[]): Promise<void> {
  const trainer = await createTrainer({
    model: network.model(),
    path: network.name,
    inputs: [{ shape: network.sample }],
    targets: { kind: 'classes', count: classes },
    options: trainSchema.parse({ batch }),
    keepZeros: false,
    signal: new AbortController().signal,
  });
  const peers = all.filter(({ offers }) => offers(network.name));
  const ask = (peer: Peer, steps: number) =>
    peer.process.ask<PeerAnswer>({ network: network.name, batch, steps });
  try {
    const samples = randomBatch(network.sample, batch);
    await stepMs(trainer, samples, 3);
    const steps = Math.max(2, Math.ceil(roundMs / (await stepMs(trainer, samples, 2))));
    for (const peer of peers) {
      const { parameters } = await ask(peer, 3);
      if (parameters === trainer.parameters) continue;
      console.log(`${network.name}: ${trainer.parameters} parameters, in ${peer.name} ${parameters}`);
    }
    const ours: number[] = [];
    const theirs = peers.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      ours.push(await stepMs(trainer, samples, steps));
      for (const [i, peer] of peers.entries()) theirs[i]!.push((await ask(peer, steps)).ms);
    }
    const columns = peers.map(({ name }, i) => {
      const ratio = median(theirs[i]!.map((ms, round) => ours[round]! / ms));
      return `${name} ${median(theirs[i]!).toFixed(2)} ms, ratio ${ratio.toFixed(2)}`;
    });
    const own = `${network.name} b${batch}: ${median(ours).toFixed(2)} ms`;
    console.log([own, ...columns].join('; '));
  } finally {
    await trainer.dispose();
  }
}

/** Median time of a step in milliseconds. */
async function stepMs(trainer: Trainer, samples: Batch, steps: number): Promise<number> {
  const times: number[] = [];
  for (let step = 0; step < steps; step++) {
    const begun = performance.now();
    await trainer.step(samples, { learningRate: 1e-3, seed: step });
    times.push(performance.now() - begun);
  }
  return median(times);
}

function randomBatch(sample: readonly number[], count: number): Batch {
  const elements = sample.reduce((product, size) => product * size, count);
  const next = uniform(1);
  return {
    count,
    inputs: [normals(elements, 1)],
    labels: Int32Array.from({ length: count }, () => Math.floor(next() * classes)),
  };
}
