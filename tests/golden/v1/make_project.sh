#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Made tests/golden/v1/project: a project once round the loop by the first release (mote 0.1.0 before the walls moved, all
# schema parts up to 130_split), with samples, a version, a run, two model versions' worth of
# registry, four predictions under keys, two of one subject. Kept to show what is in those files;
# run with a newer Mote it makes a newer store, which is not what the tests want.
#
#     make_project.sh MOTE DIR     MOTE: the program; DIR: where to put `project`
set -eu
mote=$1 out=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/project" "$work/tree"
cat >"$work/project/mote.yaml" <<'YAML'
mote: 1
name: tiny
task: keyword
keywords: [low, mid]
clip_ms: 500
rate_hz: 8000
requirements:
  - metric: accuracy
    at_least: 10 %
features: {kind: mfcc, mels: 20, coefficients: 8, low_hz: 20, high_hz: 3800}
model: {channels: 8, blocks: 1}
training: {epochs: 2, batch: 16, seed: 1}
augmentation: {shift_ms: 20}
stream: {hours: 0.01}
schedule:
  retrain: {on_drift: true}
  promote: {beat_by: 0 %}
device: {target: cortex-m4f}
data:
  builtin: off
  require: {min_groups: 3, min_per_class: 4}
consent: {purposes: [improvement], retention_days: 36500}
YAML
python3 - "$work/tree" <<'PY'
import math, os, struct, sys, wave
root = sys.argv[1]
def write(path, pcm):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with wave.open(path, "wb") as w:
        w.setnchannels(1); w.setsampwidth(2); w.setframerate(8000)
        w.writeframes(struct.pack("<%dh" % len(pcm), *pcm))
for word, hz in (("low", 300.0), ("mid", 900.0), ("hum", 2200.0)):
    for g in range(8):
        pcm = [round(9000 * min(1, min(i, 4000 - i) / 400) * math.sin(2 * math.pi * hz * (1 + .02 * g) * i / 8000))
               for i in range(4000)]
        write(f"{root}/{word}/s{g:03d}_nohash_0.wav", pcm)
seed, hiss = 7, []
for _ in range(16000):
    seed = (seed * 1103515245 + 12345) % (1 << 31)
    hiss.append((seed >> 16) % 1200 - 600)
write(f"{root}/_background_noise_/hiss.wav", hiss)
PY
cd "$work/project"
"$mote" data add "$work/tree"
"$mote" run
"$mote" serve --port 0 --threads 1 --json >"$work/said" 2>"$work/log" &
pid=$!
for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port "$work/said" && break; sleep 0.3; done
url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' "$work/said")
for who in ann bob ann cid; do
    curl -sf -o /dev/null -H "Mote-Consent: improvement; subject=$who" --data-binary @"$work/tree/low/s000_nohash_0.wav" \
        -H 'Content-Type: audio/wav' "$url/v1/classify"
done
sleep 1
kill -TERM $pid
wait $pid || true
rm -rf "$out/project"
mkdir -p "$out/project/dot-mote"
cp mote.yaml "$out/project/"
sqlite3 .mote/store.db .dump >"$out/project/dot-mote/store.sql"
cp -r .mote/objects .mote/keys "$out/project/dot-mote/"
rmdir "$out/project/dot-mote/objects/tmp" 2>/dev/null || true
ls -la .mote
