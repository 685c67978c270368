#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unmodified tritonclient of PyPI against the built program. Skipped, with the reason, when it
# cannot be had. MOTE_VENV keeps the virtual environment between runs.
# Last line: N passed, N failed, N skipped.
set -u
: "${MOTE_BUILD:?}" "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
venv=${MOTE_VENV:-$dir/venv}
if ! "$venv/bin/python" -c 'import tritonclient.http' 2>/dev/null; then
    if ! python3 -m venv "$venv" >"$dir/log" 2>&1 ||
       ! timeout 300 "$venv/bin/pip" install -q --disable-pip-version-check 'tritonclient[http]==2.41.0' 'numpy<2' \
           >>"$dir/log" 2>&1; then
        echo "skip - tritonclient: pip could not install it: $(tail -n 1 "$dir/log")"
        echo "0 passed, 0 failed, 1 skipped"
        exit 0
    fi
fi
if ! "$MOTE_BUILD/bench/serve_models" "$dir"; then
    echo "not ok - tritonclient: no models to serve"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
timeout 120 "$venv/bin/python" "$MOTE_SOURCE_ROOT/tests/interop/tritonclient_test.py" "$MOTE_PROGRAM" "$dir"
