#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The CSV reader beside pandas' C engine, the two taking turns (csv_pandas.py). Needs a python that
# has pandas: MOTE_BENCH_PYTHON, or python3.
set -u
build=${MOTE_BUILD:-build}
python=${MOTE_BENCH_PYTHON:-python3}
"$python" -c 'import pandas' 2>/dev/null || { echo "csv: $python has no pandas: skipped"; exit 0; }
exec "$python" "$(dirname "$0")/csv_pandas.py" "$build/bench/bench_csv"
