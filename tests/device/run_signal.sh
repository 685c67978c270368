#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The front ends, quantisation, detector and sketch give the same bits on the host (gcc and clang at
# -O0, -O2 and -O3) and on every emulated target. Prints the instructions of one frame of the default
# front end on each. The last line is 'N passed, N failed, N skipped'.
#
#   tests/device/run_signal.sh
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0

sources="$root/tests/device/signal_program.c"
for source in "$root"/device/signal/*.c "$root"/device/stream/*.c "$root"/device/watch/*.c; do
    sources="$sources $source"
done
flags="-std=c11 -ffp-contract=off -ffunction-sections -fdata-sections -Wl,--gc-sections -I$root -I$root/tests"

pass() {
    echo "ok - $1"
    passed=$((passed + 1))
}
fail() {
    echo "not ok - $1"
    failed=$((failed + 1))
}
skip() {
    echo "skip - $1: $2"
    skipped=$((skipped + 1))
}

# The first text becomes the reference; a text without its last line is a program that died.
judge() {    # judge NAME FILE
    if ! grep -q '^end$' "$2"; then
        fail "$1: the program did not come to its end"
    elif [ ! -e "$work/reference" ]; then
        cp "$2" "$work/reference"
        pass "$1: the reference, $(grep -c . "$2") lines"
    elif cmp -s "$work/reference" "$2"; then
        pass "$1: same bits"
    else
        diff "$work/reference" "$2" | head -n 6
        fail "$1: other bits"
    fi
}

# shellcheck disable=SC2086  # $flags and $sources are lists
on_host() {    # on_host COMPILER LEVEL
    if ! command -v "$1" >/dev/null 2>&1; then
        skip "$1 $2" "not installed"
    elif ! "$1" $flags "$2" $sources -o "$work/host" 2>"$work/log"; then
        cat "$work/log"
        fail "$1 $2: does not build"
    else
        "$work/host" >"$work/text"
        judge "$1 $2" "$work/text"
    fi
}

# shellcheck disable=SC2086
build() {    # build OUTPUT FLAG..
    output=$1
    shift
    "$prefix-gcc" --specs=picolibc.specs --oslib=semihost --crt0=hosted $flags $memory "$@" $sources \
        -o "$output" 2>"$work/log"
}

# shellcheck disable=SC2086
emulate() {    # emulate PROGRAM OPTION..
    program=$1
    shift
    timeout 120 $emulator "$@" -nographic -monitor none -serial none -chardev stdio,id=console \
        -semihosting-config enable=on,chardev=console -kernel "$program" </dev/null 2>"$work/log"
}

on_target() {    # on_target NAME FLAG..; uses $prefix, $emulator, $memory
    name=$1
    shift
    if ! command -v "$prefix-gcc" >/dev/null 2>&1 || ! command -v "${emulator%% *}" >/dev/null 2>&1; then
        skip "$name" "$prefix-gcc or ${emulator%% *} is not installed (tools/setup device)"
        return
    fi
    for level in -O2 -O3; do
        if ! build "$work/program" $level "$@"; then
            cat "$work/log"
            fail "$name $level: does not build"
            continue
        fi
        emulate "$work/program" >"$work/text"
        judge "$name $level" "$work/text"
    done
    if build "$work/program" -O2 -DCOUNT_INSTRUCTIONS "$@"; then
        emulate "$work/program" -icount shift=0 | awk -v name="$name" '
            NF == 2 { printf "%s: %s, %d instructions a frame at -O2\n", name, $1, $2 }'
    fi
}

for compiler in gcc clang; do
    for level in -O0 -O2 -O3; do
        on_host $compiler $level
    done
done

prefix=arm-none-eabi
memory="-Wl,--defsym=__flash=0,--defsym=__flash_size=0x80000,--defsym=__ram=0x20000000"
memory="$memory,--defsym=__ram_size=0x40000,--defsym=__stack_size=0x4000"
# ARMv6-M code, executed by the Cortex-M3 of this board
emulator="qemu-system-arm -M mps2-an385"
on_target cortex-m0plus -mcpu=cortex-m0plus -mthumb
emulator="qemu-system-arm -M mps2-an386"
on_target cortex-m4f -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16
emulator="qemu-system-arm -M mps2-an500"
on_target cortex-m7 -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16
emulator="qemu-system-arm -M mps3-an547"
on_target cortex-m55 -mcpu=cortex-m55 -mthumb -mfloat-abi=hard

prefix=riscv64-unknown-elf
memory="-Wl,--defsym=__flash=0x80000000,--defsym=__flash_size=0x400000,--defsym=__ram=0x80400000"
memory="$memory,--defsym=__ram_size=0x400000,--defsym=__stack_size=0x4000"
emulator="qemu-system-riscv32 -M virt -bios none"
on_target rv32imac -march=rv32imac -mabi=ilp32

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
