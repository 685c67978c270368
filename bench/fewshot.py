#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Few-shot: words that a base has never heard, learned from a few clips, judged on other people.

usage: fewshot.py --mote PROGRAM --data FOLDER --words W,.. [--start BUNDLE|base] [--shots 10,30]
                  [--folds 3] [--seeds 1] [--freeze WHERE] [--thaw EPOCHS] [--views N] [--epochs N]

FOLDER holds <word>/<speaker>_<anything>.wav. People are dealt into folds by a hash of their name; of
the people outside the fold, so many clips a word are learned from, one a person as far as that goes,
and all clips of the people in the fold judge. Without --start the same network (base/mote.yaml)
begins with nothing. Every model is a project of its own, made by 'mote run', judged as int8 by
'mote evaluate --on'. One line a model, then mean and worst fold.
"""
import argparse
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
NETWORK = (HERE.parent / "base" / "mote.yaml").read_text()


def number(*parts):
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:6], "big")


def speaker(path):
    return path.name.split("_")[0]


def section(name):
    """A block of base/mote.yaml, as it stands there."""
    return re.search(rf"^{name}:\n(?:[ #].*\n|\n)+", NETWORK, re.M).group(0)


def yaml_of(a, words, seed):
    begun = (f"  start: {a.start}\n  freeze: {a.freeze}\n  thaw_epochs: {a.thaw}\n"
             f"  views: {a.views}\n" if a.start else "")
    return (f"mote: 1\nname: fewshot\ntask: keyword\nkeywords: [{', '.join(words)}]\n"
            "unknown: false\nsilence: false\nclip_ms: 1000\nrate_hz: 16000\n"
            'data:\n  builtin: off\n  group_pattern: "{group}_*"\n'
            "  require: {min_per_class: 1, min_groups: 3}\n"
            + ("" if a.start else section("features") + section("model")) +
            f"training:\n  epochs: {a.epochs}\n  batch: 32\n  patience: 0\n  learning_rate: "
            f"{a.rate}\n  weight_decay: 0.01\n  refit: all\n  refit_folds: 3\n  threads: 1\n"
            f"  seed: {seed}\n{begun}augmentation:\n  shift_ms: 100\n  gain_db: 6\n"
            "  spec_augment: {time_masks: 1, time_frames: 8}\nstream:\n  hours: 0.01\n")


def clips(a, words):
    return {w: sorted((a.data / w).glob("*.wav")) for w in words}


def chosen(files, fold, a, n, seed):
    """n clips of people outside the fold: everybody's first, then everybody's second, .."""
    files = [f for f in files if number("fold", speaker(f)) % a.folds != fold]
    files.sort(key=lambda f: number("order", seed, f.name))
    times = {}
    ranked = []
    for f in files:
        times[speaker(f)] = times.get(speaker(f), 0) + 1
        ranked.append((times[speaker(f)], f))
    ranked.sort(key=lambda x: x[0])
    return [f for _, f in ranked[:n]]


def link(tree, word, files):
    (tree / word).mkdir(parents=True, exist_ok=True)
    for f in files:
        (tree / word / f.name).symlink_to(f.resolve())


def run(a, *args, cwd, accept=(0,)):
    r = subprocess.run([a.mote, *args], cwd=cwd, text=True, capture_output=True)
    if r.returncode not in accept:
        raise SystemExit(f"mote {' '.join(args)}: {r.returncode}\n{r.stdout}{r.stderr}")
    return r.stdout


def one(a, words, fold, n, seed):
    root = pathlib.Path(tempfile.mkdtemp(prefix="mote-fewshot-"))
    try:
        project = root / "project"
        project.mkdir()
        (project / "mote.yaml").write_text(yaml_of(a, words, seed))
        for word, files in clips(a, words).items():
            link(root / "learn", word, chosen(files, fold, a, n, seed))
            link(root / "judge", word, [f for f in files
                                        if number("fold", speaker(f)) % a.folds == fold])
        run(a, "data", "add", "-q", str(root / "learn"), cwd=project)
        run(a, "run", "-q", "evaluate", cwd=project, accept=(0, 1))
        said = json.loads(run(a, "evaluate", "--on", str(root / "judge"), "--json", cwd=project,
                              accept=(0, 1)))
        return said["conditions"]["clean"]["accuracy"]["value"], said["n"]
    finally:
        shutil.rmtree(root)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--mote", default="mote")
    p.add_argument("--data", type=pathlib.Path, required=True)
    p.add_argument("--words", required=True)
    p.add_argument("--start", default="")
    p.add_argument("--shots", default="10,30")
    p.add_argument("--folds", type=int, default=3)
    p.add_argument("--seeds", type=int, default=1)
    p.add_argument("--freeze", default="body")
    p.add_argument("--thaw", type=int, default=0)
    p.add_argument("--views", type=int, default=16)
    p.add_argument("--epochs", type=int, default=100)
    p.add_argument("--rate", type=float, default=0.005)
    a = p.parse_args()
    a.mote = str(pathlib.Path(a.mote).resolve()) if "/" in a.mote else a.mote
    if a.start and pathlib.Path(a.start).exists():
        a.start = str(pathlib.Path(a.start).resolve())
    words = a.words.split(",")
    for n in map(int, a.shots.split(",")):
        found = []
        for fold in range(a.folds):
            for seed in range(1, a.seeds + 1):
                began = time.monotonic()
                accuracy, n_judged = one(a, words, fold, n, seed)
                found.append(accuracy)
                print(f"{n} a word, fold {fold}, seed {seed}: {100 * accuracy:.1f} % of {n_judged} "
                      f"({time.monotonic() - began:.0f} s)", flush=True)
        print(f"{n} a word, {a.start or 'from nothing'}: mean {100 * sum(found) / len(found):.1f} %,"
              f" worst {100 * min(found):.1f} %", flush=True)


if __name__ == "__main__":
    main()
