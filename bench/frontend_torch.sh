#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The front end beside torchaudio, when that is installed (python3-torchaudio).
set -u

python=/usr/bin/python3
[ -x $python ] || python=python3
if ! $python -c 'import torchaudio' 2>/dev/null; then
    echo "torchaudio is not installed: no comparison"
    exit 0
fi
exec $python "$(dirname "$0")/frontend_torch.py" "${MOTE_BUILD:-build}/bench/bench_frontend"
