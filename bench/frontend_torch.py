#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Front-end speed of Mote and of torchaudio's MFCC on the same clips, machine and shape, one after
the other in rounds, and the ratio.

    python3 bench/frontend_torch.py build/bench/bench_frontend     (needs python3-torchaudio)

Both compute 49 frames x 10 coefficients of 40 mels from one second at 16 kHz, on one thread. The mel
filters differ a little (torchaudio's triangles are linear in Hz), the work is the same.
"""
import json
import statistics
import subprocess
import sys
import time
import torch
import torchaudio

ROUNDS, SECONDS, BATCHES = 5, 0.5, (1, 8, 64)


def main():
    torch.set_num_threads(1)
    mfcc = torchaudio.transforms.MFCC(
        sample_rate=16000, n_mfcc=10, log_mels=True,
        melkwargs=dict(n_fft=512, win_length=480, hop_length=320, n_mels=40, f_min=20.0, f_max=4000.0,
                       center=False, mel_scale="htk", norm=None))
    theirs, ours = {b: [] for b in BATCHES}, []
    with torch.no_grad():
        for _ in range(ROUNDS):
            for batch in BATCHES:
                # torchaudio pads its windows to n_fft: 16032 samples give 49 frames
                clips = (torch.rand(batch, 16032) - 0.5) * 0.6
                shape = tuple(mfcc(clips).shape)
                assert shape == (batch, 10, 49), shape
                n, start = 0, time.process_time()
                while time.process_time() - start < SECONDS:
                    mfcc(clips)
                    n += batch
                theirs[batch].append(n / (time.process_time() - start))
            ours.append(json.loads(subprocess.run([sys.argv[1], "0.1"], check=True, capture_output=True).stdout))
    median = {k: statistics.median(r[k] for r in ours) for k in ours[0] if isinstance(ours[0][k], (int, float))}
    for batch in BATCHES:
        print(f"torchaudio {torchaudio.__version__}, torch {torch.__version__}, one thread, batches of {batch}: "
              f"{statistics.median(theirs[batch]):.0f} clips per CPU-second")
    torch_speed = max(statistics.median(t) for t in theirs.values())
    for name, speed in median.items():
        if speed > 0:
            print(f"mote, {name}: {speed:.0f} clips per CPU-second, {speed / torch_speed:.1f} x torchaudio's best")


if __name__ == "__main__":
    main()
