#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values for the trainer: loss, gradients and a few optimiser steps of a small DS-CNN in
PyTorch, in double precision. Writes learn.json beside this file.

    python3 tests/golden/make_learn.py      (needs python3-torch)
"""
import json
import os
import torch
import torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)
H, W, C1, C2, CLASSES, N = 10, 6, 6, 5, 4, 5
EPS, MOMENTUM = 1e-3, 0.1


def same(size, window, stride):
    out = -(-size // stride)
    total = max((out - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def f32(t):
    return t.to(torch.float32).to(torch.float64)


def norm(c):
    return [f32(1 + 0.3 * torch.randn(c)), f32(0.3 * torch.randn(c))]


# In the order of the operators; layouts of PyTorch: [oc, c, kh, kw].
params = [f32(torch.randn(C1, 1, 4, 3) * 0.4), f32(torch.randn(C1) * 0.2), *norm(C1),
          f32(torch.randn(C1, 1, 3, 3) * 0.4), f32(torch.randn(C1) * 0.2), *norm(C1),
          f32(torch.randn(C2, C1, 1, 1) * 0.4), f32(torch.randn(C2) * 0.2), *norm(C2),
          f32(torch.randn(CLASSES, C2) * 0.5), f32(torch.randn(CLASSES) * 0.2)]
inputs = f32(torch.randn(N, 1, H, W))
labels = torch.tensor([0, 1, 2, 3, 1])


def forward(p, stats, x):
    def bn(x, i, k):
        return F.relu(F.batch_norm(x, stats[2 * k], stats[2 * k + 1], p[i], p[i + 1], True, MOMENTUM, EPS))

    top, bottom = same(H, 4, 2)
    left, right = same(W, 3, 2)
    x = bn(F.conv2d(F.pad(x, (left, right, top, bottom)), p[0], p[1], stride=2), 2, 0)
    x = bn(F.conv2d(x, p[4], p[5], padding=1, groups=C1), 6, 1)
    x = bn(F.conv2d(x, p[8], p[9]), 10, 2)
    return F.linear(x.mean((2, 3)), p[12], p[13])


def fresh():
    p = [t.clone().requires_grad_() for t in params]
    s = [torch.zeros(C1), torch.ones(C1), torch.zeros(C1), torch.ones(C1), torch.zeros(C2), torch.ones(C2)]
    return p, s


def nhwc(t):
    """Weights [oc, c, kh, kw] to Mote's layout: [oc, kh, kw, c], depthwise [1, kh, kw, c]."""
    if t.dim() == 4 and t.shape[1] == 1 and t.shape[0] == C1 and t.shape[2] == 3:
        t = t.permute(1, 2, 3, 0)
    elif t.dim() == 4:
        t = t.permute(0, 2, 3, 1)
    return t.detach().reshape(-1).tolist()


def flat(ts):
    return [float('%.9g' % v) for t in ts for v in nhwc(t)]


def case(name, optimiser, steps, **loss_args):
    p, stats = fresh()
    out = {'name': name, 'steps': steps}
    weights = [p[i] for i in (0, 4, 8, 12)]
    rest = [t for i, t in enumerate(p) if i not in (0, 4, 8, 12)]
    opt = optimiser([{'params': weights, 'weight_decay': 0.05}, {'params': rest, 'weight_decay': 0.0}])
    for step in range(steps):
        opt.zero_grad()
        loss = F.cross_entropy(forward(p, stats, inputs), labels, **loss_args)
        loss.backward()
        if step == 0:
            out['loss'] = loss.item()
            out['grads'] = flat([t.grad for t in p])
        opt.step()
    out['params'] = flat(p)
    out['statistics'] = [float('%.9g' % v) for t in stats for v in t.tolist()]
    return out


doc = {
    'made_by': 'tests/golden/make_learn.py, PyTorch ' + torch.__version__,
    'class_weights': [1.0, 2.0, 0.5, 1.5],
    'params': flat(params),
    'inputs': inputs.reshape(-1).tolist(),
    'labels': labels.tolist(),
    'cases': [
        case('adam', lambda g: torch.optim.AdamW(g, lr=0.01), 4, label_smoothing=0.1),
        case('sgd', lambda g: torch.optim.SGD(g, lr=0.05, momentum=0.9), 4,
             weight=torch.tensor([1.0, 2.0, 0.5, 1.5])),
    ],
}
doc['inputs'] = [float('%.9g' % v) for v in doc['inputs']]
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'learn.json'), 'w') as f:
    json.dump(doc, f, indent=None, separators=(',', ':'))
    f.write('\n')
