# The peer of the benchmark `train`: steps of the same networks in PyTorch on the CPU. It reads one JSON request per
# line and answers with one JSON line: {"network": ..., "batch": ..., "steps": ...} -> {"ms": per step, "parameters": n}.
import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)


def conv_bn(inputs, outputs, kernel, stride=1, groups=1, relu=True, bias=False):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU()) if relu else nn.Sequential(*layers)


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = conv_bn(inputs, outputs, 3, stride, bias=True)
        self.second = conv_bn(outputs, outputs, 3, relu=False, bias=True)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if stride != 1 else nn.Identity()

    def forward(self, x):
        return F.relu(self.second(self.first(x)) + self.shortcut(x))


class ResNet8(nn.Module):
    """As MLPerf Tiny has it, with biases before the normalizations."""

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 16, 3, bias=True)
        self.stages = nn.Sequential(Residual(16, 16, 1), Residual(16, 32, 2), Residual(32, 64, 2))
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean((2, 3)))


class Encoder(nn.Module):
    """Pre-normalization encoder layer: d 128, 4 heads, 512 hidden, GELU."""

    def __init__(self, size=128, heads=4, hidden=512):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(size), nn.LayerNorm(size)
        self.qkv, self.out = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.up, self.down = nn.Linear(size, hidden), nn.Linear(hidden, size)

    def forward(self, x):
        n, s, d = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(n, s, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(y.transpose(1, 2).reshape(n, s, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(Encoder(), Encoder())
        self.head = nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.layers(x).mean(1))


def mobilenet(width):
    def c(channels):
        return max(8, int(channels * width))

    plan = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    layers, inputs = [conv_bn(3, c(32), 3, 2)], c(32)
    for outputs, stride in plan:
        layers += [conv_bn(inputs, inputs, 3, stride, groups=inputs), conv_bn(inputs, c(outputs), 1)]
        inputs = c(outputs)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10))


NETWORKS = {
    "lenet-300-100": (
        lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
        ),
        (1, 28, 28),
    ),
    "lenet-5": (
        lambda: nn.Sequential(
            nn.Conv2d(1, 20, 5),
            nn.MaxPool2d(2),
            nn.Conv2d(20, 50, 5),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(800, 500),
            nn.ReLU(),
            nn.Linear(500, 10),
        ),
        (1, 28, 28),
    ),
    "resnet-8": (ResNet8, (3, 32, 32)),
    "mobilenet-v1": (lambda: mobilenet(0.25), (3, 96, 96)),
    "transformer": (Transformer, (64, 128)),
}

prepared = {}


def prepare(name, batch):
    if (name, batch) not in prepared:
        make, shape = NETWORKS[name]
        model = make().train()
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
        prepared[name, batch] = (model, optimizer, torch.randn(batch, *shape), torch.randint(10, (batch,)))
    return prepared[name, batch]


def step(model, optimizer, x, y):
    optimizer.zero_grad(set_to_none=True)
    F.cross_entropy(model(x), y).backward()
    optimizer.step()


for line in sys.stdin:
    request = json.loads(line)
    task = prepare(request["network"], request["batch"])
    times = []
    for _ in range(request["steps"]):
        start = time.perf_counter()
        step(*task)
        times.append(1000 * (time.perf_counter() - start))
    parameters = sum(p.numel() for p in task[0].parameters())
    print(json.dumps({"ms": sorted(times)[len(times) // 2], "parameters": parameters}), flush=True)
