# SPDX-License-Identifier: Apache-2.0
"""How far a keyword spotter reaches: people, words, rooms, microphones, codecs that nobody trained on.

    reach.py MOTE DATA WORK words|arabic|arabic-open|synthetic|wake|unopened .. [--recipe NAME] [--set KEY=VALUE]..
             [--folds 0,1,2] [--seeds 1,2,3] [--words N] [--clean] [--device]
    reach.py show WORK [--every]

Each row trains projects of its own (`mote init`, mote.yaml as the template has it but for --set, `mote data
add --split`, `mote run compress`) and judges the int8 model by `mote predict` on people, other words and
noise that are in no part of the project, as they are and as reach_sound.py hardens them. A result is a
line of WORK/results.jsonl; what is there already (by row, recipe, fold and seed) is not run again.

words        bed, cat, happy, other words and silence: folds over people; other words that no part of the
             project holds, by people that it does not hold; noise of other places
arabic       ten Arabic words and nothing else, folds over speakers
arabic-open  the same with other words: three of the eight are held out with the speakers, and more come
             from another collection
synthetic    bed, cat, happy learned from synthetic speech alone, judged on people: fold 0 is the half of them
             on whom settings may be chosen, fold 1 the half that judges
unopened     bed, cat, happy of base-speech, by some 1,300 people: to be opened once, at the end
wake         one word, one collection of it held out whole; hours of other speech and music (reach_stream.py)
"""
import argparse
import collections
import csv
import hashlib
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time

import reach_sound as sound
import reach_stream as stream

N_FOLDS = 3
Clip = collections.namedtuple('Clip', 'name word speaker path')


def fold_of(text, n=N_FOLDS):
    """The fold of a person or a word, the same on every machine."""
    return int(hashlib.sha256(('reach ' + text).encode()).hexdigest(), 16) % n


def speaker_of(name):
    return re.split('_nohash_|_NO_', name)[0]


def clips_of(root, words=None):
    """Clips of a folder with one folder a word."""
    out = []
    for word in sorted(os.listdir(root)):
        folder = os.path.join(root, word)
        if not os.path.isdir(folder) or word.startswith('background') or (words and word not in words):
            continue
        for name in sorted(os.listdir(folder)):
            if name.endswith('.wav'):
                out.append(Clip('%s__%s' % (word, name[:-4]), word, speaker_of(name), os.path.join(folder, name)))
    return out


def base_clips(data, part, keep):
    """Clips of a set of base-speech."""
    with open(os.path.join(data, 'base-speech', 'manifest.csv')) as f:
        rows = [r for r in csv.DictReader(f) if r['set'] == part and keep(r)]
    return [Clip('base_%s__%s' % (r['word'], os.path.basename(r['file'])[:-5]), r['word'], r['speaker'],
                 os.path.join(data, 'base-speech', r['file'])) for r in rows]


