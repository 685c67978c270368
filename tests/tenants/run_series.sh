#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Series of real sensors, through the program itself: accuracy of the int8 model on the device's kernels,
# the mean of three seeds:
#
#   wand gestures       two gestures and neither, windows of 1.5 s, own split by recordings, 97 %
#   BasicMotions        the split of the archive, 97 %
#   GunPoint            the same, 96 %; settings from folds of the training part
#   ItalyPowerDemand    the same, 95 %
#
# Needs the recordings in MOTE_TEST_DATA; without them everything is skipped and counted. The last line
# is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}"
data=${MOTE_TEST_DATA:-}
if [ -z "$data" ] || [ ! -d "$data/imu-wand-gestures" ] || [ ! -d "$data/uea-small" ]; then
    echo "skip - series: no 'imu-wand-gestures' and 'uea-small' in MOTE_TEST_DATA ('$data')"
    echo "0 passed, 0 failed, 4 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0
failed=0

# set NAME LEAST SETTINGS PATH..: three seeds, their mean
set_of() {
    name=$1 least=$2 settings=$3
    shift 3
    all=
    for seed in 1 2 3; do
        dir=$work/$name-$seed
        mkdir -p "$dir"
        printf 'mote: 1\nname: %s\ntask: gesture\n%b' "$name" "$settings" |
            sed "s/SEED/$seed/g" > "$dir/mote.yaml"
        (cd "$dir" && "$MOTE_PROGRAM" data add "$@" && "$MOTE_PROGRAM" run evaluate) \
            > "$dir/out" 2>&1 || sed 's/^/    /' "$dir/out" | tail -5
        all="$all $(sed -n 's/^evaluate .*accuracy \([0-9.]*\) %.*/\1/p' "$dir/out")"
    done
    if echo "$all" | awk -v least="$least" -v name="$name" '
        { for (i = 1; i <= NF; i++) sum += $i; mean = NF == 3 ? sum / NF : 0
          printf "%s: %.1f %% (%s), at least %s %%\n", name, mean, $0, least
          exit !(mean >= least) }'; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

uea=$data/uea-small
wand=$data/imu-wand-gestures
given='data: {rate_hz: 10, split_seed: SEED, require: {min_per_class: 3}}\n'
set_of wand 97 'data: {rate_hz: 50, window_ms: 1500, stride_ms: 500, split_seed: SEED, require: {min_per_class: 5}}\ntraining: {epochs: 30, min_steps: 1000, patience: 0, seed: SEED}\n' \
    "$wand/flippendo" "$wand/wingardium" "$wand/negative"
set_of BasicMotions 97 "${given}training: {epochs: 20, seed: SEED}\\n" "$uea/BasicMotions_TRAIN.ts" "$uea/BasicMotions_TEST.ts"
set_of GunPoint 96 "${given}training: {epochs: 150, patience: 60, batch: 8, learning_rate: 0.003, seed: SEED}\\n" "$uea/GunPoint_TRAIN.ts" "$uea/GunPoint_TEST.ts"
set_of ItalyPowerDemand 95 "${given}training: {epochs: 40, seed: SEED}\\n" "$uea/ItalyPowerDemand_TRAIN.ts" "$uea/ItalyPowerDemand_TEST.ts"
echo "$passed passed, $failed failed, 0 skipped"
