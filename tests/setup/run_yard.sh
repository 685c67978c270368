#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What forks start from: the workflow files run the parts that .ci/run has, the container holds
# what the program is linked with, and no file names a host.
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root" || exit 1
passed=0
failed=0
skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
judge() {    # judge NAME: $out is what is wrong; nothing is right
    wrong=$(cat "$out")
    if [ -z "$wrong" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'not ok - %s\n%s\n' "$1" "$wrong"
    fi
}

# Parts that need what a fork does not have (data, other programs) are run by hand.
all=$(sed -n 's/^parts=\${\*:-\(.*\)}$/\1/p' .ci/run)
run=$(sed -n 's/^ *part: \[\(.*\)\]$/\1/p' .github/workflows/check.yml | tr -d ,)
for part in $run; do
    case " $all " in *" $part "*) ;; *) echo "check.yml runs '$part', .ci/run has: $all" ;; esac
done >"$out"
judge "each part of check.yml is one of .ci/run"
for part in $all; do
    case " $run speech tenants interop " in *" $part "*) ;; *) echo "nobody runs '$part'" ;; esac
done >"$out"
judge "each part of .ci/run is run by check.yml"

grep -rnEo '(https?://|ghcr\.io|docker\.io|quay\.io|mcr\.)[^ ]*' .github .devcontainer Dockerfile >"$out"
judge "no file of a fork names a host"

groups=$(awk '!/^#/ && NF { print $1 }' tools/packages.txt | sort -u | tr '\n' ' ')
grep -rhoE 'tools/setup( [a-z]+)+($|"| &&)' .github .devcontainer Dockerfile | tr -d '"&' |
    while read -r _ names; do
        for name in $names; do
            case " $groups " in *" $name "*) ;; *) echo "no group '$name' in tools/packages.txt" ;; esac
        done
    done >"$out"
    judge "the groups of packages are there"

program=${MOTE_PROGRAM:-$root/build/mote}
if grep -q 'VERSION_ID="12"' /etc/os-release 2>/dev/null && [ -x "$program" ] &&
   command -v dpkg >/dev/null && command -v objdump >/dev/null; then
    objdump -p "$program" | awk '$1 == "NEEDED" { print $2 }' | while read -r library; do
        path=$(ldd "$program" | awk -v name="$library" '$1 == name { print $3 }')
        [ -n "$path" ] || continue
        package=$(dpkg -S "$(realpath "$path")" 2>/dev/null || dpkg -S "${path#/usr}" 2>/dev/null ||
                  dpkg -S "$(realpath "$path" | sed 's,^/usr,,')" 2>/dev/null)
        package=${package%%:*}
        case $package in '' | libc6 | libasan* | libubsan* | libtsan*) continue ;; esac
        sed 's/#.*//' Dockerfile | tr -s ' \\\n' ' ' | grep -q " $package " ||
            echo "$library is of $package, which the Dockerfile does not install"
    done >"$out"
    judge "the container holds what the program is linked with"
else
    skipped=$((skipped + 1))
    echo "skip - the container's libraries are those of Debian 12"
fi

if python3 -c 'import yaml' 2>/dev/null; then
    for file in .github/workflows/*.yml; do
        python3 -c 'import sys, yaml; yaml.safe_load(open(sys.argv[1]))' "$file" 2>&1 | tail -1
    done >"$out"
    judge "workflow files are YAML"
else
    skipped=$((skipped + 1))
    echo "skip - no YAML for python3 here"
fi
python3 -c 'import json; json.load(open(".devcontainer/devcontainer.json"))' >"$out" 2>&1
judge "devcontainer.json is JSON"

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
