# SPDX-License-Identifier: Apache-2.0
"""Do pictures come as fast as a network takes them? Training with and without augmentation, side by side.

    feed.py MOTE DATA

digits   the 6,000 of DATA/mnist, 28 x 28 grey, `ds-cnn` as the template of images has it
colour   600 made pictures of 96 x 96 in colour, `mobilenet` of width 0.25

Each is trained in turn with nothing done to the pictures, with what the template does, and with all that there is, three
times. Said are pictures per CPU second of the program (the least of three, start and decoding with it), which other work
on the machine does not change much, and what `mote run train --json` says: pictures a second, and the share of the time
in which the network stood still because pictures were made (of the fastest; on an idle machine only).
Exit code 1 when that share is 5 % or more with what the template does.
"""
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

MOST = 0.05
NOTHING = 'crop: 0, rotate_deg: 0, brightness: 0, contrast: 0'
TEMPLATE = 'crop: 10 %, rotate_deg: 5, brightness: 10 %, contrast: 10 %'
ALL = 'flip_across: true, crop: 20 %, rotate_deg: 15, brightness: 20 %, contrast: 20 %, pixel_noise: 5 %, cut_out: 30 %'


def make_colour(folder):
    rng = random.Random(1)
    for i in range(600):
        label = ('left', 'right')[i % 2]
        os.makedirs(os.path.join(folder, label), exist_ok=True)
        noise = rng.randbytes(96 * 96 * 3)
        rows = [noise[y * 288:y * 288 + 144] + bytes(144) if label == 'left' else bytes(144) + noise[y * 288:y * 288 + 144]
                for y in range(96)]
        with open(os.path.join(folder, label, '%03d.ppm' % i), 'wb') as f:
            f.write(b'P6 96 96 255\n' + b''.join(rows))


def digits(data, folder):
    os.makedirs(folder)
    for kind in ('images-idx3', 'labels-idx1'):
        os.symlink(os.path.join(data, 'mnist', 'train6k-%s-ubyte' % kind), os.path.join(folder, 'train6k-%s-ubyte' % kind))
    with open(os.path.join(folder, 'train6k-images-idx3-ubyte'), 'rb') as f:
        assert struct.unpack('>I', f.read(4))[0] == 0x803


def train(mote, project, settings, augmentation, seed):
    """CPU seconds, pictures a second, share of waiting."""
    with open(os.path.join(project, 'mote.yaml'), 'w') as f:
        f.write('mote: 1\nname: feed\ntask: image\n' + settings.replace('SEED', str(seed)) + 'augmentation: {%s}\n' % augmentation)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    out = subprocess.run([mote, 'run', 'train', '--json'], cwd=project, capture_output=True, text=True)
    if out.returncode not in (0, 1):
        raise SystemExit(out.stdout[-600:] + out.stderr[-600:])
    got = json.loads(out.stdout)['stages']['train']
    return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, got['samples_per_s'], got['waiting_share'])


def main():
    mote, data = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    starved = False
    sets = (
        ('digits', digits, 'image: {size: [28, 28]}\nmodel: {architecture: ds-cnn, channels: 48, blocks: 4, kernel: [3, 3], stride: [2, 2]}\n'
                           'training: {epochs: 3, patience: 0, seed: SEED}\n'),
        ('colour', None, 'image: {size: [96, 96], colour: rgb}\nmodel: {architecture: mobilenet, width: 0.25, blocks: 13}\n'
                         'device: {budget: {ram: 512 KiB, flash: 2 MiB}}\ntraining: {epochs: 3, patience: 0, seed: SEED}\n'),
    )
    with tempfile.TemporaryDirectory() as work:
        for name, make, settings in sets:
            project, folder = os.path.join(work, name), os.path.join(work, name + '-in')
            os.makedirs(project)
            make(data, folder) if make else make_colour(folder)
            with open(os.path.join(project, 'mote.yaml'), 'w') as f:
                f.write('mote: 1\nname: feed\ntask: image\n' + settings.replace('SEED', '1'))
            subprocess.run([mote, 'data', 'add', folder], cwd=project, check=True, capture_output=True)
            kinds = (('nothing', NOTHING), ('template', TEMPLATE), ('all', ALL))
            got = {what: [] for what, _ in kinds}
            for seed in (1, 2, 3):
                for what, augmentation in kinds:
                    got[what].append(train(mote, project, settings, augmentation, seed))
            least = min(g[0] for g in got['nothing'])
            for what, _ in kinds:
                cpu = min(g[0] for g in got[what])
                fastest = max(got[what], key=lambda g: g[1])
                starved = starved or (what == 'template' and fastest[2] >= MOST)
                print('%-7s %-9s %6.2f CPU seconds (%+5.1f %%), %5.0f pictures a second, waiting %4.1f %%'
                      % (name, what, cpu, 100 * (cpu / least - 1), fastest[1], 100 * fastest[2]), flush=True)
    sys.exit(1 if starved else 0)


if __name__ == '__main__':
    main()
