#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Generated firmware of models that are no stream, classes, values and anomalies of series, pictures
# and rows: on every emulated target each input, output and answer equals the host's bit for bit, and
# what footprint.h foretells of RAM and code holds. The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_BUILD:?}"

for tool in arm-none-eabi-gcc riscv64-unknown-elf-gcc qemu-system-arm qemu-system-riscv32; do
    if ! command -v $tool >/dev/null 2>&1; then
        echo "skip - $tool is not installed (tools/setup device)"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
done
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
T_MEASURE=1 "$MOTE_BUILD/tests/unit/compile_test_codegen_answer" >"$log" 2>&1
code=$?
grep ' equal; ' "$log" | sed 's/^/ok - /'
passed=$(grep -c ' equal; ' "$log")
if [ $code -ne 0 ] || [ "$passed" -eq 0 ]; then
    grep -v ' equal; ' "$log"
    echo "$passed passed, 1 failed, 0 skipped"
    exit 1
fi
echo "$passed passed, 0 failed, 0 skipped"
