#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The series of the Numenta Anomaly Benchmark for run_anomaly.sh: cut them, and score what was said.

    nab.py list DATA                        number and name of each series
    nab.py cut DATA FOLDER                  FOLDER/NUMBER/in: the probation as recordings of normal values;
                                            FOLDER/NUMBER/all.csv: the whole
    nab.py spans DATA FOLDER NUMBER         FOLDER/in: the same of one series with a column of labels; the test is
                                            what comes behind the probation, with its anomalies
    nab.py told DATA FILE NUMBER            FILE, what `mote run --json` says of that project, holds what the
                                            benchmark says of the alarms in it
    nab.py score DATA FOLDER LEAST [all]    FOLDER/NUMBER.json: what `mote predict --json` said of
                                            each; nothing: the model said nothing. all: the
                                            benchmark's detector twice, else as published

A detector learns from the first 15 % of a series (of at most 5000 steps), which is taken as normal and
is not scored. The score is the benchmark's own, standard profile, over all series together:
100 * (raw + windows) / (2 * windows), see src/evaluate/nab.h.

What was chosen was chosen on one half of the series (the even ones by name): margin, adapt_ms and
quiet_ms of the project in run_anomaly.sh. The other half shows what that is worth.

Beside it the benchmark's own windowed Gaussian (window 6400, step 100), twice: with every step at or
above its best threshold an alarm, as the benchmark reports it (that threshold is chosen on all that is
scored), and with alarms told as ours are, its threshold chosen on the even half."""
import csv
import json
import math
import os
import sys

QUIET = 75          # of the benchmark's detector, as quiet_ms of ours: an alarm that comes within so many steps of the one before is the same
PIECES = 10         # of the probation: recordings that are dealt to training, validation and test
FALSE_ALARM = 0.11  # weight in the standard profile; what is found and missed weighs 1
SPLITS = ("train", "validation", "train", "validation", "test")


def when(text):
    """To the second; such texts are in the order of their times."""
    return text[:19]


def series(data):
    with open(os.path.join(data, "labels", "combined_windows.json")) as f:
        windows = json.load(f)
    out = []
    for name in sorted(windows):
        path = os.path.join(data, "data", name)
        if not os.path.isfile(path):
            continue
        with open(path) as f:
            rows = list(csv.reader(f))[1:]
        times = [when(r[0]) for r in rows]
        inside = []
        for a, b in windows[name]:
            steps = [i for i, t in enumerate(times) if when(a) <= t <= when(b)]
            if steps:
                inside.append((steps[0], steps[-1]))
        out.append({"name": name, "text": [r[1] for r in rows], "windows": sorted(inside)})
    return out


def probation(n):
    return int(min(0.15 * n, 0.15 * 5000))


def write(path, values):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write("value\n" + "\n".join(values) + "\n")


def cut(one, folder):
    n = probation(len(one["text"])) // PIECES
    for k in range(PIECES):
        write(os.path.join(folder, "in", SPLITS[k % 5], "normal", f"p{k:02d}.csv"),
              one["text"][k * n:(k + 1) * n])
    write(os.path.join(folder, "all.csv"), one["text"])


def spans(one, folder):
    n = probation(len(one["text"])) // PIECES
    pieces = [(f"{SPLITS[k % 2]}/p{k:02d}", k * n, (k + 1) * n) for k in range(PIECES)]
    for name, first, end in pieces + [("test/rest", PIECES * n, len(one["text"]))]:
        unusual = [any(w[0] <= i <= w[1] for w in one["windows"]) for i in range(first, end)]
        path = os.path.join(folder, "in", name + ".csv")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write("value,label\n")
            for text, is_unusual in zip(one["text"][first:end], unusual):
                f.write(f"{text},{'anomaly' if is_unusual else 'normal'}\n")


def told(one, path):
    """Alarms as the program told them, once more by the benchmark's rule and by hand."""
    with open(path) as f:
        alarms = json.load(f)["stages"]["evaluate"]["alarms"]
    rest = alarms["recordings"][0]
    offset = probation(len(one["text"])) // PIECES * PIECES
    begins = [int(x["at_ms"]) // 1000 - 1 + offset for x in rest["alarms"]]
    score, n_found, n, _ = nab_score([one], [begins])
    delays = [min(i - w[0] for i in begins if w[0] <= i <= w[1])
              for w in one["windows"] if any(w[0] <= i <= w[1] for i in begins)]
    got = (alarms["n_spans"], alarms["n_found"], alarms["nab_score"]["value"],
           alarms["detection_delay_ms"]["value"])
    print(f"told: {got[1]} of {got[0]} spans found, benchmark's score {got[2]:.2f}, after {got[3]} "
          f"steps of 1000; by hand {n_found} of {n}, {score:.2f}, {delays}; "
          f"{alarms['n_false']} false alarms of {len(begins)}")
    return (got[:2] == (n, n_found) and n_found > 0 and abs(got[2] - score) < 0.01
            and abs(got[3] - 1000 * sum(delays) / len(delays)) < 0.01)


def sigmoid(y):
    return -1.0 if y >= 3 else 2 / (1 + math.exp(5 * y)) - 1


def worths(one, steps):
    """What an alarm at each of the steps earns or costs: (worth, window or None)."""
    first = probation(len(one["text"]))
    for i in steps:
        if i < first:
            continue
        w = next((w for w in one["windows"] if w[0] <= i <= w[1]), None)
        if w:
            yield sigmoid(-((w[1] - i) + 1) / (w[1] - w[0] + 1)) / sigmoid(-1), w
            continue
        before = [w for w in one["windows"] if w[1] < i]
        far = (i - before[-1][1]) / max(before[-1][1] - before[-1][0], 1) if before else 3
        yield FALSE_ALARM * sigmoid(far), None


def n_counted(chosen):
    return sum(w[1] >= probation(len(one["text"])) for one in chosen for w in one["windows"])


def nab_score(chosen, alarms):
    """alarms: of each series, steps; the score, windows found, windows, false alarms."""
    n = n_counted(chosen)
    raw = n_found = n_false = 0
    for one, steps in zip(chosen, alarms):
        best = {}
        for worth, w in worths(one, steps):
            if w is None:
                raw += worth
                n_false += 1
            else:
                best[w] = max(best.get(w, worth), worth)
        raw += sum(best.values()) + len(best)
        n_found += len(best)
    return 100 * raw / (2 * n), n_found, n, n_false


def once(steps):
    """An alarm that goes on is one: the steps at which one begins."""
    out, last = [], -math.inf
    for i in steps:
        if i - last > QUIET:
            out.append(i)
        last = i
    return out


def windowed_gaussian(values):
    """Scores of the benchmark's detector: 1 - the tail beyond the value, under the mean and the
    deviation of the last 6400 values, renewed every 100 once there are so many."""
    scores, n, total, squares, low = [], 0, 0.0, 0.0, 0
    mean, deviation, waiting = 0.0, 1.0, 0
    shift = values[0]
    for i, v in enumerate(values):
        scores.append(1 - 0.5 * math.erfc(abs(v - mean) / deviation / math.sqrt(2)) if i else 0.0)
        total += v - shift
        squares += (v - shift) ** 2
        n += 1
        waiting += 1
        if n > 6400 and waiting < 100:
            continue
        while n > 6400:
            total -= values[low] - shift
            squares -= (values[low] - shift) ** 2
            n, low = n - 1, low + 1
        waiting = 0
        mean = shift + total / n
        variance = squares / n - (total / n) ** 2
        deviation = math.sqrt(variance) if variance > 1e-12 else 1e-6
    return scores


def said(path):
    """Steps at which an alarm of the model begins: that at which its window ends; None: there was no
    model."""
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        return None
    with open(path) as f:
        return [int(x["at_ms"]) // 1000 - 1 for x in json.load(f)[0]["detections"]]


def three(name, chosen, alarms):
    parts = [range(0, len(chosen), 2), range(1, len(chosen), 2), range(len(chosen))]
    got = [nab_score([chosen[i] for i in p], [alarms[i] for i in p]) for p in parts]
    print(f"{name}: {got[0][0]:.1f} on the half that chose, {got[1][0]:.1f} on the other, "
          f"{got[2][0]:.1f} on all ({got[2][1]} of {got[2][2]} windows found, "
          f"{got[2][3]} false alarms)")
    return [g[0] for g in got]


def best_threshold(chosen, scores):
    """The threshold with the best score when every step at or above it is an alarm: a walk down."""
    steps = []
    for k, (one, s) in enumerate(zip(chosen, scores)):
        first = probation(len(s))
        steps += [(-s[i], k, w, worth) for i, (worth, w) in
                  zip(range(first, len(s)), worths(one, range(first, len(s))))]
    steps.sort(key=lambda x: x[0])
    raw, top, at, best = 0.0, 0.0, math.inf, {}
    for j, (s, k, w, worth) in enumerate(steps):
        if w is None:
            raw += worth
        elif worth > best.get((k, w), -1):
            raw += worth - best.get((k, w), -1)
            best[(k, w)] = worth
        if raw > top and (j + 1 == len(steps) or steps[j + 1][0] != s):
            top, at = raw, -s
    return at


def best_of_tails(chosen, scores):
    """The same where alarms are told once, among thresholds with a tail of 1e-2 to 1e-15."""
    return max((1 - 10 ** (-k / 4) for k in range(8, 61)), key=lambda t: nab_score(
        chosen, [once([i for i, s in enumerate(one) if s >= t]) for one in scores])[0])


def score(data, folder, told_once):
    chosen = series(data)
    ours = [said(os.path.join(folder, f"{k}.json")) for k in range(len(chosen))]
    print(f"series: {len(chosen)}, without a model because their probation is one value: "
          f"{ours.count(None)}")
    mine = three("mote", chosen, [steps or [] for steps in ours])
    gauss = [windowed_gaussian([float(v) for v in one["text"]]) for one in chosen]
    t = best_threshold(chosen, gauss)
    plain = three(f"windowed Gaussian, as published, threshold 1 - {1 - t:.3g}", chosen,
                  [[i for i, s in enumerate(one) if s >= t] for one in gauss])
    if told_once:
        t = best_of_tails(chosen[::2], gauss[::2])
        three(f"windowed Gaussian, alarms told as ours, threshold 1 - {1 - t:.3g}", chosen,
              [once([i for i, s in enumerate(one) if s >= t]) for one in gauss])
    return mine, plain


def main(argv):
    if argv[1] == "list":
        for k, one in enumerate(series(argv[2])):
            print(k, one["name"])
    elif argv[1] == "cut":
        for k, one in enumerate(series(argv[2])):
            cut(one, os.path.join(argv[3], str(k)))
    elif argv[1] == "spans":
        spans(series(argv[2])[int(argv[4])], argv[3])
    elif argv[1] == "told":
        sys.exit(0 if told(series(argv[2])[int(argv[4])], argv[3]) else 1)
    else:
        mine, plain = score(argv[2], argv[3], argv[5:] == ["all"])
        ok = mine[1] >= plain[1] and mine[2] >= plain[2] and mine[2] >= float(argv[4])
        sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main(sys.argv)
