#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# kill -9 at MOTE_KILLS random instants (default 10): see kill.c. Each kill that was survived counts
# as one test passed; T_SEED=n repeats the instants.
kills=${MOTE_KILLS:-10}
program=${MOTE_BUILD:?}/tests/crash/kill
if [ ! -x "$program" ]; then
    echo "skip reason: the tests are not built"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
out=$(MOTE_KILLS=$kills MOTE_PROGRAM=${MOTE_PROGRAM:-$MOTE_BUILD/mote} timeout "${MOTE_KILL_SECONDS:-1200}" "$program" 2>&1)
code=$?
begun=$(printf '%s\n' "$out" | grep -c '^kill ')
if [ $code -eq 0 ] && [ "$begun" -eq "$kills" ]; then
    echo "$kills passed, 0 failed, 0 skipped"
else
    printf '%s\n' "$out"
    echo "$((begun > 0 ? begun - 1 : 0)) passed, 1 failed, 0 skipped"
    exit 1
fi
