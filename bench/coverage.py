# SPDX-License-Identifier: Apache-2.0
"""Do stated intervals hold on people that nobody trained on? Misses and false accepts, fold by fold.

    coverage.py MOTE DATA WORK [SET ..] [--folds N] [--repeats N] [--epochs N] [--judge split|folds] [--set KEY=VALUE]..
    coverage.py show WORK

Of each set a fold of people, and of other words, is left out; a project is made from the rest (a small network, few epochs:
how good it is does not matter here, only whether it says so) and run; what it promises of so many other people is held
against what `mote evaluate --on` finds on those left out. A result is a line of WORK/coverage.jsonl; what is there is not run
again. The statistics alone, on worlds where the truth is known: tests/unit/evaluate/test_share.c.

--judge split: a test split of the project promises; folds: `training.refit: all`, out-of-fold scores of everybody.

Of each rate `show` says how often
  next    what was promised of the next so many people holds what they show, both ends (the claim)
  worse   they were no worse than that
  mean    the interval of the rate itself holds what they show: it need not, it is another question
and how wide the intervals are beside what a bootstrap over the same people gives (by its variance, sum of squares over
people; mean width over mean width, since a bootstrap of no miss has none).
"""
import argparse
import collections
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time

import reach

CLIPS_OF = {
    'words': lambda data: reach.clips_of(os.path.join(data, 'gsc1-bed-cat-happy')) +
    [c._replace(name='m_' + c.name) for c in reach.clips_of(os.path.join(data, 'gsc-mixed35-and-noise', 'words'))],
    'arabic': lambda data: reach.clips_of(os.path.join(data, 'arabic-kws')),
    'arabic-far': lambda data: reach.base_clips(data, 'arabic-speech-commands', lambda r: True),
    'shanghai': lambda data: reach.base_clips(data, 'dspspeech20', lambda r: True),
}
KEYWORDS = {'words': reach.WORDS, 'arabic': reach.ARABIC, 'arabic-far': ['yes', 'no', 'open', 'close', 'cancel', 'enter'],
            'shanghai': ['beijing', 'open', 'print', 'speech', 'fudan']}


def with_names(clips, folder):
    for c in clips:
        to = os.path.join(folder, c.word)
        os.makedirs(to, exist_ok=True)
        unique = re.sub('[^0-9A-Za-z]', '', c.name)
        os.symlink(c.path, os.path.join(to, '%s_nohash_%s%s' % (re.sub('[^0-9A-Za-z]', '', c.speaker), unique,
                                                                c.path[c.path.rfind('.'):])))


def run(mote, folder, *args):
    # without a compiler on the path nothing is measured on a device
    out = subprocess.run([mote, *args], cwd=folder, capture_output=True, text=True, env={**os.environ, 'PATH': '/nowhere'})
    if out.returncode not in (0, 1):
        raise SystemExit('%s: mote %s: %s' % (folder, ' '.join(args), (out.stdout + out.stderr)[-800:]))
    return json.loads(out.stdout) if '--json' in args else out.stdout


def one(args, name, repeat, fold):
    """A fold of a set: what was promised, and what those who were left out show."""
    clips = CLIPS_OF[name](args.data)
    words = KEYWORDS[name]
    in_fold = lambda text: reach.fold_of('%s coverage %d' % (text, repeat), args.folds) == fold
    people = {c.speaker for c in clips if in_fold(c.speaker)}
    others = {c.word for c in clips if c.word not in words and in_fold('word ' + c.word)}
    left = [c for c in clips if c.speaker in people and (c.word in words or c.word in others)]
    if name == 'words':  # hardly anybody says two words: whoever says a word that is left out is left out
        left += [c for c in clips if c.word in others and c.speaker not in people]
        people |= {c.speaker for c in clips if c.word in others}
    learn = [c for c in clips if c.speaker not in people and c.word not in others]
    where = os.path.join(args.work, 'p-%s-%d-%d' % (name, repeat, fold))
    shutil.rmtree(where, ignore_errors=True)
    subprocess.run([args.mote, 'init', where, '--template', 'keyword'], check=True, capture_output=True)
    with open(os.path.join(where, 'mote.yaml')) as f:
        text = f.read()
    settings = [('keywords', '[%s]' % ', '.join(words)), ('silence', 'false'), ('data.require.min_per_class', '5'),
                ('data.splits', '{train: 60 %, validation: 15 %, test: 25 %}'), ('training.threads', '1'),
                ('training.epochs', str(args.epochs)), ('training.seed', str(repeat + 1)), ('data.split_seed', str(repeat + 1)),
                ('training.refit', 'all' if args.judge == 'folds' else 'none'), ('augmentation.world', 'off'),
                ('model', '{architecture: tc-resnet, width: 1, blocks: 3}'), ('conditions', '[]'), ('requirements', '[]'),
                ('stream', '{hours: 0.02, max_false_accepts_per_hour: 1000}')] + [tuple(s.split('=', 1)) for s in args.set]
    with open(os.path.join(where, 'mote.yaml'), 'w') as f:
        f.write(reach.with_settings(text, settings))
    with_names(learn, os.path.join(where, 'learn'))
    with_names(left, os.path.join(where, 'left'))
    run(args.mote, where, 'data', 'add', 'learn', '--quiet')
    run(args.mote, where, 'data', 'add', os.path.join(args.data, 'gsc-mixed35-and-noise', 'background_noise'), '--role',
        'background', '--quiet')
    begin = os.times()
    run(args.mote, where, 'run', 'evaluate', '--quiet')
    cpu = os.times().children_user - begin.children_user
    test = run(args.mote, where, 'evaluate', '--json')['stages']['evaluate']['conditions']['clean']['rates']
    found = run(args.mote, where, 'evaluate', '--on', 'left', '--json')
    if not args.keep:
        shutil.rmtree(where)
    return {'set': name, 'judge': args.judge, 'repeat': repeat, 'fold': fold, 'cpu_s': round(cpu, 1), 'test': test,
            'promised': found['promised'], 'left': found['conditions']['clean']['rates']}


