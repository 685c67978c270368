#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day of a wand, from recordings of single movements: see run_stream.sh.

    stream.py PROGRAM WAND WORK

A recording is movements, one behind the other, with stretches of a long recording of everything else
between them, five seconds or so each; those that are learned from have a column of labels. What is
held comes from other movements and other recordings than what is learned. Random numbers are drawn
by a seed.
"""
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import urllib.request

RATE = 100  # of the recordings, Hz, nearly: a row in two is taken, 20 ms apart
GESTURES = ('flippendo', 'wingardium')
TOLERANCE_MS = 1500  # an event may be said so long after the movement is over


failed = []


def check(is_ok, text):
    print('%s - %s' % ('ok' if is_ok else 'not ok', text))
    if not is_ok:
        failed.append(text)


def rows_of(path):
    with open(path, newline='') as f:
        rows = list(csv.reader(f))
    return rows[0][1:], [r[1:] for r in rows[1:] if len(r) == len(rows[0])]


def ends_of(wand):
    with open(os.path.join(wand, 'trim_ms.csv'), newline='') as f:
        return {r[0]: float(r[1]) for r in list(csv.reader(f))[1:] if r[1].isdigit()}


def make_one(wand, names, rest, ends, rng):
    """Rows with a label each, and the movements as (label, from_ms, to_ms)."""
    out, truth = [], []

    def add_rest(seconds):
        n = int(seconds * RATE)
        at = rng.randrange(len(rest) - n)
        out.extend((r, 'rest') for r in rest[at:at + n])

    add_rest(rng.uniform(4, 7))
    for name in names:
        label = name.rstrip('0123456789')
        columns, rows = rows_of(os.path.join(wand, label, name + '.csv'))
        n = min(len(rows), max(int(ends.get(name, 2000) / 1000 * RATE), 160))
        truth.append((label, len(out) * 1000 // RATE, (len(out) + n) * 1000 // RATE))
        out.extend((r, label) for r in rows[:n])
        add_rest(rng.uniform(4, 7))
    return columns, out, truth


def make(wand, folder):
    rng = random.Random(7)
    ends = ends_of(wand)
    held_truth = {}
    for part, first, last, per_file, long in (('learn', 0, 80, 10, range(6)), ('held', 80, 100, 10, (6, 7))):
        os.makedirs(os.path.join(folder, part))
        names = ['%s%03d' % (g, i) for g in GESTURES for i in range(first, last)]
        rng.shuffle(names)
        for k in range(0, len(names), per_file):
            rest = rows_of(os.path.join(wand, 'negative', 'negative%03d.csv' % rng.choice(long)))[1]
            columns, rows, truth = make_one(wand, names[k:k + per_file], rest, ends, rng)
            name = 'day%02d.csv' % (k // per_file)
            with open(os.path.join(folder, part, name), 'w', newline='') as f:
                w = csv.writer(f)
                w.writerow(['time_ms'] + columns + (['label'] if part == 'learn' else []))
                for i, (r, label) in list(enumerate(rows))[::2]:
                    w.writerow([i * 1000 // RATE] + r + ([label] if part == 'learn' else []))
            if part == 'held':
                held_truth[name] = {'events': truth, 'ms': len(rows) * 1000 // RATE}
    with open(os.path.join(folder, 'held', 'truth.json'), 'w') as f:
        json.dump(held_truth, f)


def count(truth, said):
    """An event is hit by the first of its label that is said in it or soon after; the others are false."""
    left = list(said)
    hits = 0
    for label, start, end in truth['events']:
        for d in left:
            if d[0] == label and start <= d[1] <= end + TOLERANCE_MS:
                left.remove(d)
                hits += 1
                break
    return hits, len(truth['events']) - hits, len(left)


def project(program, work):
    """From recordings with labelled spans to a model that is judged and registered."""
    folder = os.path.join(work, 'p')
    os.makedirs(folder)
    with open(os.path.join(folder, 'mote.yaml'), 'w') as f:
        f.write('mote: 1\nname: wand\ntask: gesture\n'
                'data: {rate_hz: 50, window_ms: 1500, stride_ms: 500, require: {min_per_class: 5}}\n'
                'stream: {events: [flippendo, wingardium], hop_ms: 100, smoothing_ms: 300, suppression_ms: 1000, '
                'tolerance_ms: %d, max_false_accepts_per_hour: 30}\ntraining: {epochs: 8, seed: 1}\n' % TOLERANCE_MS)

    def mote(*args):
        return subprocess.run([program, *args], cwd=folder, capture_output=True, text=True)

    added = mote('data', 'add', os.path.join(work, 'day', 'learn'))
    check('16 taken' in added.stdout + added.stderr, 'sixteen recordings with labelled spans are taken')
    said = mote('run')
    found = re.search(r'evaluate .*?([0-9.]+) false accepts/h, ([0-9.]+) % missed', said.stdout + said.stderr)
    check(found is not None, 'the model is judged on whole recordings: ' + (found.group(0) if found else said.stderr[-300:]))
    return mote


def predict(mote, work):
    truth_path = os.path.join(work, 'day', 'held', 'truth.json')
    with open(truth_path) as f:
        truth = json.load(f)
    total, said_of = [0, 0, 0, 0], {}
    for name in sorted(truth):
        doc = json.loads(mote('predict', 'wand/1', os.path.join(work, 'day', 'held', name), '--json').stdout)
        said_of[name] = [(d['label'], d['at_ms']) for d in doc[0]['detections']]
        one = count(truth[name], said_of[name]) + (truth[name]['ms'],)
        total = [t + o for t, o in zip(total, one)]
    hits, misses, false, ms = total
    check(hits >= 0.8 * (hits + misses) and false <= 5,
          'held recordings: %d hits, %d missed, %d false in %.1f minutes (%.0f an hour); at least 80 %%, at most 5 false' %
          (hits, misses, false, ms / 6e4, false * 3.6e6 / ms))
    return said_of


BOARD = r"""
static unsigned at;
static void call(unsigned op, const void *x)
{
    register unsigned r0 __asm__("r0") = op;
    register const void *r1 __asm__("r1") = x;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
static void put_number(unsigned n)
{
    char text[12], *s = text + 11;
    *s = 0;
    do
        *--s = (char)('0' + n % 10);
    while (n /= 10);
    call(4, s);
}
void board_read_sensor(float *x, size_t n)
{
    if (at + n > N_STEPS)
        call(0x18, (const void *)0x20026);
    for (size_t i = 0; i < n * FEATURES_CHANNELS; i++)
        x[i] = wand[at * FEATURES_CHANNELS + i];
    at += (unsigned)n;
}
void CALLBACK(const EVENT *event);
void CALLBACK(const EVENT *event)
{
    call(4, "event ");
    call(4, model_labels[event->class_id]);
    call(4, " ");
    put_number(at * 20);
    call(4, "\n");
}
"""


def emulate(mote, work, name, said):
    """The firmware on an emulated Cortex-M4F, fed with the steps of a recording."""
    folder = os.path.join(work, 'firmware')
    mote('compile', 'wand/1', '-t', 'cortex-m4f', '-o', folder)
    with open(os.path.join(folder, 'main.c')) as f:
        main = f.read()
    header = re.search(r'#include "(\w+\.h)"', main).group(1)
    callback, event = re.search(r'void (board_\w+)\(const (\w+) \*event\);', main).groups()
    with open(os.path.join(work, 'day', 'held', name), newline='') as f:
        rows = [r[1:] for r in list(csv.reader(f))[1:]]
    with open(os.path.join(folder, 'board.c'), 'w') as f:
        f.write('#include "%s"\n#define N_STEPS %d\n#define CALLBACK %s\n#define EVENT %s\nstatic const float wand[] = {%s};\n' %
                (header, len(rows), callback, event, ',\n'.join(','.join(repr(float(c)) + 'f' for c in r) for r in rows)))
        f.write(BOARD)
    make_file = os.path.join(folder, 'Makefile')
    with open(make_file) as f:
        text = f.read()
    with open(make_file, 'w') as f:
        f.write(text.replace('SOURCES = main.c ', 'SOURCES = main.c board.c '))
    built = subprocess.run(['make', '-C', folder], capture_output=True, text=True)
    heard = subprocess.run(['qemu-system-arm', '-M', 'mps2-an386', '-nographic', '-monitor', 'none', '-serial', 'none',
                            '-semihosting-config', 'enable=on,target=native', '-kernel', os.path.join(folder, 'firmware.elf')],
                           capture_output=True, text=True, timeout=120)
    got = [(m[0], int(m[1])) for m in re.findall(r'event (\w+) (\d+)', heard.stdout + heard.stderr)]
    check(got == said and len(got) > 0, 'the emulated device says the same %d events at the same steps' % len(said))
    if got != said:
        print('    ', built.stderr[-300:], got[:6], said[:6])


def serve(program, mote, work, said_of):
    server = subprocess.Popen([program, 'serve', 'wand/1', '--port', '0', '--threads', '1', '--json'], cwd=os.path.join(work, 'p'),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        text = ''
        for line in server.stdout:
            text += line
            if '"port"' in line:
                break
        port = re.search(r'"port": *(\d+)', text).group(1)
        same = 0
        for name, said in said_of.items():
            with open(os.path.join(work, 'day', 'held', name), 'rb') as f:
                request = urllib.request.Request('http://127.0.0.1:%s/v1/classify' % port, data=f.read())
            doc = json.load(urllib.request.urlopen(request, timeout=120))
            same += [(d['label'], d['at_ms']) for d in doc['detections']] == said
        check(same == len(said_of), 'a server says the same events of all %d recordings' % same)
        bench = mote('bench', 'http://127.0.0.1:%s' % port, '-n', '40', '-c', '2', '--quiet')
        print('    ' + bench.stdout.replace('\n', '; '))
        found = re.search(r'detected: (\d+) of (\d+) events; another event in (\d+) answers', bench.stdout)
        n, of, others = [int(x) for x in found.groups()] if found else (0, 1, 1)
        check('0 failed' in bench.stdout and n >= 0.7 * of > 0 and others <= 2,
              'mote bench sends movements with what is before and behind them: %d of %d detected' % (n, of))
    finally:
        server.terminate()
        server.wait()


def main():
    program, wand, work = sys.argv[1:]
    make(wand, os.path.join(work, 'day'))
    mote = project(program, work)
    said_of = predict(mote, work)
    name = sorted(said_of)[0]
    if shutil.which('qemu-system-arm') and shutil.which('arm-none-eabi-gcc'):
        emulate(mote, work, name, said_of[name])
    else:
        print('skip - the emulated device: no arm-none-eabi-gcc or qemu-system-arm')
    serve(program, mote, work, said_of)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
