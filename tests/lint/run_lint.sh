#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every rule of tools/lint.py complains about a tree that breaks it, and about no other.
here=$(cd "$(dirname "$0")" && pwd)
temp=$(mktemp -d) || exit 1
trap 'rm -rf "$temp"' EXIT
python3 "$here/check_rules.py" "$here/../../tools/lint.py" "$temp/tree"
