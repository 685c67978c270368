#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Training speed beside PyTorch, the two taking turns (train_torch.py). Needs python3-torch.
set -u
build=${MOTE_BUILD:-build}
python=/usr/bin/python3
"$python" -c 'import torch' 2>/dev/null || { echo "train_torch: python3-torch is not installed: skipped"; exit 0; }
exec "$python" "$(dirname "$0")/train_torch.py" "$build/bench/bench_train"