def bootstrap_width(sums):
    """Of 95 % by the variance of a bootstrap that draws groups: sum (k - p n)^2 / N^2."""
    n, k, nn, kn, kk, _ = sums
    p = k / n
    return 2 * 1.959964 * math.sqrt(max(0.0, kk - 2 * p * kn + p * p * nn)) / n


def show(work):
    with open(os.path.join(work, 'coverage.jsonl')) as f:
        rows = [json.loads(line) for line in f]
    table = collections.OrderedDict()
    for r in rows:
        for p in r['promised']:
            for key in ((r['set'], r['judge'], p['metric']), ('together', r['judge'], p['metric'])):
                t = table.setdefault(key, collections.defaultdict(list))
                mean, said = r['test'][p['metric']]['rate'], p['promised']
                t['next'].append(said['lo'] - 1e-9 <= p['here'] <= said['hi'] + 1e-9)
                t['worse'].append(p['holds'])
                t['mean'].append(mean['lo'] - 1e-9 <= p['here'] <= mean['hi'] + 1e-9)
                t['rate'].append(mean['value'])
                t['here'].append(p['here'])
                t['people'].append(r['left'][p['metric']]['sums']['groups'][5])
                t['tested'].append(r['test'][p['metric']]['sums']['groups'][5])
                t['wide'].append(said['hi'] - said['lo'])
                t['wide mean'].append(mean['hi'] - mean['lo'])
                t['boot'].append(bootstrap_width(r['left'][p['metric']]['sums']['groups']))
                t['boot mean'].append(bootstrap_width(r['test'][p['metric']]['sums']['groups']))
    share = lambda x: '%d/%d' % (sum(x), len(x))
    average = lambda x: sum(x) / len(x)
    times = lambda a, b: '%.2f' % (sum(a) / sum(b)) if sum(b) > 0 else '-'
    print('%-12s %-6s %-14s %7s %7s %6s %6s %7s %7s %7s %6s %6s' % ('set', 'judge', 'rate', 'stated', 'left', 'tested', 'people', 'next',
                                                                    'worse', 'mean', 'width', 'mean w'))
    for (name, judge, metric), t in sorted(table.items(), key=lambda x: (x[0][1], x[0][0] == 'together', x[0])):
        print('%-12s %-6s %-14s %6.1f%% %6.1f%% %6.0f %6.0f %7s %7s %7s %6s %6s' % (
            name, judge, metric, 100 * average(t['rate']), 100 * average(t['here']), average(t['tested']), average(t['people']),
            share(t['next']), share(t['worse']), share(t['mean']), times(t['wide'], t['boot']), times(t['wide mean'], t['boot mean'])))


def main():
    if len(sys.argv) > 2 and sys.argv[1] == 'show':
        show(sys.argv[2])
        return
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('mote')
    p.add_argument('data')
    p.add_argument('work')
    p.add_argument('sets', nargs='*', default=list(CLIPS_OF))
    p.add_argument('--folds', type=int, default=5)
    p.add_argument('--repeats', type=int, default=1)
    p.add_argument('--epochs', type=int, default=15)
    p.add_argument('--judge', choices=['split', 'folds'], default='split')
    p.add_argument('--set', action='append', default=[])
    p.add_argument('--keep', action='store_true', help='projects stay in WORK')
    args = p.parse_args()
    args.mote, args.data, args.work = (os.path.abspath(x) for x in (args.mote, args.data, args.work))
    os.makedirs(args.work, exist_ok=True)
    path = os.path.join(args.work, 'coverage.jsonl')
    known = set()
    if os.path.exists(path):
        with open(path) as f:
            known = {(r['set'], r['judge'], r['repeat'], r['fold']) for r in map(json.loads, f)}
    for repeat in range(args.repeats):
        for fold in range(args.folds):
            for name in args.sets:
                if (name, args.judge, repeat, fold) in known:
                    continue
                begin = time.time()
                row = one(args, name, repeat, fold)
                with open(path, 'a') as f:
                    f.write(json.dumps(row) + '\n')
                print('%s %d.%d (%.0f s, %.1f s of CPU): %s' % (name, repeat, fold, time.time() - begin, row['cpu_s'],
                                                             '; '.join(x['text'] for x in row['promised'])), flush=True)


if __name__ == '__main__':
    main()
