# SPDX-License-Identifier: Apache-2.0
"""Figures on cuts that nobody has chosen anything on, with the settings as tests/tenants has them.

    unopened.py MOTE DATA

wand       five folds of recordings made one behind the other: recordings 0 to 19 of each gesture are
           the test of the first, and so on; recordings of everything else are dealt in turn
occupancy  each of the last five days of the training file, by a model of the days before it
wiimote    PickupGestureWiimoteZ of the UCR archive by the gesture template as `mote init` writes it,
           but for the rate, which the file does not say (100 Hz), beside the nearest neighbour in
           plain Python (whole recordings, z-normalised; dynamic time warping without a band)
"""
import math
import os
import re
import subprocess
import sys
import tempfile

SEEDS = (1, 2, 3)


def run(mote, folder, yaml, adds, init=False):
    """Accuracy, per cent, of one project."""
    os.makedirs(folder, exist_ok=True)
    if init:
        subprocess.run([mote, 'init', folder, '--template', 'gesture'], check=True, capture_output=True)
        with open(os.path.join(folder, 'mote.yaml')) as f:
            text = f.read()
        for old, new in yaml:
            assert old in text
            text = text.replace(old, new)
    else:
        text = yaml
    with open(os.path.join(folder, 'mote.yaml'), 'w') as f:
        f.write(text)
    for paths, split in adds:
        subprocess.run([mote, 'data', 'add', *paths, *(['--split', split] if split else [])], cwd=folder, check=True,
                       capture_output=True)
    out = subprocess.run([mote, 'run', 'evaluate'], cwd=folder, capture_output=True, text=True)
    found = re.search(r'^evaluate .*?accuracy ([0-9.]+) %', out.stdout, re.M)
    if not found:
        raise SystemExit(out.stdout[-600:] + out.stderr[-600:])
    return float(found.group(1))


def say(name, values):
    print('%-28s %5.1f %%  (%s)' % (name, sum(values) / len(values), ', '.join('%.1f' % v for v in values)), flush=True)


def wand(mote, data, work):
    root = os.path.join(data, 'imu-wand-gestures')
    yaml = ('mote: 1\nname: wand\ntask: gesture\ndata: {rate_hz: 50, window_ms: 1500, stride_ms: 500, split_seed: %d, '
            'require: {min_per_class: 5}}\ntraining: {epochs: 30, min_steps: 1000, patience: 0, seed: %d}\n')
    every = []
    for fold in range(5):
        parts = {'learn': os.path.join(work, 'wand%d' % fold, 'learn'), 'test': os.path.join(work, 'wand%d' % fold, 'test')}
        for label, n in (('flippendo', 100), ('wingardium', 100), ('negative', 8)):
            for i in range(n):
                is_test = i % 5 == fold if label == 'negative' else i // 20 == fold
                to = os.path.join(parts['test' if is_test else 'learn'], label)
                os.makedirs(to, exist_ok=True)
                os.symlink(os.path.join(root, label, '%s%03d.csv' % (label, i)), os.path.join(to, '%s%03d.csv' % (label, i)))
        got = [run(mote, os.path.join(work, 'wand%d-%d' % (fold, s)), yaml % (s, s),
                   [([parts['learn']], 'learn'), ([parts['test']], 'test')]) for s in SEEDS]
        say('wand, fold %d' % (fold + 1), got)
        every += got
    say('wand, all folds', [sum(every) / len(every)])


def occupancy(mote, data, work):
    with open(os.path.join(data, 'occupancy', 'datatraining.txt')) as f:
        lines = f.read().splitlines()
    head, rows = '"row",' + lines[0], lines[1:]
    day_of = lambda r: r.split('"')[3][:10]  # noqa: E731
    days = sorted({day_of(r) for r in rows})
    yaml = ('mote: 1\nname: room\ntask: table\ntable: {target: Occupancy, columns: [{name: Temperature}, {name: Humidity}, {name: Light}, '
            '{name: CO2}, {name: HumidityRatio}, {name: Occupancy, type: category}]}\ntraining: {epochs: 12, batch: 64, seed: %d}\n')
    for day in days[-5:]:
        paths = []
        for name, keep in (('before', lambda d, day=day: d < day), ('day', lambda d, day=day: d == day)):
            path = os.path.join(work, '%s-%s.csv' % (name, day))
            with open(path, 'w') as f:
                f.write('\n'.join([head] + [r for r in rows if keep(day_of(r))]) + '\n')
            paths.append(path)
        n = sum(day_of(r) == day for r in rows)
        empty = sum(day_of(r) == day and r.endswith(',0') for r in rows)
        got = [run(mote, os.path.join(work, 'room-%s-%d' % (day, s)), yaml % s, [([paths[0]], 'learn'), ([paths[1]], 'test')]) for s in SEEDS]
        say('occupancy, %s (%d %% empty)' % (day, round(100 * empty / n)), got)


def series_of(path):
    out = []
    with open(path) as f:
        for line in f:
            if line.strip() and line[0] not in '#@':
                values, label = line.strip().rsplit(':', 1)
                x = [float(v) for v in values.split(',') if v not in ('?', 'NaN')]
                mean = sum(x) / len(x)
                sd = math.sqrt(sum((v - mean) ** 2 for v in x) / len(x)) or 1
                out.append(([(v - mean) / sd for v in x], label))
    return out


def warping(a, b):
    inf = float('inf')
    last = [0.0] + [inf] * len(b)
    for x in a:
        now = [inf]
        for j, y in enumerate(b):
            now.append((x - y) ** 2 + min(last[j], last[j + 1], now[j]))
        last = now
    return last[-1]


def wiimote(mote, data, work):
    paths = [os.path.join(data, 'uea-small', 'PickupGestureWiimoteZ_%s.ts' % p) for p in ('TRAIN', 'TEST')]
    got = [run(mote, os.path.join(work, 'wiimote%d' % s), [('data:\n', 'data:\n  rate_hz: 100\n'), ('training:\n', 'training:\n  seed: %d\n' % s)],
               [(paths, None)], init=True) for s in SEEDS]
    say('wiimote, windows of 1 s', got)
    learn, test = series_of(paths[0]), series_of(paths[1])
    right = sum(min(learn, key=lambda l: warping(x, l[0]))[1] == label for x, label in test)
    say('wiimote, 1-NN by warping', [100 * right / len(test)])


def main():
    mote, data = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        for one in (wand, occupancy, wiimote):
            one(mote, data, work)


if __name__ == '__main__':
    main()
