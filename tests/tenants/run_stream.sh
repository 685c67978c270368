#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A stream of movements on real recordings: a wand with rest between its gestures, from labelled spans
# to events on a microcontroller; stream.py beside this file tells what is looked at.
#
# Needs the set in MOTE_TEST_DATA; without it everything is skipped and counted. The last line is
# 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}"
data=${MOTE_TEST_DATA:-}
if [ -z "$data" ] || [ ! -d "$data/imu-wand-gestures" ]; then
    echo "skip - stream: no 'imu-wand-gestures' in MOTE_TEST_DATA ('$data')"
    echo "0 passed, 0 failed, 6 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
python3 "$(dirname "$0")/stream.py" "$MOTE_PROGRAM" "$data/imu-wand-gestures" "$work" >"$work/said" 2>&1
code=$?
cat "$work/said"
passed=$(grep -c '^ok - ' "$work/said")
failed=$(grep -c '^not ok - ' "$work/said")
skipped=$(grep -c '^skip - ' "$work/said")
[ $code -eq 0 ] || [ "$failed" -gt 0 ] || failed=1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
