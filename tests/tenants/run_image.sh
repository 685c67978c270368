#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures on real data: 6,000 digits to learn from, 2,000 to judge by, three seeds; then the loop to
# its end, predict, and the report. The settings were chosen on folds of the 6,000 alone.
# The last line is 'N passed, N failed, N skipped'.
#
#   tests/tenants/run_image.sh [MOTE]
set -u

root=$(cd "$(dirname "$0")/../.." && pwd)
mote=${1:-${MOTE_PROGRAM:-$root/build/mote}}
data=${MOTE_TEST_DATA:-$root/../shared/data}/mnist
passed=0
failed=0

if [ ! -d "$data" ]; then
    echo "skip - digits: '$data' is not there"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2

check() {    # check WHAT CONDITION..
    what=$1
    shift
    if "$@"; then
        echo "ok - $what"
        passed=$((passed + 1))
    else
        echo "not ok - $what"
        failed=$((failed + 1))
    fi
}

mkdir set
cp "$data"/*-ubyte set/
gzip set/test2k-images-idx3-ubyte
cat >mote.yaml <<'END'
name: digits
task: image
image: {size: [28, 28]}
model: {architecture: ds-cnn, channels: 48, blocks: 3, kernel: [5, 5], stride: [2, 2]}
training: {epochs: 10, batch: 32, seed: 1}
requirements:
  - {metric: accuracy, at_least: 90 %}
END
"$mote" data add set --quiet >add.txt 2>&1
check "8,000 digits are taken from sets, packed or not" grep -q '8002 files: 8000 taken' add.txt
"$mote" run --quiet >run.txt 2>&1
check "the loop comes to its end" grep -q 'promoted: it is the first version' run.txt
for seed in 2 3; do
    sed -i "s/seed: [0-9]*/seed: $seed/" mote.yaml
    "$mote" run evaluate --quiet >>run.txt 2>&1
done
sed -n 's/^evaluate .*accuracy \([0-9.]*\) %.*/\1/p' run.txt >seeds.txt
echo "# int8, on the 2,000 of the test, seeds 1 to 3: $(tr '\n' ' ' <seeds.txt)%"
check "accuracy of the int8 models is 97 % or more, mean of 3 seeds" awk \
    '{ n++; sum += $1 } END { exit !(n == 3 && sum / n >= 97) }' seeds.txt
"$mote" report -o page.html >/dev/null 2>&1
check "the report shows digits, those that are wrong too" sh -c \
    "[ \$(grep -c 'figure class=thumb' page.html) -gt 12 ] && grep -q '<b class=no>' page.html"
"$mote" predict digits "$data"/png/*.png --json >predict.txt 2>&1
check "files are predicted" grep -q '"label"' predict.txt
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
