#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What 'mote compile' writes is C11 and C++11 at once, in its folders and with all files in one, and
# models of two names fit one firmware:
#   every header of device/ compiles alone, in each language, also for cores with vector extensions;
#   generated projects compile without a warning and link, on this computer and for each target;
#   two projects compile as one unit, and their kernels are the same files;
#   an Arduino-style sketch with two models of different front ends runs on this computer and on each
#   emulated target, and says of each model what a sketch with that model alone says on this computer.
# The last line is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
skipped=0
warnings="-Wall -Wextra -Wpedantic -Werror"
models=$MOTE_SOURCE_ROOT/tests/fuzz/corpus
sketch=$MOTE_SOURCE_ROOT/tests/device/sketch

# name  compiler prefix  flags  (the memories are those of src/project/targets.def)
targets="
cortex-m0plus arm-none-eabi -mcpu=cortex-m0plus -mthumb -mfloat-abi=soft
cortex-m4f arm-none-eabi -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16
cortex-m7 arm-none-eabi -mcpu=cortex-m7 -mthumb -mfloat-abi=hard -mfpu=fpv5-d16
cortex-m55 arm-none-eabi -mcpu=cortex-m55 -mthumb -mfloat-abi=hard
rv32imac riscv64-unknown-elf -march=rv32imac -mabi=ilp32 -mcmodel=medany
"

judge() {    # judge NAME: passed when $work/log is empty
    if [ -s "$work/log" ]; then
        head -n 8 "$work/log"
        echo "not ok - $1"
        failed=$((failed + 1))
    else
        echo "ok - $1"
        passed=$((passed + 1))
    fi
}

skip() {    # skip NAME WHY
    echo "skip - $1: $2"
    skipped=$((skipped + 1))
}

generate() {    # generate MODEL FOLDER [OPTION..]
    model=$1
    folder=$2
    shift 2
    "$MOTE_PROGRAM" compile "$models/$model" -o "$work/$folder" "$@" >/dev/null
}

flat() {    # flat FOLDER PROJECT..: all files but the examples in one folder
    rm -rf "${work:?}/$1"
    mkdir "$work/$1"
    folder=$1
    shift
    for project in "$@"; do
        find "$work/$project" -name '*.[ch]' ! -name main.c -exec cp {} "$work/$folder" \;
    done
}

# compile_all COMPILER LANGUAGE STANDARD FLAGS FOLDER INCLUDES: each source of the folder
# shellcheck disable=SC2086  # flags are lists
compile_all() {
    rm -rf "$work/objects"
    mkdir "$work/objects"
    find "$work/$5" -name '*.c' >"$work/sources"
    while read -r source; do
        $1 -x $2 -std=$3 $4 $6 -c "$source" -o "$work/objects/$(basename "$source").o" 2>&1
    done <"$work/sources" >"$work/log"
}

# Host: every header alone, every source, both languages, both layouts.
headers() {    # headers NAME COMPILER LANGUAGE STANDARD FLAG..
    name=$1
    compiler=$2
    language=$3
    standard=$4
    shift 4
    find "$MOTE_SOURCE_ROOT/device" -name '*.h' >"$work/headers"
    while read -r header; do
        # shellcheck disable=SC2086
        printf '#include "%s"\ntypedef int not_empty;\n' "$header" | "$compiler" "$@" -x "$language" -std="$standard" $warnings \
            -I"$MOTE_SOURCE_ROOT" -fsyntax-only - 2>&1
    done <"$work/headers" >"$work/log"
    [ -s "$work/headers" ] || echo "no headers" >"$work/log"
    judge "$name: every header alone as $standard"
}

generate bundle/audio.mote hello --name hello >"$work/log" 2>&1 &&
    generate bundle/audio_fixed.mote bye --name bye >>"$work/log" 2>&1 &&
    generate bundle/audio_fixed.mote default >>"$work/log" 2>&1 &&
    generate tflite/network_1.tflite network --name network >>"$work/log" 2>&1
judge "projects are generated"
flat both hello bye
flat mixed hello default

