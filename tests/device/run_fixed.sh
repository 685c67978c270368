#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A project with the fixed-point front end for a core without FPU, once round the loop by 'mote run'
# on recordings of MOTE_TEST_DATA: the emulated Cortex-M0+ gives the host's outputs bit for bit on
# golden samples, features and all, and a hop of the front end costs an eighth of the floating-point
# one, which is trained and measured beside it. Training is two epochs: what is measured does not
# depend on what the weights are. The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"

target=cortex-m0plus
data=${MOTE_TEST_DATA:-/nowhere}
if [ ! -d "$data/gsc1-bed-cat-happy" ]; then
    echo "skip - fixed-point front end: MOTE_TEST_DATA is not set"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
if ! command -v arm-none-eabi-gcc >/dev/null 2>&1 || ! command -v qemu-system-arm >/dev/null 2>&1; then
    echo "skip - fixed-point front end: the cross compiler or emulator is not installed (tools/setup device)"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
nothing=999999999    # more than anything may cost: no figure was had
hop=$nothing
float_hop=0

judge() {    # judge NAME CONDITION..: a test of 'test'
    name=$1
    shift
    if [ "$@" ]; then
        echo "ok - $name"
        passed=$((passed + 1))
    else
        echo "not ok - $name"
        failed=$((failed + 1))
    fi
}

field() {    # field NAME: of the document in $work/out, 0 when it is not there
    sed -n "s/^ *\"$1\": \([0-9.]*\),*$/\1/p" "$work/out" | grep . || echo 0
}

round() {    # round ARITHMETIC: a project of that name, from nothing to a measured model
    "$MOTE_PROGRAM" init "$work/$1" --template keyword &&
    sed -i -e 's/^\( *epochs:\) .*/\1 2/' -e "s/^\( *arithmetic:\) .*/\1 $1/" \
        -e "s/^\( *target:\) .*/\1 $target/" "$work/$1/mote.yaml" &&
    "$MOTE_PROGRAM" data add "$data/gsc1-bed-cat-happy" --project "$work/$1" &&
    "$MOTE_PROGRAM" data add "$data/gsc-mixed35-and-noise/background_noise" --role background \
        --project "$work/$1" &&
    "$MOTE_PROGRAM" run --project "$work/$1" &&
    "$MOTE_PROGRAM" measure "$1/1" --target $target --json --project "$work/$1" >"$work/out"
}

for arithmetic in float fixed; do
    hop=$nothing
    if ! round $arithmetic >"$work/log" 2>&1; then
        tail -n 3 "$work/log"
        echo "not ok - $arithmetic: 'mote run' or 'mote measure' fails"
        failed=$((failed + 1))
        continue
    fi
    golden=$(sed -n 's/.*, \([0-9]* of [0-9]*\) golden samples equal$/\1/p' "$work/log")
    judge "$target, $arithmetic: '$golden' golden samples equal in 'mote run'" "$golden" = "64 of 64"
    judge "$target, $arithmetic: $(field inputs_equal_to_host) of 50 equal in 'mote measure'" \
        "$(field inputs_equal_to_host)" = 50
    hop=$(field hop_instructions)
    echo "$target, $arithmetic: $hop instructions a hop, $(field clip_instructions) a clip," \
        "$(field network_instructions) the network; flash $(field flash_bytes)," \
        "RAM $(field ram_static_bytes), stack $(field features_stack_bytes)"
    [ $arithmetic = float ] && float_hop=$hop
done
judge "$target: a fixed-point hop takes $hop instructions, a floating-point one $float_hop" \
    $((8 * hop)) -lt "$float_hop"
judge "$target: a fixed-point hop takes at most 150000 instructions" "$hop" -le 150000
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
