#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The recordings that Mote's own base learns from, as one folder a label.

usage: make.py --speech FOLDER --out FOLDER [--leave-out WORD,..] [--per-word N] [--seed N] [--jobs N]

Two sources, nothing else:
  real       FOLDER is base-speech: <set>/<word>/<speaker>_<take>.flac with a manifest.csv. A label is
             what is said in which language: English words of several sets are one label.
  synthetic  base/words/*.txt, one language a file, spoken by espeak-ng (many voices, tempos, pitches)
             and, in English, by flite.
--leave-out takes labels away from both, before anything is made of them: 'bed' an English word,
'ar-*' every label that begins so. The same arguments give the same files, whatever --jobs is.
"""
import argparse
import array
import concurrent.futures
import csv
import fnmatch
import hashlib
import pathlib
import random
import subprocess
import tempfile
import unicodedata
import wave

HERE = pathlib.Path(__file__).resolve().parent
# What the words of each set are in. noise-and-room has none.
LANGUAGE = {"speech-commands-v1": "", "alphanumeric": "", "ros-speech-commands": "",
            "custom-speech-commands": "", "arabic-speech-commands": "ar-",
            "precise-community": "", "dspspeech20": "zh-"}
ENGLISH_OF_DSP = {"speech", "speaker", "signal", "process", "print", "open", "close", "project"}
LEAST_REAL = 4          # recordings of a label; fewer teach a speaker, not a word
ACCENTS = ["en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-029", "en-gb-x-gbclan"]
VOICE = {"de": ["de"], "es": ["es", "es-419"], "fr": ["fr-fr", "fr-be"], "it": ["it"],
         "pl": ["pl"], "tr": ["tr"], "sv": ["sv"], "hi": ["hi"]}
VARIANTS = ["m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "klatt",
            "klatt2", "klatt3", "klatt4", "croak", "whisperf", "Annie", "Andy", "belinda", "david",
            "edward", "grandma", "grandpa", "iven", "linda", "max", "michel", "norbert", "quincy",
            "robert", "steph", "travis", "victor", "zac"]
FLITE = ["awb", "rms", "slt", "kal16"]


def label_of(name, word):
    if name == "dspspeech20" and word in ENGLISH_OF_DSP:
        return word
    return LANGUAGE[name] + word


def real(speech, left_out):
    """[(label, file, name)]: recordings that are copied as they are."""
    found = {}
    with open(speech / "manifest.csv", newline="") as f:
        for row in csv.DictReader(f):
            if row["set"] not in LANGUAGE:
                continue
            label = label_of(row["set"], row["word"])
            if any(fnmatch.fnmatch(label, x) for x in left_out):
                continue
            file = speech / row["file"]
            found.setdefault(label, []).append((file, f"{row['set']}-{file.name}"))
    return {k: v for k, v in found.items() if len(v) >= LEAST_REAL}


def noises(speech):
    with open(speech / "manifest.csv", newline="") as f:
        return [speech / r["file"] for r in csv.DictReader(f)
                if r["set"] == "noise-and-room" and "clap" not in r["word"]]


def words(left_out):
    """[(label, word, language)], sorted."""
    out = {}
    for file in sorted((HERE / "words").glob("*.txt")):
        language = file.stem
        for word in file.read_text().split():
            plain = unicodedata.normalize("NFC", word)
            label = plain if language == "en" else f"{language}-{plain}"
            if not any(fnmatch.fnmatch(label, x) for x in left_out):
                out[label] = (plain, language)
    return [(k, *v) for k, v in sorted(out.items())]


def stream(*parts):
    """A random stream of its own for these parts, the same everywhere."""
    return random.Random(hashlib.sha256("|".join(map(str, parts)).encode()).digest())


def speak(word, language, r, out):
    """One utterance into a WAV file; the name of who spoke."""
    if language == "en" and r.random() < 0.4:
        voice = r.choice(FLITE)
        subprocess.run(["flite", "-voice", voice, "--setf",
                        f"duration_stretch={r.uniform(0.75, 1.35):.2f}", "--setf",
                        f"int_f0_target_mean={r.uniform(85, 220):.0f}", "-t", word, "-o", str(out)],
                       check=True, stdout=subprocess.DEVNULL)
        return f"flite.{voice}"
    voice = r.choice(ACCENTS if language == "en" else VOICE[language])
    variant = r.choice(VARIANTS)
    subprocess.run(["espeak-ng", "-v", f"{voice}+{variant}", "-s", str(r.randint(110, 210)), "-p",
                    str(r.randint(15, 85)), "-w", str(out), word], check=True)
    return f"espeak.{voice}.{variant}"


def heard(path):
    """The samples of a WAV file without the silence at its ends, and their rate."""
    with wave.open(str(path)) as w:
        rate, x = w.getframerate(), array.array("h", w.readframes(w.getnframes()))
    least = 0.02 * max(max(x, default=0), -min(x, default=0))
    first = next((i for i, v in enumerate(x) if abs(v) > least), 0)
    last = next((i for i in range(len(x) - 1, first, -1) if abs(x[i]) > least), 0)
    return x[first:last + 1], rate


def place(x, rate, r):
    """In one second, somewhere near its middle; a longer word keeps its middle."""
    cut = max(0, (len(x) - rate) // 2)
    x = x[cut:cut + rate]
    free = rate - len(x)
    first = min(free, max(0, int(free / 2 + r.uniform(-0.15, 0.15) * rate)))
    return array.array("h", bytes(2 * first)) + x + array.array("h", bytes(2 * (free - first)))


def utter(job):
    out, label, word, language, k, seed = job
    r = stream(seed, label, k)
    with tempfile.NamedTemporaryFile(suffix=".wav") as t:
        who = speak(word, language, r, t.name)
        x, rate = heard(t.name)
    if not x:
        return
    folder = out / label
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / f"{who}_{k}.wav"), "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(rate)
        w.writeframes(place(x, rate, r).tobytes())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    p.add_argument("--speech", type=pathlib.Path, required=True)
    p.add_argument("--out", type=pathlib.Path, required=True)
    p.add_argument("--leave-out", default="")
    p.add_argument("--per-word", type=int, default=36)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--jobs", type=int, default=2)
    a = p.parse_args()
    left_out = [x for x in a.leave_out.split(",") if x]
    a.out.mkdir(parents=True)
    for label, files in real(a.speech, left_out).items():
        folder = a.out / label
        folder.mkdir(exist_ok=True)
        for file, name in files:
            (folder / name).symlink_to(file.resolve())
    folder = a.out / "_background_noise_"
    folder.mkdir()
    for file in noises(a.speech):
        (folder / f"{file.parent.name}-{file.name}").symlink_to(file.resolve())
    jobs = [(a.out, *w, k, a.seed) for w in words(left_out) for k in range(a.per_word)]
    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        for i, _ in enumerate(pool.map(utter, jobs)):
            if i % 1000 == 999:
                print(f"{i + 1}/{len(jobs)} utterances", flush=True)


if __name__ == "__main__":
    main()
