# SPDX-License-Identifier: Apache-2.0
"""The CSV reader beside pandas' C engine on the same files, taking turns, one thread each.

    csv_pandas.py BENCH_CSV [MB]

CPU seconds, best of five. Both round correctly: pandas 3 always, older ones by
float_precision="round_trip".
"""
import json
import os
import subprocess
import sys
import tempfile
import time

import pandas


def by_pandas(path):
    exact = {} if int(pandas.__version__.split(".")[0]) >= 3 else {"float_precision": "round_trip"}
    start = time.process_time()
    frame = pandas.read_csv(path, engine="c", **exact)
    took = time.process_time() - start
    return os.path.getsize(path) / 1e6 / took, frame.size


def main():
    bench, mb = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "64"
    print(f"pandas {pandas.__version__}, MB/s per CPU second, best of 5")
    print("| file | mote | pandas | mote / pandas |")
    print("|---|---|---|---|")
    for kind in ("sensors", "exact", "mixed"):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, kind + ".csv")
            subprocess.run([bench, "make", kind, mb, path], check=True)
            ours, theirs = [], []
            for _ in range(5):
                out = json.loads(subprocess.run([bench, "read", path], check=True,
                                                capture_output=True).stdout)
                ours.append(out["mb_per_s"])
                rate, cells = by_pandas(path)
                assert cells == out["cells"], (cells, out["cells"])
                theirs.append(rate)
            a, b = max(ours), max(theirs)
            print(f"| {kind} | {a:.0f} | {b:.0f} | {a / b:.1f} |")


if __name__ == "__main__":
    main()
