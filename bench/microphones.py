# SPDX-License-Identifier: Apache-2.0
"""Does a microphone's gain, noise floor and colour matter?

    microphones.py MOTE DATA [--epochs N] [--folds N] [--only N] [--methods none,mean,..]

A keyword spotter (bed, cat, happy of gsc1-bed-cat-happy, other words of gsc-mixed35-and-noise as
unknown, its noises) on log-mel of 40 bands, once for every features.normalise. People are dealt into
folds by their name; the people of a fold are in no part of the project that is judged on them, and
nothing is chosen on them. What `mote predict` says of each of their clips, as recorded and

    gain    -20, -10, +10 and +20 dB, cut off at full scale
    floor   white noise of -90 to -40 dBFS under it
    tilt    +6 and -6 dB an octave (a first difference; a leaky sum), as loud as it was

Prints accuracy over labels for each, and what is lost against the clips as they are. One thread. The
clips are made in plain Python: a minute a fold."""
import argparse
import array
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import wave
import zlib

WORDS = ('bed', 'cat', 'happy')
YAML = """mote: 1
name: microphones
task: keyword
keywords: [bed, cat, happy]
unknown: true
silence: true
clip_ms: 1000
rate_hz: 16000
data:
  group_pattern: "{group}_nohash_*"
  require: {min_per_class: 10, min_groups: 3, max_clipping: 50 %%}
features: {kind: logmel, mels: 40, low_hz: 60, high_hz: 7600, normalise: %s}
model: {architecture: ds-cnn, channels: %d, blocks: %d, kernel: [10, 4], stride: [2, 4], dropout: 0.1}
training: {epochs: %d, batch: 32, learning_rate: 0.004, weight_decay: 0.01, label_smoothing: 10 %%, patience: 0, seed: 1, threads: 1}
augmentation:
  shift_ms: 100
  gain_db: 6
  noise: {probability: 0.5, snr_db: [5, 25]}
"""


def read(path):
    with wave.open(path, 'rb') as f:
        return array.array('h', f.readframes(f.getnframes()))


def write(path, samples):
    clipped = array.array('h', (max(-32768, min(32767, int(round(x)))) for x in samples))
    with wave.open(path, 'wb') as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(16000)
        f.writeframes(clipped.tobytes())


def rms(x):
    return (sum(v * v for v in x) / max(1, len(x))) ** 0.5


def gain(x, db):
    k = 10 ** (db / 20)
    return [v * k for v in x]


def floor(x, dbfs, noise):
    k = 32768 * 10 ** (dbfs / 20)
    at = random.randrange(len(noise) - len(x))
    return [v + k * n for v, n in zip(x, noise[at:at + len(x)])]


def tilt(x, is_up):
    out, before = [], 0.0
    for v in x:
        if is_up:
            out.append(v - 0.98 * before)
            before = v
        else:
            before = v + 0.98 * before
            out.append(before)
    mean = sum(out) / max(1, len(out))
    out = [v - mean for v in out]
    k = rms(x) / max(1e-9, rms(out))
    return [v * k for v in out]


def conditions():
    noise = [random.gauss(0, 1) for _ in range(64000)]
    yield 'as recorded', lambda x: x
    for db in (-20, -10, 10, 20):
        yield 'gain %+d dB' % db, lambda x, db=db: gain(x, db)
    for dbfs in (-90, -60, -40):
        yield 'floor %d dBFS' % dbfs, lambda x, dbfs=dbfs: floor(x, dbfs, noise)
    yield 'tilt +6 dB/octave', lambda x: tilt(x, True)
    yield 'tilt -6 dB/octave', lambda x: tilt(x, False)


def clips(data):
    """(label, person, path) of every clip."""
    out = []
    for word in WORDS:
        folder = os.path.join(data, 'gsc1-bed-cat-happy', word)
        out += [(word, f.split('_')[0], os.path.join(folder, f)) for f in sorted(os.listdir(folder)) if f.endswith('.wav')]
    root = os.path.join(data, 'gsc-mixed35-and-noise', 'words')
    for word in sorted(os.listdir(root)):
        if word not in WORDS:
            folder = os.path.join(root, word)
            out += [(word, f.split('_')[0], os.path.join(folder, f)) for f in sorted(os.listdir(folder)) if f.endswith('.wav')]
    return out


