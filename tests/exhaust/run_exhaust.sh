#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What runs out, runs out with words: memory (in libraries too: fail_malloc.c), descriptors, the
# length of files, the disk; and pipes in place of files. Never a signal, never a hang, and an
# answer that is given all the same is the whole one.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"    # the runner starts it by sh
mote=${MOTE_PROGRAM:-${MOTE_BUILD:?}/mote}
here=$(cd "$(dirname "$0")" && pwd)
points=${MOTE_EXHAUST_POINTS:-40}   # failed allocations of each command
passed=0 failed=0 skipped=0
for need in espeak-ng cc timeout; do
    command -v $need >/dev/null || { echo "skip reason: no $need"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
done
dir=$(mktemp -d) && cd "$dir" || exit 1
trap 'umount "$dir/small" 2>/dev/null; rm -rf "$dir"' EXIT

ok() { passed=$((passed + 1)); }
not_ok() { failed=$((failed + 1)); echo "not ok - $1"; sed 's/^/    /' said 2>/dev/null | tail -3; }

# ended NAME CODE: by itself, in time, and with words when not with 0.
ended() {
    if [ "$2" -ge 124 ]; then not_ok "$1: exit code $2"
    elif [ "$2" -ne 0 ] && ! grep -q 'mote' said; then not_ok "$1: exit code $2 without a word"
    else ok; fi
}

# refused NAME CODE WORDS: as ended, and not with 0, and with these words.
refused() {
    if [ "$2" -eq 0 ] || [ "$2" -ge 124 ] || ! grep -q -- "$3" said; then not_ok "$1: exit code $2, not '$3'"
    else ok; fi
}

"$mote" init words >/dev/null && cd words || exit 1
sed -i 's/epochs: .*/epochs: 1/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/
        s/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/
        /^  budget:/,/^$/d; s/min_per_class: .*/min_per_class: 12/' mote.yaml
"$mote" data synth -n 12 --quiet >said 2>&1 && "$mote" run --quiet >said 2>&1
"$mote" model promote words/1 --override --why 'to be tried' >>said 2>&1
"$mote" model list | grep -q '^words' || { not_ok "no model to try with"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
espeak-ng -w yes.wav yes
"$mote" predict words yes.wav --resample >said 2>&1 || not_ok "predict"

# --- memory ---
if cc -shared -fPIC -O1 -o ../fail.so "$here/fail_malloc.c" -ldl 2>said; then
    for command in "status" "data list" "predict words yes.wav --resample --label-only" "model list --json" "doctor"; do
        LD_PRELOAD=../fail.so FAIL_COUNT=../count "$mote" $command >whole 2>/dev/null
        n=$(cat ../count) step=$((n / points + 1)) before=$failed
        for ((i = 1; i <= n; i += step)); do
            FAIL_AT=$i LD_PRELOAD=../fail.so timeout 60 "$mote" $command >answer 2>said
            code=$?
            # With no memory at all for a message there is none: the code speaks.
            if [ $code -ge 124 ]; then not_ok "$command, allocation $i of $n: exit code $code"
            elif [ $code -eq 0 ] && ! diff -q <(sed 's/[0-9.]* [kMGT]*B free//' whole) <(sed 's/[0-9.]* [kMGT]*B free//' answer) >/dev/null; then
                not_ok "$command, allocation $i of $n: exit code 0 and another answer"
            fi
        done
        [ $failed -eq $before ] && ok
    done
else
    skipped=$((skipped + 1)); echo "skip reason: the preloaded library does not build"
fi

# --- descriptors ---
for most in 4 6 8 10 12; do
    for command in "status" "data list" "predict words yes.wav --resample" "serve --port 0" "data add ." "doctor"; do
        (ulimit -n $most; exec timeout -s INT -k 20 ${seconds:-4} "$mote" $command) >said 2>&1
        code=$?
        [ "$command" = "serve --port 0" ] && [ $code -eq 124 ] && code=0   # it serves
        ended "$most descriptors, $command" $code
    done
done

# --- the length of files ---
for kilobytes in 0 1 8 64; do
    for command in "status" "data add ." "run --force" "report -o page.html" "data version"; do
        (ulimit -f $kilobytes; exec timeout 120 "$mote" $command) 2>&1 | cat >said
        ended "files of $kilobytes kB, $command" ${PIPESTATUS[0]}
    done
done
"$mote" run --quiet >said 2>&1 || not_ok "the project after files were too long"
"$mote" doctor --repair >said 2>&1; "$mote" doctor >said 2>&1 && ok || not_ok "doctor after files were too long"

# --- a full disk ---
mkdir "$dir/small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=6m none "$dir/small" 2>/dev/null; then
    cp -a . "$dir/small/p" 2>/dev/null || not_ok "the disk is too small for the project"
    dd if=/dev/zero of="$dir/small/fill" bs=4k 2>/dev/null
    for command in "status" "data add $dir/words" "run --force" "report -o page.html" "doctor" "gc"; do
        (cd "$dir/small/p" && timeout 120 "$mote" $command) >said 2>&1
        ended "full disk, $command" $?
    done
    rm "$dir/small/fill"
    (cd "$dir/small/p" && "$mote" doctor --repair) >said 2>&1
    (cd "$dir/small/p" && "$mote" doctor 2>/dev/null | grep -v '^[a-z]* *space\|make room') >said
    grep -q '^error' said && not_ok "doctor after the disk was full" || ok
else
    skipped=$((skipped + 1)); echo "skip reason: no right to mount a small disk"
fi

# --- pipes in place of files ---
mkfifo pipe.wav page
timeout 30 "$mote" predict words pipe.wav --resample >said 2>&1; refused "a pipe for a recording" $? 'nobody writes'
timeout 30 "$mote" report -o page >said 2>&1; refused "a pipe for a report" $? 'a pipe (fifo)'
[ -p page ] && ok || not_ok "the pipe was replaced"
timeout 30 "$mote" data add . >said 2>&1; ended "a pipe among recordings" $?
timeout 30 "$mote" predict words <(cat yes.wav) --resample >said 2>&1 && ok || not_ok "a pipe that somebody writes to"
object=$(find .mote/objects -type f | head -1); mv "$object" ../object; mkfifo "$object"
timeout 60 "$mote" doctor >said 2>&1; ended "a pipe for an object" $?
rm "$object"; mv ../object "$object"
mv mote.yaml ../kept.yaml; mkfifo mote.yaml
timeout 30 "$mote" status >said 2>&1; refused "a pipe for mote.yaml" $? 'nobody writes'
rm mote.yaml; mv ../kept.yaml mote.yaml
"$mote" doctor >said 2>&1 && ok || not_ok "doctor at the end"

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
