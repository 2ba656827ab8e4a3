# Gradients by PyTorch's autograd, in float64. Reads one JSON list of cases from the standard input and answers with one
# of the same length. A case is an expression over its inputs; the loss is the sum of all elements of its results, each
# weighted by the cosine of its index.
import json
import sys

import torch
import torch.nn.functional as F


def gates(weights, order):
    """The blocks of a recurrent layer's weights in another order: frameworks number the gates differently."""
    parts = weights.chunk(len(order), 0)
    return torch.cat([parts[index] for index in order], 0)


def recurrent(kind, x, w, r, b, order, states, bidirectional=False):
    """A recurrent layer from ONNX's weights [directions, gates * hidden, ...]; gives ONNX's output Y and the states."""
    weights = []
    for direction in range(w.shape[0]):
        biases = b[direction].chunk(2, 0)
        weights += [gates(part, order) for part in (w[direction], r[direction], *biases)]
    run = {'lstm': torch._VF.lstm, 'gru': torch._VF.gru, 'rnn': torch._VF.rnn_tanh}[kind]
    y, *last = run(x, states, weights, True, 1, 0.0, False, bidirectional, False)
    steps, batch, _ = y.shape
    return (y.reshape(steps, batch, w.shape[0], -1).transpose(1, 2), *last)


def gradients(case):
    inputs = {
        name: torch.tensor(given['values'], dtype=torch.float64).reshape(given['shape']).requires_grad_()
        for name, given in case['inputs'].items()
    }
    # The expressions are those of the test beside this file.
    results = eval(case['torch'], {'torch': torch, 'F': F, 'recurrent': recurrent}, dict(inputs))
    loss = 0.0
    for result in results if isinstance(results, (tuple, list)) else (results,):
        flat = result.reshape(-1)
        loss = loss + (flat * torch.cos(torch.arange(flat.numel(), dtype=torch.float64))).sum()
    found = torch.autograd.grad(loss, list(inputs.values()), allow_unused=True)
    return [
        (torch.zeros_like(x) if gradient is None else gradient).reshape(-1).tolist()
        for x, gradient in zip(inputs.values(), found)
    ]


json.dump([gradients(case) for case in json.load(sys.stdin)], sys.stdout)
