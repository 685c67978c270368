#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Exported .tflite files in LiteRT (PyPI, ai-edge-litert) against generated C code built for this
# computer: at least 200 inputs a model, within one count. Models: random networks with every
# operator and, with MOTE_TEST_DATA, the keyword model of MLPerf Tiny on its 200 official inputs. Then
# networks of float32: those of MLPerf Tiny, and the speech embedding of PyPI's openwakeword, which is
# not kept.
# LITERT_PYTHON names a python3 that has ai_edge_litert and numpy; else one is made with pip.
# The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_BUILD:?}" "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

python=${LITERT_PYTHON:-}
if [ -z "$python" ]; then
    python=$work/venv/bin/python
    if ! { python3 -m venv "$work/venv" && "$python" -m pip -q install ai-edge-litert numpy; } >"$work/log" 2>&1; then
        tail -n 2 "$work/log"
        echo "skip - LiteRT cannot be installed here"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
fi

cat >"$work/driver.c" <<'END'
#include <stdio.h>
#include "model.h"
static _Alignas(8) signed char arena[MODEL_ARENA_BYTES];
int main(void)
{
    while (fread(arena + MODEL_INPUT_OFFSET, 1, MODEL_INPUT_BYTES, stdin) == MODEL_INPUT_BYTES) {
        model_run(arena);
        fwrite(arena + MODEL_OUTPUT_OFFSET, 1, MODEL_OUTPUT_BYTES, stdout);
    }
    return 0;
}
END

try() {    # try MODEL N [FOLDER]
    model=$1
    n=$2
    shift 2
    name=$(basename "$model")
    dir=$work/$name.c
    if ! { "$MOTE_PROGRAM" export "$model" --format tflite -o "$work/$name" &&
           "$MOTE_PROGRAM" compile "$model" -o "$dir" && make -s -C "$dir" host &&
           cc -iquote "$dir" "$work/driver.c" "$dir/libmodel_host.a" -o "$dir/run"; } >"$work/log" 2>&1; then
        cat "$work/log"
        echo "not ok - $name does not export or build"
        failed=$((failed + 1))
        return
    fi
    timeout 300 "$python" "$MOTE_SOURCE_ROOT/tests/interop/litert_test.py" "$work/$name" "$dir/run" "$n" "$@" \
        >"$work/log" 2>"$work/err"
    grep -v '^[0-9]* passed, ' "$work/log"
    counts=$(tail -n 1 "$work/log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .*/\1 \2/p')
    if [ -z "$counts" ]; then
        tail -n 5 "$work/err"
        echo "not ok - $name: the comparison died"
        counts="0 1"
    fi
    # shellcheck disable=SC2086  # two numbers
    set -- $counts
    passed=$((passed + $1))
    failed=$((failed + $2))
}

skipped=0
for model in "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/tflite/network_*.tflite; do
    try "$model" 200
done
tiny=${MOTE_TEST_DATA:-/nowhere}/mlperf-tiny
if [ -d "$tiny" ]; then
    try "$tiny/models/kws_ref_model.tflite" 200 "$tiny/kws01"
    try "$tiny/models/ad01_int8.tflite" 200
else
    echo "skip - MLPerf Tiny models: MOTE_TEST_DATA is not set"
    skipped=1
fi

float() {    # float MODEL: 20 inputs by the reference interpreter
    if timeout 300 "$python" "$MOTE_SOURCE_ROOT/tests/interop/litert_float.py" "$1" \
        "$MOTE_BUILD/tests/run_tflite_f32" 20 >"$work/log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    cat "$work/log"
}
float "$MOTE_SOURCE_ROOT/tests/golden/foreign.tflite"
if [ -d "$tiny" ]; then
    float "$tiny/models/kws_ref_model_float32.tflite"
    float "$tiny/models/ad01_fp32.tflite"
fi
wheel=openwakeword-0.5.1-py3-none-any.whl
if "$python" -m pip -q download --no-deps -d "$work" openwakeword==0.5.1 >"$work/log" 2>&1 &&
    "$python" -m zipfile -e "$work/$wheel" "$work/wheel" >>"$work/log" 2>&1; then
    float "$work/wheel/openwakeword/resources/models/embedding_model.tflite"
else
    echo "skip - the speech embedding: pip could not fetch it: $(tail -n 1 "$work/log")"
    skipped=$((skipped + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
