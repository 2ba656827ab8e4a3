// The peer of the benchmark `train` in TensorFlow.js with its WebAssembly backend, as a process of its own: the same
// line protocol as torchSteps.py. The backend has no gradients of convolutions, so only dense networks are offered.
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { createRequire } from 'node:module';
import path from 'node:path';

const threads = Number(process.argv[2]);
const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
setWasmPaths(`${path.join(path.dirname(wasm), 'wasm-out')}${path.sep}`);
setThreadsCount(threads);
await tf.setBackend('wasm');
await tf.ready();

const prepared = new Map();

function prepare(network, batch) {
  const key = `${network} ${batch}`;
  if (!prepared.has(key)) {
    if (network !== 'lenet-300-100') throw new Error(`${network} is not offered`);
    const layers = [
      tf.layers.dense({ units: 300, activation: 'relu', inputShape: [784] }),
      tf.layers.dense({ units: 100, activation: 'relu' }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ];
    const model = tf.sequential({ layers });
    model.compile({ optimizer: tf.train.adam(1e-3), loss: 'categoricalCrossentropy' });
    const x = tf.randomNormal([batch, 784]);
    const y = tf.oneHot(tf.randomUniform([batch], 0, 10, 'int32'), 10);
    prepared.set(key, { model, x, y });
  }
  return prepared.get(key);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { network, batch, steps } = JSON.parse(line);
  const { model, x, y } = prepare(network, batch);
  const times = [];
  for (let step = 0; step < steps; step++) {
    const begun = performance.now();
    await model.trainOnBatch(x, y);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  console.log(JSON.stringify({ ms: times[times.length >> 1], parameters: model.countParams() }));
}
