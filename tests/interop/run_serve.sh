#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Clients that misbehave, against the built program: serve_abuse.py.
# Last line: N passed, N failed, N skipped.
set -u
: "${MOTE_BUILD:?}" "${MOTE_PROGRAM:?}" "${MOTE_SOURCE_ROOT:?}"
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
if ! "$MOTE_BUILD/bench/serve_models" "$dir"; then
    echo "not ok - serve: no models to serve"
    echo "0 passed, 1 failed, 0 skipped"
    exit 1
fi
timeout 240 python3 "$MOTE_SOURCE_ROOT/tests/interop/serve_abuse.py" "$MOTE_PROGRAM" "$dir"
