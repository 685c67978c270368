#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The new tasks in use: field.py beside this file tells what is looked at. Few epochs and small
# networks: it is about the watch and what is kept, not about accuracy.
#
# Needs the sets in MOTE_TEST_DATA; without them everything is skipped and counted. The last line is
# 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}"
data=${MOTE_TEST_DATA:-}
for set in occupancy bike-sharing mnist imu-wand-gestures; do
    if [ -z "$data" ] || [ ! -d "$data/$set" ]; then
        echo "skip - field: no '$set' in MOTE_TEST_DATA ('$data')"
        echo "0 passed, 0 failed, 4 skipped"
        exit 0
    fi
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
python3 "$(dirname "$0")/field.py" "$MOTE_PROGRAM" "$data" "$work" >"$work/said" 2>&1
code=$?
cat "$work/said"
passed=$(grep -c '^ok - ' "$work/said")
failed=$(grep -c '^not ok - ' "$work/said")
[ $code -eq 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
