#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The transcript runner itself: good.* must pass, every file of bad/ must fail.
here=$(cd "$(dirname "$0")" && pwd)
runner=${MOTE_BUILD:?}/tests/transcript/transcript
# shellcheck source=tests/judge.sh
. "$here/../judge.sh"

try "$runner" "$here/good.t" "$here/good.md"
judge good ends "3 passed, 0 failed, 1 skipped"
for f in "$here"/bad/*; do
    try "$runner" "$f"
    judge "$f" test "$code" -eq 1
done
try "$runner" "$here/bad/echo.md"
judge "both blocks" ends "0 passed, 2 failed, 0 skipped"
verdict
