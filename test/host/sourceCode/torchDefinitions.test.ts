// Parameter counts of PyTorch definitions: what is known is exact, what is not is said.
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPythonParser, type PythonParser } from '../../../src/host/sourceCode/pythonParser';
import { findTorchDefinitions, type Definition } from '../../../src/host/sourceCode/torchDefinitions';

let parser: PythonParser;
beforeAll(async () => {
  parser = await loadPythonParser(path.resolve('node_modules/@vscode/tree-sitter-wasm/wasm'));
});

function definitions(text: string): Definition[] {
  const tree = parser.parse(text);
  const found = findTorchDefinitions(text, tree.rootNode);
  tree.delete();
  return found;
}

/** "name: count" of each definition, with what it assumes and what is unknown. */
function summary(text: string): string[] {
  return definitions(text).map(({ name, count }) => {
    const assumed = count.assumed.length > 0 ? ` with ${count.assumed.join(', ')}` : '';
    const unknown = count.unknown.length > 0 ? ` + ? (${count.unknown.join(', ')})` : '';
    return `${name}: ${count.parameters}${count.repeats === 1 ? '' : ` in ${count.repeats}`}${assumed}${unknown}`;
  });
}

const torch = 'import torch\nimport torch.nn as nn\n';

describe('single layers', () => {
  // The counts are those that `sum(p.numel() for p in layer.parameters())` gives for the formulas of torch.nn.
  it.each([
    ['nn.Linear(10, 20)', 220],
    ['nn.Linear(10, 20, bias=False)', 200],
    ['nn.Linear(10, 20, False)', 200],
    ['nn.Linear(in_features=10, out_features=20)', 220],
    ['nn.Linear(out_features=2 * 10, in_features=10)', 220],
    ['nn.Bilinear(3, 4, 5)', 65],
    ['nn.Conv1d(3, 8, 5)', 128],
    ['nn.Conv2d(3, 16, 3, padding=1)', 448],
    ['nn.Conv2d(3, 16, (3, 5))', 736],
    ['nn.Conv2d(16, 16, 3, groups=16, bias=False)', 144],
    ['nn.Conv2d(16, 32, kernel_size=[1, 1])', 544],
    ['nn.Conv3d(1, 2, 3)', 56],
    ['nn.ConvTranspose2d(16, 8, 4, stride=2)', 2056],
    ['nn.ConvTranspose2d(16, 8, 4, 2, 1, 0, 8)', 264],
    ['nn.BatchNorm2d(64)', 128],
    ['nn.BatchNorm1d(64, affine=False)', 0],
    ['nn.InstanceNorm2d(64)', 0],
    ['nn.InstanceNorm2d(64, affine=True)', 128],
    ['nn.LayerNorm(768)', 1536],
    ['nn.LayerNorm((4, 5))', 40],
    ['nn.LayerNorm(768, bias=False)', 768],
    ['nn.LayerNorm(768, elementwise_affine=False)', 0],
    ['nn.GroupNorm(4, 32)', 64],
    ['nn.RMSNorm(32)', 32],
    ['nn.Embedding(1_000, 64)', 64000],
    ['nn.Embedding(1000, 64, padding_idx=0)', 64000],
    ['nn.LSTM(10, 20)', 2560],
    ['nn.LSTM(10, 20, 2)', 5920],
    ['nn.LSTM(10, 20, num_layers=2, bidirectional=True)', 15040],
    ['nn.LSTM(10, 20, bias=False)', 2400],
    ['nn.LSTM(10, 20, proj_size=5)', 1460],
    ['nn.GRU(10, 20)', 1920],
    ['nn.RNN(10, 20)', 640],
    ['nn.LSTMCell(10, 20)', 2560],
    ['nn.GRUCell(10, 20, bias=False)', 1800],
    ['nn.MultiheadAttention(64, 8)', 16640],
    ['nn.MultiheadAttention(64, 8, kdim=32, vdim=16)', 11520],
    ['nn.TransformerEncoderLayer(512, 8)', 3152384],
    ['nn.TransformerDecoderLayer(512, 8)', 4204032],
    ['nn.PReLU()', 1],
    ['nn.PReLU(16)', 16],
    ['nn.Parameter(torch.zeros(1, 64, 3))', 192],
    ['nn.Parameter(torch.randn((2, 5)))', 10],
  ])('%s has %i parameters', (layer, count) => {
    expect(definitions(`${torch}x = ${layer}\n`)[0]?.count).toMatchObject({ parameters: count, unknown: [] });
  });

  it('are found however torch.nn was imported', () => {
    for (const [header, call] of [
      ['import torch', 'torch.nn.Linear(1, 1)'],
      ['import torch.nn', 'torch.nn.Linear(1, 1)'],
      ['import torch.nn as N', 'N.Linear(1, 1)'],
      ['from torch import nn', 'nn.Linear(1, 1)'],
      ['from torch.nn import Linear', 'Linear(1, 1)'],
      ['from torch.nn import (\n    Conv2d,\n    Linear as L,\n)', 'L(1, 1)'],
      ['from torch.nn import *', 'Linear(1, 1)'],
    ]) {
      expect(summary(`${header}\nx = ${call}\n`), header).toEqual(['Linear: 2']);
    }
  });

  it('are no others: other libraries, comments and strings', () => {
    expect(summary('from other import nn\nx = nn.Linear(1, 1)\n')).toEqual([]);
    expect(summary(`${torch}# nn.Linear(1, 1)\ns = "nn.Linear(1, 1)"\ny = nn.ReLU()\n`)).toEqual([]);
    expect(summary('import torch\nLinear(1, 1)\n')).toEqual([]);
  });

  it('are unknown where an argument is, and say which', () => {
    expect(summary(`${torch}x = nn.Linear(size, 20)\n`)).toEqual(['Linear: 0 + ? (size)']);
    expect(summary(`${torch}x = nn.Linear(*sizes)\n`)).toEqual(['Linear: 0 + ? (*sizes)']);
    expect(summary(`${torch}x = nn.Linear(len(words), 20)\n`)).toEqual(['Linear: 0 + ? (len(words))']);
  });
});