def call(args, folder):
    done = subprocess.run(args, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(' '.join(args[:4]) + '\n' + done.stdout[-800:] + done.stderr[-800:])
    return done.stdout


def train(mote, data, people, folder, method, options):
    os.makedirs(folder)
    with open(os.path.join(folder, 'mote.yaml'), 'w') as f:
        f.write(YAML % (method, options.channels, options.blocks, options.epochs))
    for label, person, path in people:
        to = os.path.join(folder, 'rec', label)
        os.makedirs(to, exist_ok=True)
        shutil.copy(path, to)
    call([mote, 'data', 'add', 'rec'], folder)
    call([mote, 'data', 'add', os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise'), '--role', 'background'], folder)
    call([mote, 'run', 'deploy', '--threads', '1'], folder)


def judge(mote, folder, made):
    """Per cent right of (label, path)."""
    right = 0
    for at in range(0, len(made), 100):
        part = made[at:at + 100]
        out = json.loads(call([mote, 'predict', 'latest', *[path for _, path in part], '--label-only', '--json', '--threads', '1'], folder))
        assert len(out) == len(part)
        for (label, _), p in zip(part, out):
            right += p['label'] == (label if label in WORDS else '_unknown_')
    return 100 * right / len(made)


def main():
    p = argparse.ArgumentParser()
    p.add_argument('mote')
    p.add_argument('data')
    p.add_argument('--epochs', type=int, default=40)
    p.add_argument('--channels', type=int, default=32)
    p.add_argument('--blocks', type=int, default=3)
    p.add_argument('--folds', type=int, default=4)
    p.add_argument('--only', type=int, help='this many of the folds')
    p.add_argument('--methods', default='none,mean,running,pcen')
    options = p.parse_args()
    random.seed(1)
    every, names = clips(options.data), []
    table = {}
    with tempfile.TemporaryDirectory() as work:
        for fold in range(options.only or options.folds):
            is_judged = [zlib.crc32(person.encode()) % options.folds == fold for _, person, _ in every]
            made = {}
            for name, change in conditions():
                names = names if name in names else names + [name]
                folder = os.path.join(work, 'heard%d' % fold, name.replace(' ', '_').replace('/', '_'))
                os.makedirs(folder)
                made[name] = []
                for i, ((label, _, path), is_in) in enumerate(zip(every, is_judged)):
                    if is_in:
                        made[name].append((label, os.path.join(folder, '%d.wav' % i)))
                        write(made[name][-1][1], change(read(path)))
            for method in options.methods.split(','):
                folder = os.path.join(work, '%s%d' % (method, fold))
                train(os.path.abspath(options.mote), options.data,
                      [c for c, is_in in zip(every, is_judged) if not is_in], folder, method, options)
                for name in names:
                    table.setdefault((method, name), []).append(judge(os.path.abspath(options.mote), folder, made[name]))
                print('fold %d %s: %s' % (fold, method, ', '.join('%s %.1f' % (n, table[method, n][-1]) for n in names)),
                      file=sys.stderr, flush=True)
                shutil.rmtree(folder)
    methods = options.methods.split(',')
    print('| clips | ' + ' | '.join(methods) + ' |\n|---' * 1 + '|---' * len(methods) + '|')
    for name in names:
        cells = []
        for method in methods:
            mean = sum(table[method, name]) / len(table[method, name])
            lost = mean - sum(table[method, names[0]]) / len(table[method, names[0]])
            cells.append('%.1f' % mean + ('' if name == names[0] else ' (%+.1f)' % lost))
        print('| ' + name + ' | ' + ' | '.join(cells) + ' |')


if __name__ == '__main__':
    main()