for compiler in gcc g++ clang clang++; do
    case $compiler in *++) language=c++ standards="c++11 c++17 c++20" ;; *) language=c standards=c11 ;; esac
    if ! command -v $compiler >/dev/null 2>&1; then
        skip "$compiler" "not installed"
        continue
    fi
    for standard in $standards; do
        headers $compiler $compiler $language "$standard"
        for project in hello bye default network; do
            compile_all $compiler $language "$standard" "$warnings" $project \
                ""
            [ -s "$work/log" ] || $compiler "$work"/objects/*.o -o "$work/example" >"$work/log" 2>&1
            judge "$compiler $standard: project '$project' compiles and links"
        done
        compile_all $compiler $language "$standard" "$warnings" both ""
        judge "$compiler $standard: two projects in one folder compile"
        find "$work/both" -name '*.c' | LC_ALL=C sort | sed 's/.*/#include "&"/' >"$work/unit"
        # shellcheck disable=SC2086
        $compiler -x $language -std="$standard" $warnings -fsyntax-only "$work/unit" >"$work/log" 2>&1
        judge "$compiler $standard: two projects compile as one unit"
    done
done

# Kernels are shared: the same files, and no two of different contents under one name.
for file in "$work"/hello/device/*; do
    other=$work/network/device/$(basename "$file")
    [ ! -e "$other" ] || cmp "$file" "$other"
    other=$work/bye/device/$(basename "$file")
    [ ! -e "$other" ] || cmp "$file" "$other"
done >"$work/log" 2>&1
judge "kernels are the same files in every project"
find "$work/hello" -type f -exec basename {} \; | sort | uniq -d >"$work/log"
judge "no two files of a project have the same name"

# Of two names no symbol of the models is the same, and none but the runtime's lacks the name.
compile_all gcc c c11 "" both ""
for object in "$work"/objects/hello*.o; do
    nm --defined-only "$object" | awk '$3 !~ /^hello_/ { print $3 }'
done >>"$work/log" 2>&1
judge "every symbol of model 'hello', static ones too, begins with its name"
# small letters: the names of one release ago, which the forwarding header stands for
grep -hE '^#(ifndef|define) ' "$work"/hello/hello*.h | grep -vE '^#(ifndef|define) (HELLO|hello)_' >"$work/log"
judge "every macro and include guard of model 'hello' begins with its name"

# The sketch. An Arduino core compiles .c as C, the sketch as C++, with flags of its own, without
# -ffp-contract=off.
# shellcheck disable=SC2086
build_sketch() {    # build_sketch PREFIX FOLDER OUT 'FLAG..' 'LINK FLAG..' DEFINE..
    prefix=$1
    folder=$2
    out=$3
    flags=$4
    link=$5
    shift 5
    rm -rf "$work/objects"
    mkdir "$work/objects"
    {
        echo '#include <Arduino.h>'
        cat "$sketch/two_models.ino"
    } >"$work/$folder/sketch.ino.cpp"
    for source in "$work/$folder"/*.c; do
        ${prefix}gcc $flags -std=gnu11 -Os -c "$source" -o "$work/objects/$(basename "$source").o" ||
            return 1
    done
    for source in "$work/$folder/sketch.ino.cpp" "$sketch/core.cpp"; do
        ${prefix}g++ $flags -std=gnu++17 -Os -fno-exceptions -fno-rtti -I"$sketch" -I"$work/$folder" \
            "$@" $warnings -c "$source" -o "$work/objects/$(basename "$source").o" || return 1
    done
    ${prefix}gcc $flags $link "$work"/objects/*.o -o "$work/$out"
}

emulate() {    # emulate TARGET PROGRAM
    case $1 in
    cortex-m0plus) set -- "$2" qemu-system-arm -M mps2-an385 ;;
    cortex-m4f) set -- "$2" qemu-system-arm -M mps2-an386 ;;
    cortex-m7) set -- "$2" qemu-system-arm -M mps2-an500 ;;
    cortex-m55) set -- "$2" qemu-system-arm -M mps3-an547 ;;
    rv32imac) set -- "$2" qemu-system-riscv32 -M virt -bios none ;;
    esac
    program=$1
    shift
    timeout 120 "$@" -nographic -monitor none -serial none -chardev stdio,id=console \
        -semihosting-config enable=on,chardev=console -kernel "$program" </dev/null
}

# What the sketch with both says of each is what the ones with one say; lines are the reference's.
compare() {    # compare NAME OUTPUT
    {
        grep -q '^end$' "$2" || echo "the sketch did not come to its end"
        for model in hello bye; do
            grep "^$model " "$2" >"$work/mine"
            [ -s "$work/mine" ] || continue
            diff "$work/reference.$model" "$work/mine"
        done
        grep -q '^hello ' "$2" || grep -q '^bye ' "$2" || echo "no model said anything"
    } >"$work/log" 2>&1
    judge "$1"
}

both_said() {    # both_said NAME OUTPUT
    compare "$1" "$2"
    { grep -q '^hello ' "$2" && grep -q '^bye ' "$2"; } || echo "one model is silent" >"$work/log"
    judge "$1: both models"
}

for model in hello bye; do
    case $model in hello) define=-DALONE_HELLO ;; *) define=-DALONE_BYE ;; esac
    flat alone $model
    : >"$work/log"
    if build_sketch "" alone program "" "" $define >"$work/log" 2>&1; then
        "$work/program" >"$work/said" 2>"$work/log"
        grep "^$model " "$work/said" >"$work/reference.$model"
        grep -q '^end$' "$work/said" || echo "did not end" >"$work/log"
    fi
    [ "$(grep -c ' averages ' "$work/reference.$model")" = 3 ] || echo "no answers" >>"$work/log"
    # Of this one noise is a keyword: detections are compared too.
    [ $model = hello ] || grep -q '^bye left \|^bye right ' "$work/reference.$model" ||
        echo "no detection" >>"$work/log"
    judge "sketch with '$model' alone on this computer: $(wc -l <"$work/reference.$model") lines"
done
if build_sketch "" both program "" "" >"$work/log" 2>&1; then
    "$work/program" >"$work/said"
    both_said "sketch with both on this computer" "$work/said"
else
    judge "sketch with both on this computer: builds"
fi
if build_sketch "" mixed program "" "" -DBYE_IS_DEFAULT >"$work/log" 2>&1; then
    "$work/program" >"$work/said"
    both_said "sketch with one named and one unnamed on this computer" "$work/said"
else
    judge "sketch with one named and one unnamed: builds"
fi

# shellcheck disable=SC2086
on_target() {    # on_target NAME PREFIX FLAG..
    name=$1
    prefix=$2
    shift 2
    if ! command -v "$prefix-g++" >/dev/null 2>&1; then
        skip "$name" "$prefix-g++ is not installed (tools/setup device)"
        return
    fi
    for standard in c11 c++11 c++20; do
        case $standard in
        c11) language=c compiler=$prefix-gcc plain= ;;
        *) language=c++ compiler=$prefix-g++ plain="-fno-exceptions -fno-rtti" ;;
        esac
        headers "$name" "$compiler" $language $standard "$@" -O2 --specs=picolibc.specs
        for project in hello bye; do
            compile_all "$compiler" $language $standard "$* $plain -O2 --specs=picolibc.specs $warnings" \
                $project ""
            [ -s "$work/log" ] || (cd "$work/$project" && "$prefix-gcc" "$@" --specs=picolibc.specs \
                --crt0=minimal -T target.ld -Wl,--gc-sections "$work"/objects/*.o \
                -o "$work/firmware.elf") >"$work/log" 2>&1
            judge "$name: project '$project' compiles and links as $standard"
        done
    done
    case $prefix in
    arm*) memory="__flash=0,--defsym=__flash_size=0x80000,--defsym=__ram=0x20000000" \
        size=0x80000 emulator=qemu-system-arm ;;
    *) memory="__flash=0x80000000,--defsym=__flash_size=0x400000,--defsym=__ram=0x80400000" \
        size=0x400000 emulator=qemu-system-riscv32 ;;
    esac
    if ! command -v $emulator >/dev/null 2>&1; then
        skip "$name, sketch" "$emulator is not installed (tools/setup device)"
        return
    fi
    if ! build_sketch "$prefix-" both program "$* --specs=picolibc.specs" "--oslib=semihost \
        --crt0=hosted -Wl,--gc-sections -Wl,--defsym=$memory,--defsym=__ram_size=$size,--defsym=__stack_size=0x4000" \
        -ffunction-sections -fdata-sections >"$work/log" 2>&1; then
        judge "$name: the sketch builds"
        return
    fi
    emulate "$name" "$work/program" >"$work/said" 2>"$work/log"
    both_said "$name: sketch with both, as on this computer" "$work/said"
}

while read -r name rest; do
    [ -n "$name" ] || continue
    for folder in hello bye; do    # the linker script is the target's
        case $folder in hello) model=audio ;; *) model=audio_fixed ;; esac
        rm -rf "${work:?}/$folder"
        generate bundle/$model.mote $folder --name $folder --target "$name"
    done
    flat both hello bye
    # shellcheck disable=SC2086
    on_target "$name" $rest
done <<EOF
$targets
EOF
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
