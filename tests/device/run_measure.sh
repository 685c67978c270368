#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# 'mote measure' on every target: generated firmware is built, run on the emulated device, and each
# of 50 outputs compared with the host's bit for bit. Models: random networks with every operator
# (tests/fuzz/corpus/tflite), a bundle with front end and detector, and, with MOTE_TEST_DATA, the
# keyword and anomaly models of MLPerf Tiny, the first of whose figures are held to limits. What
# 'mote compile' says beforehand of RAM and flash is compared with the programs that were built.
# Those of MLPerf are built for every target, the others for two each, dealt anew by every commit;
# MOTE_WHOLE=1: every model for every target, as 'make check' does. DEVICE_SEED deals as another
# commit did. The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0
inputs=50

field() {    # field NAME [FILE]: of the document in FILE, preset $work/out
    sed -n "s/^ *\"$1\": \([0-9.]*\),*$/\1/p" "${2:-$work/out}"
}

measure() {    # measure NAME MODEL TARGET
    "$MOTE_PROGRAM" measure "$2" --target "$3" --inputs $inputs --json >"$work/out" 2>"$work/err"
    code=$?
    if [ $code -eq 18 ]; then
        echo "skip - $3, $1: $(cat "$work/err")"
        skipped=$((skipped + 1))
        return 1
    elif [ $code -ne 0 ] || [ "$(field inputs_equal_to_host)" != "$inputs" ]; then
        cat "$work/err"
        echo "not ok - $3, $1: $(field inputs_equal_to_host) of $inputs outputs equal the host's"
        failed=$((failed + 1))
        return 1
    fi
    passed=$((passed + 1))
    echo "ok - $3, $1: $inputs outputs equal; $(field network_instructions) instructions," \
        "$(field flash_bytes) flash, $(field ram_static_bytes) RAM," \
        "$(field network_stack_bytes) stack"
}

# The estimate of footprint.h against the program just measured: weights and tables exact, code
# within 20 %; of the variables nothing but up to 128 bytes of counters and start-up code is missing.
foretold() {    # foretold NAME MODEL TARGET
    rm -rf "$work/project"
    if ! "$MOTE_PROGRAM" compile "$2" --target "$3" -o "$work/project" --json >"$work/said" 2>"$work/err"
    then
        cat "$work/err"
        echo "not ok - $3, $1: does not compile"
        failed=$((failed + 1))
        return
    fi
    code=$(field code_estimate_bytes "$work/said")
    ram=$(field ram_bytes "$work/said")
    constants=$(($(field flash_estimate_bytes "$work/said") - code))
    built=$(($(field flash_bytes) - constants))
    more=$(($(field ram_static_bytes) - ram))
    off=$((code > built ? code - built : built - code))
    if [ $((5 * off)) -le "$built" ] && [ $more -ge 0 ] && [ $more -le 128 ]; then
        passed=$((passed + 1))
        echo "ok - $3, $1: code $code bytes foretold, $built built; RAM $ram foretold," \
            "$(field ram_static_bytes) built"
    else
        echo "not ok - $3, $1: code $code bytes foretold, $built built; RAM $ram foretold," \
            "$(field ram_static_bytes) built"
        failed=$((failed + 1))
    fi
}

check() {    # check NAME MODEL TARGET: both of them
    measure "$@" && foretold "$@"
}

commit=$(git -C "$MOTE_SOURCE_ROOT" rev-parse --short=7 HEAD 2>/dev/null)
seed=${DEVICE_SEED:-$(printf '%d' "0x${commit:-1}")}
if [ "${MOTE_WHOLE:-0}" = 1 ]; then
    echo 'every model on every target'
else
    echo "each model on two targets, dealt by commit ${commit:-none}: DEVICE_SEED=$seed"
fi
is_dealt() {    # is_dealt MODEL TARGET, both by their number: two targets side by side
    [ "${MOTE_WHOLE:-0}" = 1 ] || [ $((($1 + $2 + seed) % 5)) -lt 2 ]
}

at_most() {    # at_most WHAT LIMIT
    if [ "$(field "$1")" -le "$2" ]; then
        passed=$((passed + 1))
    else
        echo "not ok - $1 is $(field "$1"), at most $2 is expected"
        failed=$((failed + 1))
    fi
}

# The other arithmetic's front end is measured where it would be cheaper, and only there.
hinted() {    # hinted MODEL TARGET WHETHER: a hint on arithmetic is due
    "$MOTE_PROGRAM" measure "$MOTE_SOURCE_ROOT/tests/fuzz/corpus/bundle/$1" --target "$2" --inputs 2 \
        --json >"$work/out" 2>"$work/err"
    if [ $? -eq 18 ]; then
        skipped=$((skipped + 1))
        return
    fi
    other=$(field other_arithmetic_hop_instructions)
    said=$(grep -c '"about": "arithmetic"' "$work/out")
    if [ "$said" = "$3" ] && { [ "$3" = 0 ] || { [ -n "$other" ] &&
        [ "$other" -lt "$(field hop_instructions)" ] && grep -q "takes $other instructions" "$work/out"; }; }
    then
        passed=$((passed + 1))
        echo "ok - $2, $1: a hop $(field hop_instructions) instructions, ${other:-none} in the hint"
    else
        failed=$((failed + 1))
        echo "not ok - $2, $1: $said hints on arithmetic, $3 are due; $other instructions"
    fi
}

for target in cortex-m0plus rv32imac cortex-m4f; do
    case $target in cortex-m4f) float=0 fixed=1 ;; *) float=1 fixed=0 ;; esac
    hinted audio.mote $target $float
    hinted audio_fixed.mote $target $fixed
done

models=${MOTE_TEST_DATA:-/nowhere}/mlperf-tiny/models
kws=$models/kws_ref_model.tflite
ad=$models/ad01_int8.tflite
at=0
for target in cortex-m0plus cortex-m4f cortex-m7 cortex-m55 rv32imac; do
    at=$((at + 1))
    n=0
    for model in "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_*.tflite \
        "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/audio*.mote; do
        n=$((n + 1))
        [ -e "$model" ] && is_dealt $n $at && check "$(basename "$model")" "$model" $target
    done
    if [ ! -e "$kws" ]; then
        echo "skip - $target, MLPerf Tiny keyword model: MOTE_TEST_DATA is not set"
        skipped=$((skipped + 1))
    elif measure "MLPerf Tiny keyword model" "$kws" $target; then
        foretold "MLPerf Tiny keyword model" "$kws" $target
        at_most ram_static_bytes 9000
        at_most flash_bytes 40000
        at_most network_stack_bytes 512
        [ $target = cortex-m4f ] && at_most network_instructions 4000000
        [ $target = cortex-m7 ] && at_most network_instructions 4000000
        [ $target = cortex-m55 ] && at_most network_instructions 1700000
    fi
    [ -e "$ad" ] && check "MLPerf Tiny anomaly model" "$ad" $target
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