def noise_clips(data):
    """Seconds of the noises of base-speech, none of which is in a project."""
    root = os.path.join(data, 'base-speech', 'noise-and-room')
    out = []
    for kind in sorted(os.listdir(root)):
        if not os.path.isdir(os.path.join(root, kind)) or kind == 'seminar-room-clap':
            continue
        for name in sorted(os.listdir(os.path.join(root, kind))):
            samples = sound.read(os.path.join(root, kind, name))
            for i in range(0, len(samples) - sound.CLIP + 1, 3 * sound.CLIP):
                out.append(('noise_%s_%s_%d' % (kind, name[:-5], i // sound.CLIP), samples[i:i + sound.CLIP]))
    return out


class Bench:
    def __init__(self, args):
        self.mote, self.data, self.work = (os.path.abspath(p) for p in (args.mote, args.data, args.work))
        self.args = args
        self.results = os.path.join(self.work, 'results.jsonl')
        os.makedirs(self.work, exist_ok=True)

    def copies(self, name, clips, extra=()):
        """Hard copies of a set: folder and the copies that there are."""
        folder = os.path.join(self.work, 'sets', name)
        wanted = ['clean'] if self.args.clean else sound.COPIES
        if not all(os.path.exists(os.path.join(folder, c, 'done')) for c in wanted):
            made = sound.make([(c.name, sound.read(c.path)) for c in clips] + list(extra), folder, self.data, wanted)
        else:
            made = wanted
        return folder, made

    def run(self, folder, *args, env=None):
        out = subprocess.run([self.mote, *args], cwd=folder, capture_output=True, text=True, env=env)
        if out.returncode not in (0, 1):
            raise SystemExit('%s: mote %s: %s' % (folder, ' '.join(args[:4]), (out.stdout + out.stderr)[-800:]))
        return out.stdout

    def project(self, name, settings, learn, test, backgrounds, negatives=()):
        """A project that has learned: its folder, run id and the seconds it took."""
        folder = os.path.join(self.work, 'projects', name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        subprocess.run([self.mote, 'init', folder, '--template', self.args.template], check=True, capture_output=True)
        path = os.path.join(folder, 'mote.yaml')
        with open(path) as f:
            text = f.read()
        with open(path, 'w') as f:
            f.write(with_settings(text, settings))
        for part, clips in (('learn', learn), ('test', test)):
            for c in clips:
                to = os.path.join(folder, part, c.word)
                os.makedirs(to, exist_ok=True)
                # the speaker of a clip stands before _nohash_ in every set
                unique = re.sub('[^0-9A-Za-z]', '', c.name)
                os.symlink(c.path, os.path.join(to, '%s_nohash_%s%s' % (c.speaker, unique, c.path[c.path.rfind('.'):])))
            if clips:
                self.run(folder, 'data', 'add', part, '--split', part, '--quiet')
        for b in backgrounds:
            self.run(folder, 'data', 'add', b, '--role', 'background', '--quiet')
        for folder_of in negatives:
            self.run(folder, 'data', 'add', folder_of, '--negative', '--quiet')
        begin, cpu = time.time(), os.times()
        said = json.loads(self.run(folder, 'run', 'compress', '--json'))
        after = os.times()
        # without a compiler on the path nothing is measured on a device
        rest = self.run(folder, 'run', '--json', env=None if self.args.device else {**os.environ, 'PATH': '/nowhere'})
        said['stages'].update(json.loads(rest)['stages'])
        seconds = {'wall_s': round(time.time() - begin), 'cpu_s': round(after.children_user - cpu.children_user)}
        return folder, said, seconds

    def predict(self, folder, model, paths):
        """{path: answer} of the int8 model."""
        out = {}
        for i in range(0, len(paths), 200):
            text = self.run(folder, 'predict', model, '--label-only', '--json', *paths[i:i + 200])
            for a in json.loads(text):
                out[a['input']] = a
        return out

    def keep(self, row):
        with open(self.results, 'a') as f:
            f.write(json.dumps(row) + '\n')
        print('%-12s %-14s fold %s seed %s: %s' % (row['row'], row['recipe'], row['fold'], row['seed'],
              ', '.join('%s %.1f' % (k, v) for k, v in row['clean'].items() if isinstance(v, float))), flush=True)

    def known(self):
        if not os.path.exists(self.results):
            return set()
        with open(self.results) as f:
            return {(r['row'], r['recipe'], r['fold'], r['seed']) for r in map(json.loads, f)}


def with_settings(text, settings):
    """mote.yaml with some keys of the template's changed: 'a.b.c' is a key of blocks, values are YAML."""
    lines = text.split('\n')
    for key, value in settings:
        lines = with_one(lines, key.split('.'), value)
    return '\n'.join(lines)


def with_one(lines, keys, value):
    at, indent, end = 0, 0, len(lines)
    for depth, key in enumerate(keys):
        pattern = re.compile('^ {%d}%s:(.*)$' % (indent, re.escape(key)))
        found = next((i for i in range(at, end) if pattern.match(lines[i])), None)
        last = depth == len(keys) - 1
        if found is None:
            new = [' ' * (indent + 2 * i) + k + ':' for i, k in enumerate(keys[depth:])]
            new[-1] += ' ' + value
            return lines[:at] + new + lines[at:] if depth else lines + new
        body = found + 1
        inside = re.compile('^( {%d,}|#|$)' % (indent + 1))
        while body < len(lines) and (inside.match(lines[body]) or not lines[body].strip()):
            body += 1
        if last:
            return lines[:found] + [' ' * indent + key + ': ' + value] + [l for l in lines[found + 1:body] if not l.strip()] + lines[body:]
        rest = pattern.match(lines[found]).group(1).split('#')[0].strip()
        if rest:
            raise SystemExit('--set %s: it stands in a line of braces; set the whole of it' % '.'.join(keys))
        at, end, indent = found + 1, body, indent + 2
    return lines


def score(truth, answers, names, folder, copy, words):
    """Right of the keywords, refused of the rest (as other word or as silence, no matter), all of that, and
    the exact label of five."""
    right = collections.Counter()
    n = collections.Counter()
    for name in names:
        said = answers[os.path.join(folder, copy, name + '.wav')]['label']
        kind, want = truth[name]
        ok = said == want if kind == 'keyword' else said not in words
        n[kind] += 1
        right[kind] += ok
        n['exact'] += 1
        right['exact'] += said == want
        n['all'] += 1
        right['all'] += ok
    out = {k: 100.0 * right[k] / n[k] for k in n}
    out['n'] = dict(n)
    return out


def judge(bench, row, recipe, fold, seed, project, sets, words):
    """Each copy of each set [(folder, copies, {name: (kind, label)})] by one model."""
    folder, said, seconds = project
    run_id = said['stages']['train']['run'][:12]
    out = {'row': row, 'recipe': recipe, 'fold': fold, 'seed': seed, **seconds,
           'plan': said['stages']['plan'].get('footprint'), 'hard': {}}
    counted = [m for m in said['stages'].get('compile', {}).get('measurements', []) if m.get('where') == 'device']
    if counted:
        out['device'] = {m['metric']: m['value'] for m in counted}
    every = collections.defaultdict(lambda: ({}, {}))
    for where, copies, truth in sets:
        for copy in copies:
            paths = [os.path.join(where, copy, n + '.wav') for n in truth]
            answers = bench.predict(folder, run_id, paths)
            for n in truth:
                every[copy][0][n] = truth[n]
                every[copy][1][n] = answers[os.path.join(where, copy, n + '.wav')]
    for copy, (truth, answers) in every.items():
        flat = {os.path.join('', copy, n + '.wav'): a for n, a in answers.items()}
        s = score(truth, flat, list(truth), '', copy, words)
        if copy == 'clean':
            out['clean'] = s
        else:
            out['hard'][copy] = {k: round(v, 2) for k, v in s.items() if k != 'n'}
    out['clean'] = {k: round(v, 3) if isinstance(v, float) else v for k, v in out['clean'].items()}
    bench.keep(out)
    if not bench.args.keep:
        shutil.rmtree(folder)


SPOKEN = ['speech-commands-v1', 'alphanumeric', 'ros-speech-commands', 'custom-speech-commands', 'arabic-speech-commands',
          'precise-community', 'dspspeech20']  # the sets of base-speech that are words
WORDS = ['bed', 'cat', 'happy']
ARABIC = ['yes', 'no', 'up', 'down', 'left', 'right', 'start', 'stop', 'open', 'close']


def with_few_words(clips, keywords, n):
    """The clips without those of all other words but n, the same ones on every machine; n None: all."""
    words = sorted({c.word for c in clips} - set(keywords), key=lambda w: hashlib.sha256(('few ' + w).encode()).hexdigest())
    left_out = set(words[n:]) if n is not None else set()
    return [c for c in clips if c.word not in left_out]


def row_words(bench, settings, fold, seed, recipe):
    data = bench.data
    key = clips_of(os.path.join(data, 'gsc1-bed-cat-happy'))
    mixed = clips_of(os.path.join(data, 'gsc-mixed35-and-noise', 'words'))
    other = [c for c in mixed if c.word not in WORDS]
    key += [c._replace(name='m_' + c.name) for c in mixed if c.word in WORDS]
    noise = noise_clips(data)
    folder, copies = bench.copies('gsc', key + other, noise)
    test_other = [c for c in other if fold_of(c.word) == fold]
    strangers = {c.speaker for c in test_other} | {c.speaker for c in key if fold_of(c.speaker) == fold}
    test_key = [c for c in key if fold_of(c.speaker) == fold]
    learn = [c for c in key + other if c.speaker not in strangers and c not in test_other]
    learn = with_few_words(learn, WORDS, bench.args.words)
    if bench.args.more:
        held = {c.word for c in test_other} | (set(WORDS) if bench.args.more == 'others' else set())
        for part in SPOKEN:
            learn += base_clips(data, part, lambda r: r['word'] not in held and r['speaker'] not in strangers)
    truth = {c.name: ('keyword', c.word) for c in test_key}
    truth.update({c.name: ('refused', '_unknown_') for c in test_other})
    truth.update({n: ('silence', '_silence_') for i, (n, _) in enumerate(noise) if i % N_FOLDS == fold})
    project = bench.project('words-%s-%d-%d' % (recipe, fold, seed), settings, learn, test_key + test_other,
                            [os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise')])
    judge(bench, 'words', recipe, fold, seed, project, [(folder, copies, truth)], WORDS)


def row_unopened(bench, settings, fold, seed, recipe):
    """The cut that nobody has looked at: opened once, with the recipe that was chosen before."""
    if fold > 0:
        return
    data = bench.data
    cut = base_clips(data, 'speech-commands-v1', lambda r: r['word'] in WORDS)
    heard = base_clips(data, 'speech-commands-v1', lambda r: r['word'] not in WORDS)
    strangers = {c.speaker for c in cut}
    learn = clips_of(os.path.join(data, 'gsc1-bed-cat-happy'))
    mixed = clips_of(os.path.join(data, 'gsc-mixed35-and-noise', 'words'))
    learn += [c._replace(name='m_' + c.name) if c.word in WORDS else c for c in mixed if c.speaker not in strangers]
    known = {c.speaker for c in learn}
    truth = {c.name: ('keyword', c.word) for c in cut if c.speaker not in known}
    truth.update({c.name: ('refused', '_unknown_') for c in heard if c.speaker not in known})
    noise = noise_clips(data)
    truth.update({n: ('silence', '_silence_') for n, _ in noise})
    folder, copies = bench.copies('unopened', cut + heard, noise)
    few = [c for i, c in enumerate(cut) if i % 20 == 0]  # the project's own test: some samples, of whom nothing is chosen
    project = bench.project('unopened-%s-%d' % (recipe, seed), settings, learn, few + heard[::10],
                            [os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise')])
    judge(bench, 'unopened', recipe, 0, seed, project, [(folder, copies, truth)], WORDS)


def arabic(bench, settings, fold, seed, recipe, is_open):
    data = bench.data
    every = clips_of(os.path.join(data, 'arabic-kws'))
    speakers = sorted({c.speaker for c in every})
    held = {s for i, s in enumerate(speakers) if i % N_FOLDS == fold}
    others = sorted({c.word for c in every} - set(ARABIC))
    held_words = {w for i, w in enumerate(others) if i % N_FOLDS == fold} if is_open else set(others)
    learn = [c for c in every if c.speaker not in held and c.word not in held_words]
    truth = {c.name: ('keyword', c.word) for c in every if c.speaker in held and c.word in ARABIC}
    sets = [(*bench.copies('arabic', every), truth)]
    if is_open:
        truth.update({c.name: ('refused', '_unknown_') for c in every if c.speaker in held and c.word in held_words})
        far = base_clips(data, 'arabic-speech-commands', lambda r: r['word'] not in ARABIC and r['word'] not in others)
        sets.append((*bench.copies('arabic-far', far),
                     {c.name: ('refused-far', '_unknown_') for c in far if c.speaker in held or c.speaker not in speakers}))
    settings = [('keywords', '[%s]' % ', '.join(ARABIC)), ('unknown', str(is_open).lower()), ('silence', str(is_open).lower()),
                ('data.builtin', 'auto' if is_open else 'off')] + settings
    row = 'arabic-open' if is_open else 'arabic'
    project = bench.project('%s-%s-%d-%d' % (row, recipe, fold, seed), settings, learn, [c for c in every if c.name in truth],
                            [os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise')])
    judge(bench, row, recipe, fold, seed, project, sets, ARABIC)


def row_arabic(bench, settings, fold, seed, recipe):
    arabic(bench, settings, fold, seed, recipe, False)


def row_arabic_open(bench, settings, fold, seed, recipe):
    arabic(bench, settings, fold, seed, recipe, True)


def row_synthetic(bench, settings, fold, seed, recipe):
    if fold > 1:
        return
    data = bench.data
    key = clips_of(os.path.join(data, 'gsc1-bed-cat-happy'))
    mixed = clips_of(os.path.join(data, 'gsc-mixed35-and-noise', 'words'))
    key += [c._replace(name='m_' + c.name) for c in mixed if c.word in WORDS]
    other = [c for c in mixed if c.word not in WORDS]
    noise = noise_clips(data)
    folder, copies = bench.copies('gsc', key + other, noise)
    truth = {c.name: ('keyword', c.word) for c in key if fold_of(c.speaker, 2) == fold}
    truth.update({c.name: ('refused', '_unknown_') for c in other if fold_of(c.speaker, 2) == fold})
    truth.update({n: ('silence', '_silence_') for i, (n, _) in enumerate(noise) if i % 2 == fold})
    settings = [('data.spoken', 'auto'), ('data.require', '{min_per_class: 20, min_groups: 0}')] + settings
    project = bench.project('synthetic-%s-%d-%d' % (recipe, fold, seed), settings, [], [], [])
    judge(bench, 'synthetic', recipe, fold, seed, project, [(folder, copies, truth)], WORDS)


def row_wake(bench, settings, fold, seed, recipe):
    """fold 0: the word five of alphanumeric is held out; 1: that of Speech Commands; 2: seven of alphanumeric."""
    data, word = bench.data, ('five', 'five', 'seven')[fold]
    parts = {'alphanumeric': base_clips(data, 'alphanumeric', lambda r: True), 'ros': base_clips(data, 'ros-speech-commands', lambda r: True),
             'commands': base_clips(data, 'speech-commands-v1', lambda r: r['word'] not in WORDS)
             + clips_of(os.path.join(data, 'gsc-mixed35-and-noise', 'words'))}
    held = ('alphanumeric', 'commands', 'alphanumeric')[fold]
    learn = [c for p, clips in parts.items() if p != held for c in clips]
    far = [c for part in ('arabic-speech-commands', 'dspspeech20', 'custom-speech-commands', 'precise-community')
           for c in base_clips(data, part, lambda r: r['word'] != word)]
    spoken = [c for c in parts[held] if c.word == word]
    taught = []
    if bench.args.hours:
        where = os.path.join(bench.work, 'taught-' + word)
        stream.hours(where, word, stream.TAUGHT, [c.path for c in far])
        taught = [os.path.join(where, name) for name in sorted(os.listdir(where))]
    project = bench.project('wake-%s-%d-%d' % (recipe, fold, seed), [('keywords', '[%s]' % word), ('data.require.min_per_class', '5'),
                            ('stream', '{hours: 0.2, max_false_accepts_per_hour: 0.5}')] +
                            [s for s in settings if s[0] != 'stream'], learn + (far if bench.args.more else []), spoken,
                            [os.path.join(data, 'gsc-mixed35-and-noise', 'background_noise')], taught)
    folder, said, seconds = project
    where = os.path.join(bench.work, 'wake-%s-%d' % (word, fold))
    if not os.path.isdir(where):
        os.makedirs(where)
        stream.spoken(where, word, [c.path for c in spoken], fold)
    every = os.path.join(bench.work, 'judging-' + word)
    stream.hours(every, word, stream.SOURCES)
    for name in os.listdir(every):  # the hours of a word are the same in each fold
        os.makedirs(os.path.join(where, name), exist_ok=True)
        for part in os.listdir(os.path.join(every, name)):  # by file: links to folders are not followed
            if not os.path.exists(os.path.join(where, name, part)):
                os.symlink(os.path.join(every, name, part), os.path.join(where, name, part))
    heard = json.loads(bench.run(folder, 'evaluate', '--stream', where, '--json'))
    out = {'row': 'wake', 'recipe': recipe, 'fold': fold, 'seed': seed, **seconds, 'word': word, 'held': held, 'learned': sum(c.word == word for c in learn),
           'plan': said['stages']['plan'].get('footprint'), 'hard': {}, 'stream': heard['stream'], 'curve': heard['curve'],
           'mining': said['stages']['train'].get('mining'), 'conditions': heard['conditions'], 'limit': heard['limit']}
    bench.keep({**out, 'clean': wake_figures(heard)})
    if not bench.args.keep:
        shutil.rmtree(folder)


def poisson_upper(n, p=0.025):
    """Upper end of the exact two-sided 95 % interval of a count (Garwood 1936)."""
    low, high = 0.0, 10.0 + 3 * n
    for _ in range(80):
        mid = (low + high) / 2
        term, total = math.exp(-mid), 0.0
        for k in range(n + 1):
            total += term
            term *= mid / (k + 1)
        low, high = (mid, high) if total > p else (low, mid)
    return high


def wake_figures(heard):
    """What is heard at the model's threshold, and false accepts an hour with their upper bound."""
    sums = {k: sum(c[k] for c in heard['conditions']) for k in ('hours', 'n_words', 'n_hits', 'n_false_accepts')}
    return {'heard': round(100.0 * sums['n_hits'] / max(1, sums['n_words']), 2), 'hours': round(sums['hours'], 3),
            'false': float(sums['n_false_accepts']), 'false an hour at most': round(poisson_upper(sums['n_false_accepts']) / sums['hours'], 3),
            'n': {'words': sums['n_words']}}


ROWS = {'words': row_words, 'arabic': row_arabic, 'arabic-open': row_arabic_open, 'synthetic': row_synthetic, 'wake': row_wake, 'unopened': row_unopened}


def spread(values):
    return '%5.1f (%.1f to %.1f)' % (sum(values) / len(values), min(values), max(values)) if values else '-'


GROUPS = {'levels': list(sound.LEVELS), 'rooms': list(sound.ROOMS), 'microphones': list(sound.MICROPHONES), 'codecs': list(sound.CODECS)}


def show(work, every):
    """Means and spreads; of the hard copies the mean of each group of them and the worst, in points below clean."""
    with open(os.path.join(work, 'results.jsonl')) as f:
        rows = [json.loads(line) for line in f]
    by = collections.defaultdict(list)
    for r in rows:
        by[(r['row'], r['recipe'])].append(r)
    for (row, recipe), runs in by.items():
        print('%s, %s: folds %s, %.0f s of CPU each' % (row, recipe, ' '.join('%d/%d' % (r['fold'], r['seed']) for r in runs),
              sum(r['cpu_s'] for r in runs) / len(runs)))
        device = [r['device'] for r in runs if r.get('device')]
        if device:
            print('  on the device: %s' % ', '.join('%s %s' % p for p in device[0].items()))
        for kind in [k for k in runs[0]['clean'] if k != 'n']:
            text = '  %-12s clean %s' % (kind, spread([r['clean'][kind] for r in runs]))
            delta = {c: sum(r['hard'][c][kind] - r['clean'][kind] for r in runs) / len(runs)
                     for c in runs[0]['hard'] if all(c in r['hard'] for r in runs)}
            if every:
                text += ''.join('  %s %+.1f' % d for d in delta.items())
            else:
                for name, members in GROUPS.items():
                    values = [delta[m] for m in members if m in delta]
                    if values:
                        text += '  %s %+.1f (%+.1f)' % (name, sum(values) / len(values), min(values))
            print(text)


def main(kind=Bench):
    """kind: who learns and answers (reach_embedding.py has another)."""
    if len(sys.argv) > 2 and sys.argv[1] == 'show':
        show(sys.argv[2], '--every' in sys.argv)
        return
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('mote')
    p.add_argument('data')
    p.add_argument('work')
    p.add_argument('rows', nargs='+', choices=list(ROWS))
    p.add_argument('--recipe', default='template')
    p.add_argument('--set', action='append', default=[])
    p.add_argument('--folds', default='0,1,2')
    p.add_argument('--seeds', default='1,2,3')
    p.add_argument('--more', choices=['others', 'all'], help='row wake: words of four collections more; row words: base-speech is learned from as well, by people who do not '
                   'judge: its other words, or all (then the cut of row unopened is spent)')
    p.add_argument('--words', type=int, help='row words: the project learns from at most so many different other words')
    p.add_argument('--hours', action='store_true', help='row wake: with hours without the word that no source which judges holds '
                   '(reach_stream.TAUGHT), for training.mining_rounds and the threshold')
    p.add_argument('--template', default='keyword', help='of the projects')
    p.add_argument('--clean', action='store_true', help='no hard copies')
    p.add_argument('--device', action='store_true', help='flash, RAM and instructions of the firmware too')
    p.add_argument('--keep', action='store_true', help='projects stay in WORK')
    args = p.parse_args()
    bench = kind(args)
    for row in args.rows:
        for seed in map(int, args.seeds.split(',')):
            for fold in map(int, args.folds.split(',')):
                if (row, args.recipe, fold, seed) in bench.known():
                    continue
                settings = [('training.threads', '1'), ('training.seed', str(seed)), ('data.split_seed', str(seed)),
                            # the stream is not what is judged here: kept short
                            ('stream', '{hours: 0.02, max_false_accepts_per_hour: 1000}')]
                settings += [tuple(s.split('=', 1)) for s in args.set]
                ROWS[row](bench, settings, fold, seed, args.recipe)


if __name__ == '__main__':
    main()
