#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values for src/evaluate, from scipy and scikit-learn.

    python3 tests/golden/make_evaluate.py > tests/golden/evaluate.json

The inputs come from a 64-bit LCG that the C test repeats, and every probability is a float32
quotient of two integers, so both sides work on the same bits.
"""
import json
import platform

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import metrics

MASK = (1 << 64) - 1


class Lcg:
    def __init__(self, seed):
        self.s = seed

    def u(self):
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.s >> 11) / 2.0**53


def predictions(seed, n, n_classes, bonus):
    g = Lcg(seed)
    labels = np.zeros(n, int)
    p = np.zeros((n, n_classes), np.float32)
    for i in range(n):
        labels[i] = int(g.u() * n_classes)
        w = np.array([int(g.u() * 1000) + 1 for _ in range(n_classes)], np.int64)
        w[labels[i]] += int(g.u() * bonus)
        p[i] = w.astype(np.float32) / np.float32(w.sum())
    return labels, p


def ece(conf, right, n_bins):
    bins = np.clip(np.ceil(conf.astype(float) * n_bins).astype(int) - 1, 0, n_bins - 1)
    total = 0.0
    for b in range(n_bins):
        m = bins == b
        if m.any():
            total += m.mean() * abs(right[m].mean() - conf[m].astype(float).mean())
    return total


def evaluation(seed, n, n_classes, bonus):
    y, p = predictions(seed, n, n_classes, bonus)
    said = p.argmax(1)
    p64 = p.astype(float)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        y, said, labels=range(n_classes), zero_division=0)
    onehot = np.eye(n_classes)[y]
    logp = np.log(np.clip(p64, 1e-7, 1))

    def nll_at(log_t):
        z = logp / np.exp(log_t)
        return -(z - special.logsumexp(z, axis=1, keepdims=True))[np.arange(n), y].mean()

    fit = optimize.minimize_scalar(nll_at, bounds=(np.log(0.02), np.log(50)), method="bounded",
                                   options={"xatol": 1e-10})
    return {
        "seed": seed, "n": n, "n_classes": n_classes, "bonus": bonus,
        "accuracy": metrics.accuracy_score(y, said),
        "macro_f1": metrics.f1_score(y, said, average="macro"),
        "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
        "confusion": metrics.confusion_matrix(y, said, labels=range(n_classes)).ravel().tolist(),
        "ece": ece(p.max(1), (said == y).astype(float), 15),
        "brier": float(((p64 - onehot) ** 2).sum(1).mean()),
        "nll": float(-logp[np.arange(n), y].mean()),
        "temperature": float(np.exp(fit.x)), "temperature_nll": float(fit.fun),
    }


def wilson(k, n, c):
    ci = stats.binomtest(k, n).proportion_ci(c, method="wilson")
    return {"k": k, "n": n, "confidence": c, "lo": ci.low, "hi": ci.high}


def garwood(k, c):
    a = 1 - c
    lo = 0.0 if k == 0 else stats.chi2.ppf(a / 2, 2 * k) / 2
    return {"k": k, "confidence": c, "lo": lo, "hi": stats.chi2.ppf(1 - a / 2, 2 * k + 2) / 2}


out = {
    "made_with": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                  "sklearn": sklearn.__version__},
    "evaluations": [evaluation(11, 500, 5, 4000), evaluation(12, 1200, 12, 9000), evaluation(13, 40, 3, 0),
                    evaluation(14, 7, 9, 3000)],
    "wilson": [wilson(k, n, c) for k, n in ((0, 10), (1, 1), (10, 10), (45, 50), (920, 1000), (3, 100000))
               for c in (0.8, 0.95, 0.99)],
    "garwood": [garwood(k, c) for k in (0, 1, 2, 5, 17, 100, 2500) for c in (0.9, 0.95, 0.999)],
    "mcnemar": [{"b": b, "c": c, "p": 1.0 if b + c == 0 else stats.binomtest(min(b, c), b + c).pvalue}
                for b, c in ((0, 0), (1, 0), (0, 6), (5, 5), (3, 12), (40, 70), (300, 400), (2000, 2100))],
    "normal_quantile": [{"p": p, "x": stats.norm.ppf(p)} for p in
                        (1e-300, 1e-12, 0.001, 0.025, 0.1, 0.5, 0.9, 0.975, 0.9995)],
    "log_gamma": [{"x": x, "y": float(special.gammaln(x))} for x in
                  (1e-6, 0.1, 0.5, 1.0, 1.5, 2.0, 3.25, 14.9, 15.0, 100.5, 1e6)],
    "gamma_q": [{"a": a, "x": x, "q": float(special.gammaincc(a, x))} for a, x in
                ((1, 0), (1, 1), (3, 0.5), (3, 9), (10, 10), (101, 80), (101, 140), (2501, 2600), (1e5, 1.002e5))],
}
print(json.dumps(out, indent=1))
