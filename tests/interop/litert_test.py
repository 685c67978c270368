#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs of exported .tflite files in LiteRT beside those of the generated C code.

    litert_test.py MODEL.tflite PROGRAM N [FOLDER]

PROGRAM reads int8 inputs one after another and writes the outputs. N inputs: the files of FOLDER,
then random ones. Prints one line for each set of LiteRT's kernels. The built-in kernels must agree
within one count. LiteRT's reference kernels round the product of a dense layer once, its built-in
ones twice (as TFLM does, and we): they must agree within one count, or as well as LiteRT's two sets
agree with each other where that is worse. XNNPACK, LiteRT's default on a PC, rounds in floating
point: shown only.
"""
import os
import subprocess
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

KERNELS = [
    ("built-in kernels", OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES),
    ("reference kernels", OpResolverType.BUILTIN_REF),
    ("XNNPACK", OpResolverType.AUTO),
]


def main():
    model, program, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    folder = sys.argv[4] if len(sys.argv) > 4 else None
    shape = Interpreter(model).get_input_details()[0]["shape"]
    size = int(np.prod(shape))
    inputs = []
    if folder:
        for name in sorted(os.listdir(folder))[:count]:
            inputs.append(np.fromfile(os.path.join(folder, name), np.int8))
    rng = np.random.default_rng(2)
    while len(inputs) < count:
        inputs.append(rng.integers(-128, 128, size, dtype=np.int8))
    data = np.stack(inputs)
    done = subprocess.run([program], input=data.tobytes(), stdout=subprocess.PIPE, check=True)
    ours = np.frombuffer(done.stdout, np.int8).reshape(count, -1).astype(int)

    passed = failed = 0
    builtin = None
    for name, resolver in KERNELS:
        it = Interpreter(model, experimental_op_resolver_type=resolver)
        it.allocate_tensors()
        i, o = it.get_input_details()[0], it.get_output_details()[0]
        theirs = []
        for x in data:
            it.set_tensor(i["index"], x.reshape(shape))
            it.invoke()
            theirs.append(it.get_tensor(o["index"]).ravel().astype(int))
        theirs = np.stack(theirs)
        builtin = theirs if builtin is None else builtin
        among_themselves = np.abs(theirs - builtin).max()
        difference = np.abs(theirs - ours).max(axis=1)
        text = "%s, %s: %d of %d outputs exactly equal, largest difference %d" % (
            os.path.basename(model), name, (difference == 0).sum(), count, difference.max())
        if among_themselves > 1:
            text += " (LiteRT's built-in kernels: %d)" % among_themselves
        if name == "XNNPACK":
            print("note - " + text)
        elif difference.max() <= max(1, among_themselves):
            passed += 1
            print("ok - " + text)
        else:
            failed += 1
            print("not ok - " + text)
    print("%d passed, %d failed, 0 skipped" % (passed, failed))


main()
