#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Anomalies in real series, through the program itself: the series of the Numenta Anomaly Benchmark that
# are in MOTE_TEST_DATA (25 of 58), a model of each one's first 15 %, its threshold from them alone, its
# verdict on every window of the rest. The benchmark's score of all must reach that of its windowed
# Gaussian. nab.py beside this file says how. Then spans of anomaly along one series, and rows and sound
# over HTTP (anomaly_http.py).
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
python3 "$here/nab.py" cut "$data/nab" "$work" || exit 2
for dir in "$work"/*/; do
    k=$(basename "$dir")
    cat >"$dir/mote.yaml" <<'END'
name: nab
task: anomaly
data: {rate_hz: 1, window_ms: 4000, stride_ms: 1000}
features: {kind: raw}
model: {architecture: gaussian}
anomaly: {normal: [normal], false_alarm: 2 %, margin: 1.5, adapt_ms: 800000, quiet_ms: 75000}
END
    # without compilers on the path nothing is measured on a device: that is not what is asked here
    if ! (cd "$dir" && "$MOTE_PROGRAM" data add in --quiet && PATH=/nowhere "$MOTE_PROGRAM" run --quiet &&
        "$MOTE_PROGRAM" predict nab all.csv --json >"$work/$k.json") >"$dir/out" 2>&1; then
        rm -f "$work/$k.json"
        echo "series $k has no model: $(tail -1 "$dir/out")"
    fi
done
passed=0
failed=0
ok() { passed=$((passed + 1)); }
not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
}
if python3 "$here/nab.py" score "$data/nab" "$work" 50; then ok; else not_ok "the windowed Gaussian is reached"; fi

# One series with four anomalies, labelled by a column: what evaluate says of spans, delay and score is what
# the benchmark's rule says of the alarms that it tells.
series=14
mkdir "$work/spans"
python3 "$here/nab.py" spans "$data/nab" "$work/spans" $series
cat >"$work/spans/mote.yaml" <<'END'
name: nab
task: anomaly
requirements: [{metric: nab_score, at_least: 20}, {metric: spans_found, at_least: 50 %}]
data: {rate_hz: 1, window_ms: 4000, stride_ms: 1000, label_from: 'column:label'}
features: {kind: raw}
model: {architecture: gaussian}
anomaly: {normal: [normal], false_alarm: 2 %, margin: 1.5, adapt_ms: 800000, quiet_ms: 75000}
END
if (cd "$work/spans" && "$MOTE_PROGRAM" data add in --quiet && PATH=/nowhere "$MOTE_PROGRAM" run --json >run.json) \
    >"$work/spans/out" 2>&1 && python3 "$here/nab.py" told "$data/nab" "$work/spans/run.json" $series >"$work/told"; then
    ok
    cat "$work/told"
else
    not_ok "spans, delay and score of series $series: $(tail -1 "$work/spans/out")"
fi
if (cd "$work/spans" && "$MOTE_PROGRAM" report -o r.html >/dev/null && 
    grep -q "$(sed -n 's/^told: \([0-9]* of [0-9]* spans found\).*/\1/p' "$work/told" | grep .)" r.html); then
    ok
else
    not_ok "the report draws the spans of series $series"
fi

if python3 "$here/anomaly_http.py" "$MOTE_PROGRAM" "$work/http" >"$work/http.txt" 2>&1; then
    ok
else
    not_ok "anomalies of rows and of sound over HTTP: $(cat "$work/http.txt")"
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" -eq 0 ]