describe('names', () => {
  it('are known when they are assigned once', () => {
    expect(summary(`${torch}H = 8\nW = H * 2\nx = nn.Linear(H, W)\n`)).toEqual(['Linear: 144']);
    expect(summary(`${torch}H = 8\nH = 9\nx = nn.Linear(H, 1)\n`)).toEqual(['Linear: 0 + ? (H)']);
    expect(summary(`${torch}H = 8\nH += 1\nx = nn.Linear(H, 1)\n`)).toEqual(['Linear: 0 + ? (H)']);
    expect(summary(`${torch}H, W = sizes()\nx = nn.Linear(H, W)\n`)).toEqual(['Linear: 0 + ? (H, W)']);
  });

  it('stand for attributes, class constants and settings objects', () => {
    const text = `${torch}
class Config:
    width: int = 4

class Net(nn.Module):
    depth = 3
    def __init__(self):
        super().__init__()
        self.hidden = 5
        local = self.hidden + self.depth
        self.a = nn.Linear(local, Config.width)
`;
    expect(summary(text)).toEqual(['Net: 36', 'Linear: 36']);
  });

  it('stand for defaults, which are named', () => {
    const text = `${torch}
class Net(nn.Module):
    def __init__(self, hidden=128, out: int = 10, depth=None):
        self.a = nn.Linear(784, hidden)
        self.b = nn.Linear(hidden, out)
`;
    expect(summary(text)).toEqual([
      'Net: 101770 with hidden=128, out=10',
      'Linear: 100480 with hidden=128',
      'Linear: 1290 with hidden=128, out=10',
    ]);
  });

  it('do not reach from a class body or another function into a method', () => {
    const text = `${torch}
def f():
    k = 3
class Net(nn.Module):
    n = 4
    def __init__(self):
        self.a = nn.Linear(k, 1)
        self.b = nn.Linear(n, 1)
`;
    expect(summary(text)).toEqual(['Net: 0 + ? (k, n)', 'Linear: 0 + ? (k)', 'Linear: 0 + ? (n)']);
  });
});

