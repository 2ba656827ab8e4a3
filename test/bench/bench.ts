// `npm run bench -- NAME`: measures the product against named peers. Benchmarks print what they measured and are never
// part of the tests; a peer that is missing is said to be missing.
import { benchAccuracy } from './accuracy';
import { benchChannels } from './channels';
import { benchGap } from './gap';
import { benchIterative } from './iterative';
import { benchLottery } from './lottery';
import { benchLowRank } from './lowRank';
import { benchPrune } from './prune';
import { benchRounding } from './rounding';
import { benchStructured } from './structured';
import { benchTrain } from './train';
import { benchTwin } from './twin';
import { benchWanda } from './wanda';

interface Bench {
  readonly name: string;
  readonly what: string;
  readonly run: (args: readonly string[]) => Promise<void>;
}

const benches: readonly Bench[] = [
  { name: 'train', what: 'steps of training against PyTorch and TensorFlow.js', run: benchTrain },
  {
    name: 'accuracy',
    what: 'networks trained from scratch on real data: [TASK [SEED…]]',
    run: benchAccuracy,
  },
  {
    name: 'prune',
    what: 'fewest weights at no more error on MNIST: [lenet-300-100|lenet-5 [SEED…]]',
    run: benchPrune,
  },
  {
    name: 'lottery',
    what: 'pruned networks trained anew, from their first weights and from others: [SEED…]',
    run: benchLottery,
  },
  {
    name: 'iterative',
    what: 'pruning in rounds against pruning at once: [SEED…]',
    run: benchIterative,
  },
  {
    name: 'gap',
    what: 'the gap between training and validation before and after pruning: [SEED…]',
    run: benchGap,
  },
  {
    name: 'wanda',
    what: 'pruning without training after it, by magnitude, Wanda and SparseGPT in every scope: [SEED…]',
    run: benchWanda,
  },
  {
    name: 'structured',
    what: 'a residual network with fewer channels: [mnist|fashion-mnist [SEED…]]',
    run: benchStructured,
  },
  {
    name: 'channels',
    what: 'fewer channels in every real file: [FRACTION [MULTIPLE]]',
    run: benchChannels,
  },
  {
    name: 'twin',
    what: 'a network and its depthwise-separable twin: [SEED…]',
    run: benchTwin,
  },
  {
    name: 'lowrank',
    what: 'layers taken apart, with and without training after it: [SEED…]',
    run: benchLowRank,
  },
  {
    name: 'rounding',
    what: 'AdaRound and GPTQ against rounding to nearest, at 8 to 2 bits: [SEED…]',
    run: benchRounding,
  },
];

async function main([name, ...args]: readonly string[]): Promise<number> {
  const bench = benches.find((candidate) => candidate.name === name);
  if (!bench) {
    console.log('Usage: npm run bench -- NAME, where NAME is one of');
    for (const { name: known, what } of benches) console.log(`  ${known.padEnd(12)}${what}`);
    return 2;
  }
  await bench.run(args);
  return 0;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
