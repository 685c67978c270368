#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What models take on the five targets, by 'mote measure' on 50 inputs each, as lines of a table:
# the keyword and anomaly models of MLPerf Tiny, and the model of the keyword template with its
# front end (float where there is an FPU, and fixed point) and detector. The template's model is
# trained for two epochs on recordings of MOTE_TEST_DATA: its size and speed do not depend on what
# the weights are. bench/device.md has the recorded figures.
#
#   MOTE_BUILD=build MOTE_TEST_DATA=DIR sh bench/device.sh [TARGET..]
set -u
: "${MOTE_BUILD:=build}"
root=$(cd "$(dirname "$0")/.." && pwd)
data=${MOTE_TEST_DATA:-$root/../shared/data}
[ -d "$data/mlperf-tiny" ] || { echo "MOTE_TEST_DATA does not name the shared recordings and models"; exit 1; }
mote=$(cd "$MOTE_BUILD" && pwd)/mote
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# A number of the document in $work/out with thousands marked; - for a part that the model has not.
field() {
    number=$(sed -n "s/^ *\"$1\": \([0-9]*\),*$/\1/p" "$work/out")
    echo "${number:--}" | sed -e ':a' -e 's/^\([0-9]*[0-9]\)\([0-9]\{3\}\)/\1,\2/' -e ta
}

line() {    # line NAME MODEL TARGET [PROJECT]
    if ! "$mote" measure "$2" --target "$3" --json ${4:+--project "$4"} >"$work/out" 2>"$work/err"; then
        cat "$work/err"
        failed=1
        return
    fi
    echo "| $1 | $3 | $(field network_instructions) | $(field hop_instructions) |" \
        "$(field post_instructions) | $(field flash_bytes) | $(field weights_bytes) |" \
        "$(field ram_static_bytes) | $(field arena_bytes) | $(field network_stack_bytes) |" \
        "$(field features_stack_bytes) | $(field inputs_equal_to_host) |"
}

template() {    # template ARITHMETIC: a project of that name with a trained model
    "$mote" init "$work/$1" --template keyword &&
    sed -i -e 's/^\( *epochs:\) .*/\1 2/' -e "s/^\( *arithmetic:\) .*/\1 $1/" "$work/$1/mote.yaml" &&
    "$mote" data add "$data/gsc1-bed-cat-happy" --project "$work/$1" &&
    "$mote" data add "$data/gsc-mixed35-and-noise/background_noise" --role background \
        --project "$work/$1" &&
    "$mote" run --project "$work/$1"
}

for arithmetic in float fixed; do
    template $arithmetic >"$work/log" 2>&1 || { tail -n 2 "$work/log"; exit 1; }
done
echo "| model | target | network | front end, a hop | detector | flash | of it weights | RAM | of it arena | stack, network | stack, front end | equal of 50 |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
for target in ${*:-cortex-m0plus cortex-m4f cortex-m7 cortex-m55 rv32imac}; do
    line "MLPerf Tiny KWS" "$data/mlperf-tiny/models/kws_ref_model.tflite" $target
    line "MLPerf Tiny AD" "$data/mlperf-tiny/models/ad01_int8.tflite" $target
    line "template, float" float/1 $target "$work/float"
    line "template, fixed" fixed/1 $target "$work/fixed"
done
exit $failed
