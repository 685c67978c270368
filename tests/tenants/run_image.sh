#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures on real data: 6,000 digits, a few epochs, then predict, compile and measure. The whole
# training (30 epochs, 3 seeds) is docs/images.md's; here it must only come to its end and be good.
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
model: {architecture: ds-cnn, channels: 32, blocks: 3, kernel: [5, 5], stride: [2, 2]}
training: {epochs: 10, batch: 32}
requirements:
  - {metric: accuracy, at_least: 90 %}
END
"$mote" data add set --quiet >add.txt 2>&1
check "8,000 digits are taken from sets, packed or not" grep -q '8002 files: 8000 taken' add.txt
"$mote" run --quiet >run.txt 2>&1
check "the loop comes to its end" grep -q 'promoted: it is the first version' run.txt
check "accuracy of the int8 model on the 2,000 of the test is 90 % or more" sh -c \
    "grep -o 'accuracy [0-9.]* %' run.txt | awk '{ exit !(\$2 >= 90) }'"
"$mote" predict digits "$data"/png/*.png --json >predict.txt 2>&1
check "files are predicted" grep -q '"label"' predict.txt
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
