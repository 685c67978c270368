# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# What scripts that test scripts share; they read it by '. "$here/../judge.sh"'. A folder $temp that
# goes at the end; 'try' runs a command, whose output is in $temp/out and its exit code in $code;
# 'judge' counts; 'verdict' ends.
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
passed=0
failed=0
code=0
: >"$temp/out"

try() {    # try COMMAND..
    "$@" >"$temp/out" 2>&1
    code=$?
}

says() { grep -q "$1" "$temp/out"; }                            # says PATTERN
ends() { [ "$(tail -n 1 "$temp/out")" = "$1" ]; }               # ends LAST LINE

judge() {    # judge NAME TRUE-COMMAND..
    name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok - $name (exit code $code)"
        cat "$temp/out"
    fi
}

verdict() {
    echo "$passed passed, $failed failed, 0 skipped"
    [ $failed -eq 0 ]
    exit
}
