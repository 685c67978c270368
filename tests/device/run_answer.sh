#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Generated firmware of models that are no stream, classes, values and anomalies of series, pictures
# and rows: on emulated targets each input, output and answer equals the host's bit for bit, and what
# footprint.h foretells of RAM and code holds. Each model is built for one target, at least two for
# each, dealt anew by every commit; so are front ends of series, one for each target. MOTE_WHOLE=1:
# every model for every target, as 'make check' does. DEVICE_SEED deals as another commit did. The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_BUILD:?}" "${MOTE_SOURCE_ROOT:?}"

for tool in arm-none-eabi-gcc riscv64-unknown-elf-gcc qemu-system-arm qemu-system-riscv32; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skip - $tool is not installed (tools/setup device)"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
done
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
if [ "${MOTE_WHOLE:-0}" = 1 ]; then
    dealt=whole
    echo 'every model on every target'
else
    commit=$(git -C "$MOTE_SOURCE_ROOT" rev-parse --short=7 HEAD 2>/dev/null)
    dealt=${DEVICE_SEED:-$(printf '%d' "0x${commit:-1}")}
    echo "each model on one target, dealt by commit ${commit:-none}: DEVICE_SEED=$dealt"
fi
T_MEASURE=$dealt "$MOTE_BUILD/tests/unit/compile_test_codegen_answer" >"$log" 2>&1
code=$?
T_MEASURE=$dealt "$MOTE_BUILD/tests/unit/compile_test_series" >>"$log" 2>&1 || code=1
grep ' equal; ' "$log" | sed 's/^/ok - /'
passed=$(grep -c ' equal; ' "$log")
if [ $code -ne 0 ] || [ "$passed" -eq 0 ]; then
    grep -v ' equal; ' "$log"
    echo "$passed passed, 1 failed, 0 skipped"
    exit 1
fi
echo "$passed passed, 0 failed, 0 skipped"
