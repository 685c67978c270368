#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/side: everything is run and counted, in order, two at once; whoever dies, hangs or
# contradicts its own counts has failed.
root=$(cd "$(dirname "$0")/../.." && pwd)
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
passed=0
failed=0
judge() {    # judge NAME TRUE-COMMAND..
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok - $name (exit code $code)"
        cat "$temp/out"
    fi
}
try() {    # try SECONDS [-q], commands on standard input
    "$root/tools/side" "$@" >"$temp/out" 2>&1
    code=$?
}
ends() { [ $code -eq "$1" ] && [ "$(tail -n 1 "$temp/out")" = "$2" ]; }
says() { grep -q "$1" "$temp/out"; }

try 60 <<'END'
sleep 1; echo "first's"; echo '2 passed, 0 failed, 1 skipped'
echo 'ok - second'; echo '3 passed, 0 failed, 0 skipped'
END
judge "counts are added" ends 0 '5 passed, 0 failed, 1 skipped'
judge "shown in the order given" [ "$(head -n 2 "$temp/out" | tr '\n' '/')" = "first's/ok - second/" ]
try 60 -q <<'END'
echo 'ok - a'; echo 'not ok - b'; echo '1 passed, 1 failed, 0 skipped'; exit 1
END
judge "one failure is one" ends 1 '1 passed, 1 failed, 0 skipped'
judge "what failed is shown, also with -q" [ "$(head -n 1 "$temp/out")" = 'not ok - b' ]
try 60 <<'END'
echo 'not the end'
END
judge "without counts it has failed" ends 1 '0 passed, 1 failed, 0 skipped'
try 60 <<'END'
echo '4 passed, 0 failed, 0 skipped'; exit 7
END
judge "an exit code against the counts has failed" ends 1 '4 passed, 1 failed, 0 skipped'
judge "the exit code is said" says 'exit code 7'
try 1 <<'END'
sleep 30; echo '1 passed, 0 failed, 0 skipped'
END
judge "who hangs is stopped" ends 1 '0 passed, 1 failed, 0 skipped'
try 60 </dev/null
judge "nothing is nothing" ends 0 '0 passed, 0 failed, 0 skipped'
began=$(date +%s)
printf 'sleep 2; echo 1 passed, 0 failed, 0 skipped\n%.0s' 1 2 | try 60
if [ "$(nproc)" -ge 2 ]; then
    judge "two at once" [ $(($(date +%s) - began)) -lt 4 ]
fi
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
