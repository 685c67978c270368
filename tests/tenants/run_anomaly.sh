#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Anomalies in real series, through the program itself: the series of the Numenta Anomaly Benchmark that
# are in MOTE_TEST_DATA (25 of 58), a model of each one's first 15 %, its threshold from them alone, its
# verdict on every window of the rest. The benchmark's score of all must reach that of its windowed
# Gaussian. nab.py beside this file says how.
#
# Needs the series and python3; without them everything is skipped and counted. The last line is
# 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}"
here=$(cd "$(dirname "$0")" && pwd)
data=${MOTE_TEST_DATA:-}
if [ -z "$data" ] || [ ! -d "$data/nab" ] || ! command -v python3 >/dev/null 2>&1; then
    echo "skip - anomalies: no 'nab' in MOTE_TEST_DATA ('$data'), or no python3"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
export NAB_STEPS=4
python3 "$here/nab.py" cut "$data/nab" "$work" || exit 2
for dir in "$work"/*/; do
    k=$(basename "$dir")
    cat >"$dir/mote.yaml" <<'END'
name: nab
task: anomaly
data: {rate_hz: 1, window_ms: 4000, stride_ms: 1000}
features: {kind: raw}
model: {architecture: gaussian}
anomaly: {normal: [normal], false_alarm: 2 %, margin: 4}
END
    # without compilers on the path nothing is measured on a device: that is not what is asked here
    if ! (cd "$dir" && "$MOTE_PROGRAM" data add in --quiet && PATH=/nowhere "$MOTE_PROGRAM" run --quiet &&
        "$MOTE_PROGRAM" predict nab all.csv --windows --json >"$work/$k.json") >"$dir/out" 2>&1; then
        rm -f "$work/$k.json"
        echo "series $k has no model: $(tail -1 "$dir/out")"
    fi
done
if python3 "$here/nab.py" score "$data/nab" "$work" 33; then
    echo "1 passed, 0 failed, 0 skipped"
else
    echo "not ok - the windowed Gaussian is reached"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
