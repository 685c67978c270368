#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Golden outputs of int8 networks, computed by LiteRT (written for ai-edge-litert 2.3.0). Writes
litert.json beside itself:

    pip install ai-edge-litert numpy && python3 tests/golden/litert.py

Networks: tests/fuzz/corpus/tflite/network_*.tflite (random, every operator). Kernels: LiteRT's own
without the XNNPACK delegate, which rounds in floating point. "optimized" are the kernels that
LiteRT uses by default, "reference" the slow ones.
"""
import glob
import json
import os

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = {
    "optimized": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": OpResolverType.BUILTIN_REF,
}
N_INPUTS = 8


def run(path, resolver, inputs):
    it = Interpreter(path, experimental_op_resolver_type=resolver)
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    outputs = []
    for x in inputs:
        it.set_tensor(i["index"], x.reshape(i["shape"]))
        it.invoke()
        outputs.append(it.get_tensor(o["index"]).ravel().tolist())
    return outputs


def main():
    rng = np.random.default_rng(1)
    networks = []
    for path in sorted(glob.glob(os.path.join(HERE, "../fuzz/corpus/tflite/network_*.tflite"))):
        it = Interpreter(path)
        n = int(np.prod(it.get_input_details()[0]["shape"]))
        inputs = rng.integers(-128, 128, (N_INPUTS, n), dtype=np.int8)
        entry = {"file": os.path.basename(path), "inputs": inputs.tolist()}
        for name, resolver in KERNELS.items():
            entry[name] = run(path, resolver, inputs)
        networks.append(entry)
    with open(os.path.join(HERE, "litert.json"), "w", encoding="utf-8") as f:
        json.dump({"networks": networks}, f, separators=(",", ":"))
        f.write("\n")


main()
