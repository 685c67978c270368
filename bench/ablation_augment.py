# SPDX-License-Identifier: Apache-2.0
"""What each effect of `augmentation` brings: the same project trained with each alone, with all and with none.

    ablation_augment.py MOTE DATA WORK [--folds 0,1,2] [--epochs N] [--only NAME,..]

People of DATA/gsc1-bed-cat-happy and DATA/gsc-mixed35-and-noise are dealt to three folds; a project learns from the
people of two (with `mote init`'s settings but for the effect) and the int8 model is judged by `mote evaluate --on` on the
people of the third, as recorded and as sox changes them, which training knows nothing of: another reverberation (a
network of combs and all-passes), GSM, another microphone, levels, a small loudspeaker. A line of WORK/results.jsonl is a
project; what is there is not run again. Prints the table.
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess

ON = '{probability: 0.5}'
VARIANTS = {
    'none': '',
    'level': 'level: %s' % ON,
    'floor': 'floor: %s' % ON,
    'microphone': 'microphone: %s' % ON,
    'room': 'room: %s' % ON,
    'loudspeaker': 'loudspeaker: %s' % ON,
    'compression': 'compression: %s' % ON,
    'automatic_gain': 'automatic_gain: %s' % ON,
    'clipping': 'clipping: %s' % ON,
    'telephone': 'telephone: %s' % ON,
    'codec': 'codec: %s' % ON,
    'home': 'world: home',
    'everywhere': 'world: everywhere',
}
CONDITIONS = {
    'clean': [],
    'reverb': ['reverb', '60', '50', '70'],
    'gsm': None,
    'dull': ['treble', '-14', '3000', 'bass', '+6'],
    'thin': ['bass', '-15', '400', 'treble', '+8', '3000'],
    'quiet': ['gain', '-30'],
    'speaker': ['highpass', '-1', '500', 'lowpass', '-1', '3000', 'overdrive', '12', '10', 'gain', '-3'],
}
FOLDS = 3


def fold_of(name):
    return int(hashlib.sha256(name.split('_nohash_')[0].encode()).hexdigest(), 16) % FOLDS


def deal(data, folder, fold):
    """Files of the people that a project learns from, and of the others."""
    for part in ('learn', 'judge'):
        shutil.rmtree(os.path.join(folder, part), ignore_errors=True)
    roots = [os.path.join(data, 'gsc1-bed-cat-happy'), os.path.join(data, 'gsc-mixed35-and-noise', 'words')]
    for root in roots:
        for word in sorted(os.listdir(root)):
            if not os.path.isdir(os.path.join(root, word)):
                continue
            for name in sorted(os.listdir(os.path.join(root, word))):
                if not name.endswith('.wav') or (root == roots[1] and word in ('bed', 'cat', 'happy')):
                    continue
                to = os.path.join(folder, 'judge' if fold_of(name) == fold else 'learn', word)
                os.makedirs(to, exist_ok=True)
                shutil.copy(os.path.join(root, word, name), to)
    shutil.copytree(os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise'),
                    os.path.join(folder, 'learn', '_background_noise_'))


def harden(folder):
    for name, effect in CONDITIONS.items():
        for word in sorted(os.listdir(os.path.join(folder, 'judge'))):
            to = os.path.join(folder, name, word)
            os.makedirs(to, exist_ok=True)
            for wav in os.listdir(os.path.join(folder, 'judge', word)):
                source, target = os.path.join(folder, 'judge', word, wav), os.path.join(to, wav)
                if name == 'clean':
                    shutil.copy(source, target)
                elif effect is None:
                    subprocess.run(['sox', source, '-r', '8000', target + '.gsm'], check=True, stderr=subprocess.DEVNULL)
                    subprocess.run(['sox', target + '.gsm', '-r', '16000', '-b', '16', '-e', 'signed', target], check=True,
                                   stderr=subprocess.DEVNULL)
                    os.remove(target + '.gsm')
                else:
                    subprocess.run(['sox', source, target, *effect], check=True, stderr=subprocess.DEVNULL)


def accuracy(document):
    """Of the first evaluation in what `mote evaluate --on --json` says."""
    if isinstance(document, dict):
        if isinstance(document.get('accuracy'), dict):
            return document['accuracy']['value']
        if isinstance(document.get('accuracy'), (int, float)):
            return document['accuracy']
        for value in document.values():
            found = accuracy(value)
            if found is not None:
                return found
    return None


def train(mote, folder, work, variant, epochs):
    project = os.path.join(work, 'project')
    shutil.rmtree(project, ignore_errors=True)

    def run(*words):
        done = subprocess.run([mote, *words], cwd=project if os.path.isdir(project) else work, capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise SystemExit(' '.join(words) + '\n' + done.stdout[-500:] + done.stderr[-800:])
        return done.stdout

    run('init', 'project')
    path = os.path.join(project, 'mote.yaml')
    with open(path) as f:
        text = f.read()
    if epochs:
        text = re.sub(r'epochs: \d+', 'epochs: %d' % epochs, text, 1)
    text, n = re.subn(r'(?m)^augmentation:.*$', 'augmentation:\n' + ('  %s' % variant if variant else ''), text)
    if n != 1:
        text += '\naugmentation:\n  %s\n' % variant
    with open(path, 'w') as f:
        f.write(text)
    run('data', 'add', os.path.join(folder, 'learn'))
    trained = json.loads(run('run', 'compress', '--json'))['stages']['train']
    out = {'waiting_share': trained.get('waiting_share'), 'samples_per_s': trained.get('samples_per_s')}
    for name in CONDITIONS:
        out[name] = accuracy(json.loads(run('evaluate', '--on', os.path.join(folder, name), '--json')))
    return out


def show(path):
    rows = [json.loads(line) for line in open(path)]
    names = [v for v in VARIANTS if any(r['variant'] == v for r in rows)]
    print('| effect | folds | ' + ' | '.join(CONDITIONS) + ' | waiting |')
    print('|---|---|' + '---|' * (len(CONDITIONS) + 1))
    for v in names:
        these = [r for r in rows if r['variant'] == v]
        cells = ['%.1f' % (100 * sum(r[c] for r in these) / len(these)) for c in CONDITIONS]
        waiting = sum(r['waiting_share'] or 0 for r in these) / len(these)
        print('| %s | %d | %s | %.1f %% |' % (v, len(these), ' | '.join(cells), 100 * waiting))


def main():
    p = argparse.ArgumentParser()
    p.add_argument('mote'), p.add_argument('data'), p.add_argument('work')
    p.add_argument('--folds', default='0,1,2')
    p.add_argument('--epochs', type=int, default=0)
    p.add_argument('--only', default=','.join(VARIANTS))
    a = p.parse_args()
    mote, data, work = (os.path.abspath(x) for x in (a.mote, a.data, a.work))
    os.makedirs(work, exist_ok=True)
    path = os.path.join(work, 'results.jsonl')
    known = [json.loads(line) for line in open(path)] if os.path.exists(path) else []
    for fold in (int(f) for f in a.folds.split(',')):
        folder = os.path.join(work, 'fold%d' % fold)
        if not os.path.exists(os.path.join(folder, 'done')):
            deal(data, folder, fold)
            harden(folder)
            open(os.path.join(folder, 'done'), 'w').close()
        for name in a.only.split(','):
            if any(r['variant'] == name and r['fold'] == fold and r['epochs'] == a.epochs for r in known):
                continue
            row = {'variant': name, 'fold': fold, 'epochs': a.epochs, **train(mote, folder, work, VARIANTS[name], a.epochs)}
            with open(path, 'a') as f:
                f.write(json.dumps(row) + '\n')
            print(json.dumps(row), flush=True)
    show(path)


main()
