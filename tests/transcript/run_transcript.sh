#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The transcript runner itself: good.* must pass, every file of bad/ must fail.
here=$(cd "$(dirname "$0")" && pwd)
runner=${MOTE_BUILD:?}/tests/transcript/transcript
passed=0
failed=0
judge() {    # judge NAME TRUE-COMMAND..
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok - $name"
        printf '%s\n' "$out"
    fi
}

out=$("$runner" "$here/good.t" "$here/good.md" 2>&1)
judge good test "$(printf '%s\n' "$out" | tail -n 1)" = "3 passed, 0 failed, 1 skipped"
for f in "$here"/bad/*; do
    out=$("$runner" "$f" 2>&1)
    code=$?
    judge "$f" test "$code" -eq 1
done
out=$("$runner" "$here/bad/echo.md" 2>&1)
judge "both blocks" test "$(printf '%s\n' "$out" | tail -n 1)" = "0 passed, 2 failed, 0 skipped"
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
