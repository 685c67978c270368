#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/side: everything is run and counted, in order, two at once; whoever dies, hangs or
# contradicts its own counts has failed.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=tests/judge.sh
. "$here/../judge.sh"
side() { try "$root/tools/side" "$@"; }    # side SECONDS [-q], commands on standard input
gives() { [ $code -eq "$1" ] && ends "$2"; }

side 60 <<'END'
sleep 1; echo "first's"; echo '2 passed, 0 failed, 1 skipped'
echo 'ok - second'; echo '3 passed, 0 failed, 0 skipped'
END
judge "counts are added" gives 0 '5 passed, 0 failed, 1 skipped'
judge "shown in the order given" [ "$(head -n 2 "$temp/out" | tr '\n' '/')" = "first's/ok - second/" ]
side 60 -q <<'END'
echo 'ok - a'; echo 'not ok - b'; echo '1 passed, 1 failed, 0 skipped'; exit 1
END
judge "one failure is one" gives 1 '1 passed, 1 failed, 0 skipped'
judge "what failed is shown, also with -q" [ "$(head -n 1 "$temp/out")" = 'not ok - b' ]
side 60 <<'END'
echo 'not the end'
END
judge "without counts it has failed" gives 1 '0 passed, 1 failed, 0 skipped'
side 60 <<'END'
echo '4 passed, 0 failed, 0 skipped'; exit 7
END
judge "an exit code against the counts has failed" gives 1 '4 passed, 1 failed, 0 skipped'
judge "the exit code is said" says 'exit code 7'
side 1 <<'END'
sleep 30; echo '1 passed, 0 failed, 0 skipped'
END
judge "who hangs is stopped" gives 1 '0 passed, 1 failed, 0 skipped'
side 60 </dev/null
judge "nothing is nothing" gives 0 '0 passed, 0 failed, 0 skipped'
began=$(date +%s)
printf 'sleep 2; echo 1 passed, 0 failed, 0 skipped\n%.0s' 1 2 | side 60
if [ "$(nproc)" -ge 2 ]; then
    judge "two at once" [ $(($(date +%s) - began)) -lt 4 ]
fi
verdict
