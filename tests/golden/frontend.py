#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values of the audio front end, in double, from numpy and scipy (written for versions 1.24
and 1.10; any will do). Writes frontend.json beside itself:

    python3 tests/golden/frontend.py

The definitions are those of device/signal/mrt_frontend.h, by other means: numpy's FFT, triangles
evaluated filter by filter, scipy's DCT and window. "power" is the sum of |X|^2 over all n_fft bins
of a frame, which the test needs to bound rounding errors.
"""
import json
import os

import numpy as np
import scipy
import scipy.fft
import scipy.signal


def mel(hz):
    return 2595.0 * np.log10(1.0 + hz / 700.0)


def filterbank(c):
    corners = np.linspace(mel(c["low_hz"]), mel(c["high_hz"]), c["n_mels"] + 2)
    bins = mel(np.arange(c["n_fft"] // 2 + 1) * c["rate_hz"] / c["n_fft"])
    bank = np.zeros((c["n_mels"], len(bins)))
    for m in range(c["n_mels"]):
        left, peak, right = corners[m : m + 3]
        bank[m] = np.maximum(0.0, np.minimum((bins - left) / (peak - left), (right - bins) / (right - peak)))
    bank[:, 0] = 0.0
    return bank


def features(c, pcm):
    x = pcm.astype(np.float64) / 32768.0
    window = scipy.signal.get_window("hann", c["window"], fftbins=True)
    a = c["pre_emphasis_q15"] / 32768.0
    bank = filterbank(c)
    log_mel, out, power = [], [], []
    for start in range(0, len(x) - c["window"] + 1, c["hop"]):
        frame = x[start : start + c["window"]]
        frame = frame - a * np.concatenate([frame[:1], frame[:-1]])
        spectrum = np.abs(np.fft.fft(frame * window, c["n_fft"])) ** 2
        power.append(float(spectrum.sum()))
        energy = np.log(bank @ spectrum[: c["n_fft"] // 2 + 1] + 1e-6)
        log_mel.append(energy.tolist())
        out.append(scipy.fft.dct(energy, type=2, norm="ortho")[: c["n_coefficients"]].tolist())
    return log_mel, out, power


def clip(kind, n, rng):
    t = np.arange(n)
    if kind == "speech-like":
        pitch = np.cumsum(2 * np.pi * (110 + 40 * np.sin(t / 900)) / 16000)
        voiced = sum(np.sin(k * pitch) / k * np.exp(-(((k * 110 - 700) / 900) ** 2)) for k in range(1, 30))
        x = 9000 * voiced * (0.6 + 0.4 * np.sin(t / 300)) + 60 * rng.standard_normal(n)
    elif kind == "quiet noise":
        x = 20 * rng.standard_normal(n)
    elif kind == "full scale":
        x = 32767 * np.sign(np.sin(t * 0.05)) + 0 * t
    else:
        x = 0 * t
        x[n // 3] = 32767
    return np.clip(np.rint(x), -32768, 32767).astype(np.int16)


def config(**changes):
    c = dict(rate_hz=16000, window=480, hop=320, n_fft=512, n_mels=40, n_coefficients=10, low_hz=20,
             high_hz=4000, pre_emphasis_q15=0)
    c.update(changes)
    return c


CONFIGS = [
    config(),
    config(window=400, hop=160, n_mels=64, n_coefficients=13, high_hz=7600, low_hz=60, n_fft=1024,
           pre_emphasis_q15=31785),
    config(rate_hz=8000, window=121, hop=81, n_fft=128, n_mels=10, n_coefficients=10, low_hz=0, high_hz=4000),
    config(rate_hz=48000, window=2000, hop=1000, n_fft=2048, n_mels=32, n_coefficients=7, high_hz=20000),
    config(window=256, hop=128, n_fft=256, n_mels=20, n_coefficients=1, low_hz=100, high_hz=3800),
]

rng = np.random.default_rng(2026)
cases = []
for c in CONFIGS:
    n = c["window"] + 3 * c["hop"] + 17
    for kind in ["speech-like", "quiet noise", "full scale", "click"]:
        pcm = clip(kind, n, rng)
        log_mel, out, power = features(c, pcm)
        cases.append(dict(kind=kind, config=c, pcm=pcm.tolist(), power=power,
                          log_mel=[[round(v, 9) for v in f] for f in log_mel],
                          coefficients=[[round(v, 9) for v in f] for f in out]))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "frontend.json")
with open(path, "w") as f:
    json.dump(dict(made_by=f"frontend.py, numpy {np.__version__}, scipy {scipy.__version__}", cases=cases), f,
              separators=(",", ":"))
    f.write("\n")
