#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs of a .tflite file of float32 in LiteRT beside those of Mote's reference interpreter.

    litert_float.py MODEL.tflite PROGRAM N

PROGRAM MODEL reads float32 inputs one after another and writes the outputs. They must agree within
1e-4 of the largest output: sums are in double here, in single precision there. Where weights are int8
("dynamic range") LiteRT rounds what goes into a layer to int8 as well: within 5 %.
"""
import os
import subprocess
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def main():
    model, program, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    it = Interpreter(model)
    it.allocate_tensors()
    i, o = it.get_input_details()[0], it.get_output_details()[0]
    data = np.random.default_rng(3).normal(0, 1, (count, *i["shape"])).astype(np.float32)
    done = subprocess.run([program, model], input=data.tobytes(), stdout=subprocess.PIPE, check=True)
    ours = np.frombuffer(done.stdout, np.float32).reshape(count, -1)
    theirs = []
    for x in data:
        it.set_tensor(i["index"], x)
        it.invoke()
        theirs.append(it.get_tensor(o["index"]).ravel().copy())
    theirs = np.stack(theirs)
    off, largest = np.abs(ours - theirs).max(), np.abs(theirs).max()
    is_rounded = any(t["dtype"] == np.int8 for t in it.get_tensor_details())
    good = off <= (0.05 if is_rounded else 1e-4) * largest
    print("%s - %s, float32: %d outputs, largest difference %.2g of %.3g"
          % ("ok" if good else "not ok", os.path.basename(model), theirs.size, off, largest))
    return 0 if good else 1


sys.exit(main())