describe('totals', () => {
  it('add the layers of a class, loops and comprehensions included', () => {
    const text = `${torch}
SIZES = [4, 8, 16]
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        blocks = []
        for a, b in zip(SIZES[:-1], SIZES[1:]):
            blocks.append(nn.Linear(a, b))
        for i in range(2):
            blocks.append(nn.Conv2d(SIZES[i], SIZES[i + 1], 1, bias=False))
        self.body = nn.Sequential(*blocks)
`;
    expect(summary(text)).toEqual([
      `Net: ${3 * 72 + (40 + 144) + (32 + 128)}`,
      'Linear: 216 in 3',
      'Linear: 184 in 2',
      'Conv2d: 160 in 2',
    ]);
  });

  it('follow classes of the file with the arguments they are made with', () => {
    const text = `${torch}
class Block(nn.Module):
    def __init__(self, inputs, outputs, shortcut=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        if shortcut:
            self.side = nn.Conv2d(inputs, outputs, 1)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = Block(3, 8)
        self.two = Block(8, 16, shortcut=True)
        self.head = nn.Linear(16, 10)
`;
    const one = 3 * 8 * 9 + 16;
    const two = 8 * 16 * 9 + 32 + (8 * 16 + 16);
    expect(summary(text).filter((line) => !/^(Conv|Batch|Linear)/.test(line))).toEqual([
      'Block: 0 with shortcut=False + ? (inputs, outputs)',
      `Net: ${one + two + 170}`,
      `Block: ${one}`,
      `Block: ${two}`,
    ]);
  });

  it('are open where something is not known', () => {
    const text = `${torch}
import torchvision
class Net(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.backbone = torchvision.models.resnet18()
        self.drop = nn.Dropout(0.5)
        self.scale = float(n)
        self.head = nn.Linear(4, 2)
        while n:
            self.add(nn.Linear(1, 1))
    def grow(self):
        self.more = nn.Linear(2, 2)
`;
    expect(summary(text)[0]).toBe(
      'Net: 10 + ? (torchvision.models.resnet18, while n: self.add(nn.Linear(1…, grow())',
    );
  });

  it('do not go round in circles', () => {
    const text = `${torch}
class Tree(nn.Module):
    def __init__(self):
        super().__init__()
        self.leaf = nn.Linear(1, 1)
        self.child = Tree()
`;
    expect(summary(text)).toContain('Tree: 2 + ? (Tree)');
  });

  it('are given for a Sequential of several layers', () => {
    expect(summary(`${torch}net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))\n`)).toEqual([
      'Sequential: 30',
      'Linear: 20',
      'Linear: 10',
    ]);
  });
});

/** A network of eight lines. */
const cls = (n: number): string => `class Net${n}(nn.Module):
    def __init__(self, hidden=${n}):
        super().__init__()
        self.a = nn.Linear(hidden, 10)
        self.b = nn.Linear(10, hidden)
    def forward(self, x):
        x = torch.relu(self.a(x))
        return self.b(x)

`;

describe('the reader', () => {
  it('survives code that does not parse', () => {
    expect(
      summary(`${torch}class Net(nn.Module:\n  def __init__(self\n    self.a = nn.Linear(2, 2\n`),
    ).toBeInstanceOf(Array);
    expect(summary(`${torch}x = nn.Linear(\n`)).toBeInstanceOf(Array);
  });

  it('reads a file of five thousand lines in well under a second', () => {
    const text = torch + Array.from({ length: 560 }, (_, n) => cls(n)).join('');
    expect(text.split('\n').length).toBeGreaterThan(5000);
    expect(definitions(text)).toHaveLength(3 * 560);
  });
});
