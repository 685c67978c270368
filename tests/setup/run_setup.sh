#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# tools/setup: silent and quick when nothing is missing, names and the command where it may not
# install, a mistake for a mistaken group. Nothing is installed: apt-get is a recorder.
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
setup=$root/tools/setup
# shellcheck source=tests/judge.sh
. "$here/../judge.sh"

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "skip - no dpkg here"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

# A PATH with the programs that setup uses and nothing else.
mkdir "$temp/bin"
for program in sh awk dirname dpkg-query env grep tr; do
    ln -s "$(command -v $program)" "$temp/bin/$program"
done
printf '#!/bin/sh\necho 0\n' >"$temp/bin/id"
chmod +x "$temp/bin/id"

printf 'build dpkg the package manager\n' >"$temp/there"
printf 'build dpkg it is there\nbuild no-such-package-a|no-such-package-b reads minds\ntest no-such-package-c x\n' >"$temp/lacking"
printf 'build no-such-package-a|dpkg either will do\n' >"$temp/either"

start=$(date +%s%N)
try "$setup" --table "$temp/there" build
took=$((($(date +%s%N) - start) / 1000000))
judge "nothing missing: exit 0" test $code -eq 0
judge "nothing missing: silent" test ! -s "$temp/out"
judge "nothing missing: under 300 ms, took $took" test $took -lt 300

try "$setup" --table "$temp/either" build
judge "an alternative counts" test $code -eq 0

try "$setup" --check --table "$temp/lacking" build
judge "--check: exit 1" test $code -eq 1
judge "--check: name and reason" says 'no-such-package-a|no-such-package-b *reads minds'
judge "--check: other groups are left alone" test "$(grep -c no-such-package-c "$temp/out")" -eq 0

try env PATH="$temp/bin" "$setup" --table "$temp/lacking" build
judge "no apt-get: exit 1" test $code -eq 1
judge "no apt-get: said" says 'there is no apt-get here'
judge "no apt-get: the command" says 'apt-get install --no-install-recommends no-such-package-a'

printf '#!/bin/sh\necho "apt-get $*" >>"%s/calls"\n' "$temp" >"$temp/bin/apt-get"
chmod +x "$temp/bin/apt-get"
printf '#!/bin/sh\necho 1000\n' >"$temp/bin/id"
try env PATH="$temp/bin" "$setup" --table "$temp/lacking" build
judge "not root, no sudo: exit 1" test $code -eq 1
judge "not root, no sudo: said" says 'not root, and there is no sudo'
judge "not root, no sudo: nothing called" test ! -e "$temp/calls"

printf '#!/bin/sh\necho 0\n' >"$temp/bin/id"
try env PATH="$temp/bin" "$setup" --table "$temp/lacking" build
judge "root: updates first" test "$(head -n 1 "$temp/calls" 2>/dev/null)" = "apt-get update -qq"
judge "root: installs" grep -q 'install -y .*--no-install-recommends no-such-package-a' "$temp/calls"
judge "root: apt-get that did nothing is noticed" test $code -eq 1
judge "root: and the name is said" says 'no-such-package-a *is still missing'

try "$setup" --table "$temp/there" nonsense
judge "unknown group: exit 2" test $code -eq 2

# The real table: every line has a known group, a name and a reason.
judge "the table has a reason everywhere" awk '
    /^#/ || NF == 0 { next }
    $1 !~ /^(build|test|device|check|bench)$/ || NF < 3 { print; bad = 1 }
    END { exit bad }' "$root/tools/packages.txt"

verdict
