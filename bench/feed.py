# SPDX-License-Identifier: Apache-2.0
"""Do samples come as fast as a network takes them? Training with and without augmentation, side by side.

    feed.py MOTE DATA [SET..]

words    the 600 of DATA/gsc1-bed-cat-happy with what Mote adds to them, the keyword template's `ds-cnn` of 48 channels
small    the same words, `tc-resnet` of width 1 (TC-ResNet8)
digits   the 6,000 of DATA/mnist, 28 x 28 grey, `ds-cnn` as the template of images has it
colour   600 made pictures of 96 x 96 in colour, `mobilenet` of width 0.25

Each is trained in turn with nothing done to the samples, with what the template does, and with all that there is (of words:
with pitch and car noise), three times. Said are CPU seconds of the program (the least of three, start and decoding with
it), which other work on the machine does not change much, and what `mote run train --json` says: samples a second, and the
share of the time in which the network stood still because samples were made (of the fastest; on an idle machine only).
Exit code 1 when that share is more than MOST with what the template does: of pictures 5 %. A room costs more than a network
as small as these for a clip of sound, so of words the shares are bounds between what it was before src/data/loops.inc and
what it is now.
"""
import json
import os
import random
import resource
import struct
import subprocess
import sys
import tempfile

MOST = {'words': 0.58, 'small': 0.68, 'digits': 0.05, 'colour': 0.05}
PICTURE = {
    'nothing': 'crop: 0, rotate_deg: 0, brightness: 0, contrast: 0',
    'template': 'crop: 10 %, rotate_deg: 5, brightness: 10 %, contrast: 10 %',
    'all': 'flip_across: true, crop: 20 %, rotate_deg: 15, brightness: 20 %, contrast: 20 %, pixel_noise: 5 %, cut_out: 30 %',
}
HEARD = 'world: everywhere, gain_db: 6, noise: {probability: 0.5, snr_db: [0, 20]}, speed: [0.9, 1.1], spec_augment: {time_masks: 1, time_frames: 8}'
SOUND = {
    'nothing': 'shift_ms: 0, gain_db: 0, noise: {probability: 0}',
    'template': HEARD + ', shift_ms: 100',
    'all': HEARD + ', shift_ms: 100, pitch: [-1, 1], car_noise: {probability: 0.5, snr_db: [-5, 15]}',
}
WORDS = 'task: keyword\nkeywords: [bed, cat, happy]\nfeatures: {normalise: mean}\n'
EPOCHS = 'training: {epochs: 3, patience: 0, seed: SEED}\n'


def make_colour(data, folder):
    del data  # made, not read
    rng = random.Random(1)
    for i in range(600):
        label = ('left', 'right')[i % 2]
        os.makedirs(os.path.join(folder, label), exist_ok=True)
        noise = rng.randbytes(96 * 96 * 3)
        rows = [noise[y * 288:y * 288 + 144] + bytes(144) if label == 'left' else bytes(144) + noise[y * 288:y * 288 + 144]
                for y in range(96)]
        with open(os.path.join(folder, label, '%03d.ppm' % i), 'wb') as f:
            f.write(b'P6 96 96 255\n' + b''.join(rows))


def words(data, folder):
    os.symlink(os.path.join(data, 'gsc1-bed-cat-happy'), folder)


def digits(data, folder):
    os.makedirs(folder)
    for kind in ('images-idx3', 'labels-idx1'):
        os.symlink(os.path.join(data, 'mnist', 'train6k-%s-ubyte' % kind), os.path.join(folder, 'train6k-%s-ubyte' % kind))
    with open(os.path.join(folder, 'train6k-images-idx3-ubyte'), 'rb') as f:
        assert struct.unpack('>I', f.read(4))[0] == 0x803


def write(project, settings, augmentation, seed):
    with open(os.path.join(project, 'mote.yaml'), 'w') as f:
        f.write('mote: 1\nname: feed\n' + settings.replace('SEED', str(seed)) + 'augmentation: {%s}\n' % augmentation)


def train(mote, project):
    """CPU seconds, samples a second, share of waiting."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    out = subprocess.run([mote, 'run', 'train', '--json'], cwd=project, capture_output=True, text=True)
    if out.returncode not in (0, 1):
        raise SystemExit(out.stdout[-600:] + out.stderr[-600:])
    got = json.loads(out.stdout)['stages']['train']
    return (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before, got['samples_per_s'], got['waiting_share'])


def prepare(mote, project, data, make, first):
    """A project with the data of `make`, up to its features; sets of the same data share it."""
    if os.path.isdir(project):
        return
    os.makedirs(project)
    make(data, project + '-in')
    write(project, *first, 1)
    subprocess.run([mote, 'data', 'add', project + '-in'], cwd=project, check=True, capture_output=True)
    subprocess.run([mote, 'run', 'features'], cwd=project, check=False, capture_output=True)


def main():
    mote, data, wanted = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    starved = False
    sets = (
        ('words', words, SOUND, WORDS + 'model: {architecture: ds-cnn, channels: 48, blocks: 4, kernel: [10, 4], stride: [2, 2]}\n' + EPOCHS),
        ('small', words, SOUND, WORDS + 'model: {architecture: tc-resnet}\n' + EPOCHS),
        ('digits', digits, PICTURE, 'task: image\nimage: {size: [28, 28]}\n'
         'model: {architecture: ds-cnn, channels: 48, blocks: 4, kernel: [3, 3], stride: [2, 2]}\n' + EPOCHS),
        ('colour', make_colour, PICTURE, 'task: image\nimage: {size: [96, 96], colour: rgb}\n'
         'model: {architecture: mobilenet, width: 0.25, blocks: 13}\n'
         'device: {budget: {ram: 512 KiB, flash: 2 MiB}}\n' + EPOCHS),
    )
    with tempfile.TemporaryDirectory() as work:
        for name, make, kinds, settings in sets:
            if wanted and name not in wanted:
                continue
            project = os.path.join(work, make.__name__)
            prepare(mote, project, data, make, (settings, kinds['nothing']))
            got = {what: [] for what in kinds}
            for seed in (1, 2, 3):
                for what in kinds:
                    write(project, settings, kinds[what], seed)
                    got[what].append(train(mote, project))
            least = min(g[0] for g in got['nothing'])
            for what in kinds:
                cpu = min(g[0] for g in got[what])
                fastest = max(got[what], key=lambda g: g[1])
                starved = starved or (what == 'template' and fastest[2] > MOST[name])
                print('%-7s %-9s %6.2f CPU seconds (%+5.1f %%), %5.0f samples a second, waiting %4.1f %%'
                      % (name, what, cpu, 100 * (cpu / least - 1), fastest[1], 100 * fastest[2]), flush=True)
    sys.exit(1 if starved else 0)


if __name__ == '__main__':
    main()
