#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden values for answers and baselines of src/evaluate, from scipy, numpy and scikit-learn; the
NAB score from its definition, threshold by threshold.

    python3 tests/golden/make_answers.py > tests/golden/answers.json

The inputs come from the 64-bit LCG of make_evaluate.py, which the C test repeats.
"""
import json
import math
import platform

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.tree import DecisionTreeRegressor

MASK = (1 << 64) - 1


class Lcg:
    def __init__(self, seed):
        self.s = seed

    def u(self):
        self.s = (self.s * 6364136223846793005 + 1442695040888963407) & MASK
        return (self.s >> 11) / 2.0**53


def values(seed, n, n_values):
    g = Lcg(seed)
    truth = np.zeros((n, n_values), np.float32)
    said = np.zeros((n, n_values), np.float32)
    lo = np.zeros((n, n_values), np.float32)
    hi = np.zeros((n, n_values), np.float32)
    for i in range(n):
        for k in range(n_values):
            truth[i, k] = 0 if g.u() < 0.1 else np.float32(g.u() * 20 - 8)
            said[i, k] = np.float32(float(truth[i, k]) + g.u() * 4 - 1.5)
            lo[i, k] = np.float32(float(said[i, k]) - 1.5)
            hi[i, k] = np.float32(float(said[i, k]) + 1.25)
    t, s = truth.astype(float), said.astype(float)
    # MAPE of ours leaves out truths of 0; scikit-learn's divides by the smallest double there.
    mape = [metrics.mean_absolute_percentage_error(t[t[:, k] != 0, k], s[t[:, k] != 0, k])
            for k in range(n_values)]
    held = (lo <= truth) & (truth <= hi)
    errors = np.sort(np.abs(s[:, 0] - t[:, 0]))
    level = 0.9
    return {
        "seed": seed, "n": n, "n_values": n_values,
        "mae": metrics.mean_absolute_error(t, s), "mae_each": metrics.mean_absolute_error(t, s, multioutput="raw_values").tolist(),
        "rmse": float(np.sqrt(metrics.mean_squared_error(t, s, multioutput="raw_values")).mean()),
        "r2": metrics.r2_score(t, s), "r2_each": metrics.r2_score(t, s, multioutput="raw_values").tolist(),
        "mape": float(np.mean(mape)), "coverage": float(held.mean()), "n_zero": int((t == 0).sum()),
        "half_width_level": level, "half_width": float(errors[math.ceil((n + 1) * level) - 1]),
    }


def anomalies(seed, n, steps):
    g = Lcg(seed)
    truth = np.zeros(n, bool)
    scores = np.zeros(n, np.float32)
    for i in range(n):
        truth[i] = g.u() < 0.15
        scores[i] = np.float32(math.floor((g.u() + (0.4 if truth[i] else 0.0)) * steps) / steps)
    return {
        "seed": seed, "n": n, "steps": steps,
        "roc_auc": metrics.roc_auc_score(truth, scores),
        "average_precision": metrics.average_precision_score(truth, scores),
        "false_alarm_rate": float((scores[~truth] > 0.9).mean()),
        "detection_rate": float((scores[truth] > 0.9).mean()),
    }


def threshold(seed, n, rate, confidence):
    g = Lcg(seed)
    scores = np.sort(np.array([np.float32(g.u()) for _ in range(n)], np.float32))
    rank = math.ceil((n + 1) * (1 - rate) - 1e-9)
    above = n - rank
    beta = stats.beta(above + 1, rank)
    tail = (1 - confidence) / 2
    return {"seed": seed, "n": n, "rate": rate, "confidence": confidence,
            "threshold": float(scores[rank - 1]), "mean": float(beta.mean()),
            "lo": float(beta.ppf(tail)), "hi": float(beta.ppf(1 - tail))}


# ---- NAB: every threshold on its own, straight from the definition ----

NAB = [  # per series: steps, windows (first, last); one window lies whole in the probation
    (400, [(100, 119), (200, 239)]),
    (100, [(2, 5), (90, 99)]),
    (250, []),
    (300, [(30, 60), (299, 299)]),
    (6000, [(800, 1000), (4000, 4999)]),
]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def scaled(position):
    return -1.0 if position >= 3 else 2 * sigmoid(-5 * position) - 1


def nab_at(all_scores, limit):
    raw, n_windows, found, false = 0.0, 0, 0, 0
    for (n, windows), scores in zip(NAB, all_scores):
        probation = min(math.floor(0.15 * n), 0.15 * 5000)
        alarms = [i for i in range(n) if i >= probation and scores[i] >= limit]
        for first, last in windows:
            if last < probation:
                continue
            n_windows += 1
            inside = [i for i in alarms if first <= i <= last]
            if inside:
                found += 1
                raw += scaled(-(last - inside[0] + 1) / (last - first + 1)) / scaled(-1)
            else:
                raw -= 1
        for i in alarms:
            if any(first <= i <= last for first, last in windows):
                continue
            false += 1
            before = [w for w in windows if w[1] < i]
            position = 3.0
            if before:
                first, last = before[-1]
                position = (i - last) / max(1, last - first)
            raw += 0.11 * scaled(position)
    return {"raw": raw, "score": 100 * (raw + n_windows) / (2 * n_windows), "n_windows": n_windows,
            "n_found": found, "n_false_alarms": false}


def nab(seed):
    g = Lcg(seed)
    all_scores = []
    for n, windows in NAB:
        scores = []
        for i in range(n):
            u = g.u()
            inside = any(first <= i <= last for first, last in windows)
            scores.append(math.floor((u ** 8 + (0.3 if inside and g.u() < 0.2 else 0)) * 64) / 64)
        all_scores.append(scores)
    limits = sorted({s for scores in all_scores for s in scores}, reverse=True)
    table = [dict(threshold=t, **nab_at(all_scores, t)) for t in limits]
    best = max(table, key=lambda row: row["raw"])
    return {"seed": seed, "best": best, "at": table[::7] + [dict(threshold=9.0, **nab_at(all_scores, 9.0))]}


# ---- baselines ----


def table(seed, n, n_columns):
    g = Lcg(seed)
    x = np.array([[np.float32(g.u() * (c + 1) * 3) for c in range(n_columns)] for _ in range(n)], np.float32)
    noise = np.array([g.u() for _ in range(n)])
    return x, noise


def linear(seed, n, n_columns):
    x, noise = table(seed, n, n_columns)
    x64 = x.astype(float)
    y = np.stack([(x64 @ np.arange(1, n_columns + 1) + 5 + noise).astype(np.float32),
                  (x64[:, 0] * x64[:, 1] + noise).astype(np.float32)], 1)
    a = np.hstack([x64, np.ones((n, 1))])
    w, *_ = np.linalg.lstsq(a, y.astype(float), rcond=None)
    said = a @ w
    # The stump sees column 1 alone matter.
    step = ((x64[:, 1] > 2.5) * 4.0 + noise).astype(np.float32)
    tree = DecisionTreeRegressor(max_depth=1).fit(x64, step.astype(float))
    return {"seed": seed, "n": n, "n_columns": n_columns, "said": said[:20].ravel().tolist(),
            "rule_column": int(tree.tree_.feature[0]), "rule_threshold": float(tree.tree_.threshold[0]),
            "rule_low": float(np.median(step[x64[:, 1] <= tree.tree_.threshold[0]])),
            "rule_high": float(np.median(step[x64[:, 1] > tree.tree_.threshold[0]]))}


print(json.dumps({
    "made_with": {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__,
                  "sklearn": sklearn.__version__},
    "values": [values(21, 300, 1), values(22, 500, 3), values(23, 41, 2)],
    "anomalies": [anomalies(31, 400, 1000000), anomalies(32, 1000, 12), anomalies(33, 60, 3)],
    "thresholds": [threshold(41, n, r, c) for n, r, c in
                   ((99, 0.01, 0.95), (100, 0.05, 0.9), (1000, 0.01, 0.95), (9, 0.1, 0.5), (20000, 0.001, 0.99))],
    "nab": [nab(51), nab(52)],
    "linear": [linear(61, 200, 4), linear(62, 90, 7)],
}, indent=1))
