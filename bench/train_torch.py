#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Training speed of Mote and of PyTorch on the same model, batch and machine, one after the other
in rounds, and the ratio.

    python3 bench/train_torch.py build/bench/bench_train     (needs python3-torch)
"""
import json
import statistics
import subprocess
import sys
import time
import torch
import torch.nn as nn

ROUNDS, SECONDS = 5, 2.0


def block(c):
    return [nn.Conv2d(c, c, 3, padding=1, groups=c), nn.BatchNorm2d(c), nn.ReLU(),
            nn.Conv2d(c, c, 1), nn.BatchNorm2d(c), nn.ReLU()]


def model():
    # SAME padding of TensorFlow for 10 x 4, stride 2 on 49 x 10: rows 4 + 5, columns 1 + 1.
    layers = [nn.ZeroPad2d((1, 1, 4, 5)), nn.Conv2d(1, 64, (10, 4), stride=2), nn.BatchNorm2d(64), nn.ReLU()]
    for _ in range(4):
        layers += block(64)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(64, 12))


def torch_speed(batch, threads):
    torch.set_num_threads(threads)
    net = model().train()
    opt = torch.optim.Adam(net.parameters(), lr=1e-3)
    loss_fn = nn.CrossEntropyLoss()
    x, y = torch.randn(batch, 1, 49, 10), torch.arange(batch) % 12

    def step():
        opt.zero_grad(set_to_none=True)
        loss_fn(net(x), y).backward()
        opt.step()

    for _ in range(3):
        step()
    cpu, wall, n = time.process_time(), time.perf_counter(), 0
    while time.perf_counter() - wall < SECONDS:
        step()
        n += batch
    return n / (time.process_time() - cpu), n / (time.perf_counter() - wall)


def mote_speed(program, batch, threads):
    out = subprocess.run([program, str(batch), str(threads), 'auto', str(SECONDS)], check=True, capture_output=True)
    r = json.loads(out.stdout)
    return r['clips_per_cpu_second'], r['clips_per_second'], r['kernels']


def main():
    program = sys.argv[1]
    print('PyTorch %s, %s' % (torch.__version__, torch.__config__.show().splitlines()[1].strip()))
    for batch, threads in ((32, 1), (100, 1), (32, 2)):
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(mote_speed(program, batch, threads))
            theirs.append(torch_speed(batch, threads))
        mine = [statistics.median(r[i] for r in ours) for i in (0, 1)]
        torch_ = [statistics.median(r[i] for r in theirs) for i in (0, 1)]
        print('batch %3d, %d thread(s), %s: Mote %.0f clips a CPU-second, %.0f a second; PyTorch %.0f, %.0f; '
              'ratio %.2f, %.2f' % (batch, threads, ours[0][2], mine[0], mine[1], torch_[0], torch_[1],
                                    mine[0] / torch_[0], mine[1] / torch_[1]))


if __name__ == '__main__':
    main()
