#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Anomalies of rows and of sound over HTTP, for run_anomaly.sh: `mote serve` and `mote predict` say the
same, by /classify and by the Open Inference Protocol, and what is wrong is refused by name.

    anomaly_http.py MOTE FOLDER      projects are made below FOLDER; the last line is 'N passed, N failed, N skipped'"""
import json
import math
import os
import random
import struct
import subprocess
import sys
import urllib.error
import urllib.request
import wave

RATE, CLIP = 8000, 4000

PUMP = """name: pump
task: anomaly
input: table
table: {target: state}
data: {splits: {train: 50 %, validation: 25 %, test: 25 %}}
model: {architecture: gaussian}
anomaly: {normal: [normal], false_alarm: 5 %}
monitor: {window: 40, min_predictions: 20}
"""
FAN = """name: fan
task: anomaly
input: audio
rate_hz: 8000
clip_ms: 500
data: {group_pattern: "{group}-*", splits: {train: 50 %, validation: 25 %, test: 25 %}}
features: {kind: logmel, mels: 12, coefficients: 12, window_ms: 64, hop_ms: 64}
model: {architecture: gaussian}
conditions: []
anomaly: {normal: [normal], false_alarm: 10 %, quiet_ms: 500}
"""


def make_rows(folder):
    r = random.Random(1)
    with open(os.path.join(folder, "rows.csv"), "w") as f:
        f.write("temp,press,mode,state\n")
        for i in range(600):
            is_leak = i % 9 == 0
            t = 20 + 6 * r.random()
            p = 2 * t + r.random() - (9 if is_leak else 0)
            f.write(f"{t:.3f},{p:.3f},{'ab'[i % 2]},{'leak' if is_leak else 'normal'}\n")


def sound(seed, n, whine_from, whine_to):
    r = random.Random(seed)
    f = 100 + 8 * r.random()
    out = []
    for i in range(n):
        t = i / RATE * 2 * math.pi
        v = 3000 * math.sin(f * t) + 1200 * math.sin(2 * f * t) + 900 * (r.random() - 0.5)
        if whine_from <= i < whine_to:
            v += 1500 * math.sin(1540 * t)
        out.append(int(v))
    return out


def write_wav(path, samples):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with wave.open(path, "wb") as w:
        w.setnchannels(1)
        w.setsampwidth(2)
        w.setframerate(RATE)
        w.writeframes(struct.pack(f"<{len(samples)}h", *samples))


def make_sounds(folder):
    for g in range(1, 11):
        for k in range(4):
            for label, end in (("normal", 0), ("whine", CLIP)):
                write_wav(os.path.join(folder, "in", label, f"g{g}-{k}.wav"),
                          sound(100 * g + k + end, CLIP, 0, end))
    write_wav(os.path.join(folder, "long.wav"), sound(5, 10 * CLIP, 5 * CLIP, 7 * CLIP))


class Server:
    def __init__(self, mote, folder):
        self.process = subprocess.Popen([mote, "serve", "--port", "0"], cwd=folder, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.url = None
        for line in self.process.stdout:
            if "listening on " in line:
                self.url = line.split("listening on ")[1].split()[0]
                break

    def ask(self, path, body=None):
        rq = urllib.request.Request(self.url + path, data=body)
        try:
            with urllib.request.urlopen(rq, timeout=60) as r:
                return r.status, json.load(r)
        except urllib.error.HTTPError as e:
            return e.code, json.load(e)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Checks:
    def __init__(self):
        self.n_passed = self.n_failed = 0

    def check(self, what, ok, got=""):
        self.n_passed += bool(ok)
        self.n_failed += not ok
        if not ok:
            print(f"not ok - {what}: {str(got)[:600]}")


def make(mote, folder, text, add):
    os.makedirs(folder)
    with open(os.path.join(folder, "mote.yaml"), "w") as f:
        f.write(text)
    {"rows.csv": make_rows, "in": make_sounds}[add](folder)
    env = dict(os.environ, PATH="/nowhere")  # nothing is measured on a device here
    for words in (["data", "add", add, "--quiet"], ["run", "--quiet"]):
        subprocess.run([mote] + words, cwd=folder, env=env, capture_output=True)


def predict(mote, folder, path):
    out = subprocess.run([mote, "predict", os.path.basename(folder), path, "--json"], cwd=folder,
                         capture_output=True, text=True)
    return json.loads(out.stdout)[0]


def infer(server, name, tensor, shape, datatype, data):
    body = {"inputs": [{"name": tensor, "shape": shape, "datatype": datatype, "data": data}]}
    status, j = server.ask(f"/v2/models/{name}/infer", json.dumps(body).encode())
    return status, {o["name"]: o["data"] for o in j.get("outputs", [])}, j


def same(a, b):
    return all(a[k] == b[k] for k in ("score", "is_anomaly"))


def rows(mote, folder, c):
    make(mote, folder, PUMP, "rows.csv")
    with open(os.path.join(folder, "rows.csv"), "rb") as f:
        text = f.read()
    server = Server(mote, folder)
    want = predict(mote, folder, "rows.csv")["rows"]
    status, got = server.ask("/v1/classify", text)
    c.check("every row of a CSV is answered as predict does", status == 200 and
            len(got["rows"]) == 600 and all(map(same, want, got["rows"])), got)
    status, one = server.ask("/v2/models/pump/classify", b'{"temp": 23, "press": 30, "mode": "a"}')
    c.check("a row as JSON is a leak", status == 200 and one["is_anomaly"] and one["detected"], one)
    status, out, j = infer(server, "pump", "row", [2, 3], "FP32", [23, 30, 0, 23, 46.5, 0])
    c.check("rows as a tensor have score and verdict", status == 200 and
            out["is_anomaly"] == [True, False] and out["score"][0] == one["score"], j)
    status, _, j = infer(server, "pump", "row", [1, 2], "FP32", [23, 30])
    c.check("a row of two numbers is refused", status == 400 and "expected [-1,3]" in j["error"], j)
    status, j = server.ask("/v1/classify", b'{"temp": 23, "press": "x"}')
    c.check("a text in a number is refused by its column", status == 400 and "'press'" in j["error"],
            j)
    for i in range(80):
        server.ask("/v1/classify", b'{"temp": 23, "press": %d, "mode": "a"}' % (46 if i % 2 else 30))
    server.close()
    out = subprocess.run([mote, "monitor", "--json"], cwd=folder, capture_output=True, text=True)
    seen = json.loads(out.stdout)
    c.check("each window is listed once, with its alarms, and they are an alert of their own",
            all(w["predictions"] == 40 and 15 <= w["alarms"] <= 25 for w in seen["windows"][:2])
            and all(w["alarms"] < 15 for w in seen["windows"][2:])
            and "alarms" in [a["kind"] for a in seen["alerts"]], seen)
    out = subprocess.run([mote, "monitor"], cwd=folder, capture_output=True, text=True)
    c.check("a table has them", "predictions  drift" in out.stdout and "alarms" in out.stdout,
            out.stdout)


def sounds(mote, folder, c):
    make(mote, folder, FAN, "in")
    server = Server(mote, folder)
    for name, is_anomaly in (("normal", False), ("whine", True)):
        path = os.path.join(folder, "in", name, "g1-1.wav")
        with open(path, "rb") as f:
            status, got = server.ask("/v1/classify", f.read())
        want = predict(mote, folder, path)
        c.check(f"a clip is {name}", status == 200 and same(got, want)
                and got["is_anomaly"] == is_anomaly and "label" not in got, got)
        with wave.open(path) as w:
            pcm = list(struct.unpack(f"<{CLIP}h", w.readframes(CLIP)))
        status, out, j = infer(server, "fan", "audio", [1, CLIP], "INT16", pcm)
        c.check(f"the same as a tensor: {name}", status == 200 and
                out.get("is_anomaly") == [is_anomaly] and out["score"] == [got["score"]], j)
    with open(os.path.join(folder, "long.wav"), "rb") as f:
        status, got = server.ask("/v2/models/fan/classify", f.read())
    want = predict(mote, folder, "long.wav")
    c.check("a long recording has one alarm where it whines", status == 200 and
            len(got["detections"]) == 1 and got["detections"] == want["detections"] and
            2000 <= got["detections"][0]["from_ms"] <= 2500 and
            3500 <= got["detections"][0]["to_ms"] <= 4000, got)
    status, j = server.ask("/v1/classify", b"RIFF")
    c.check("what is no sound is refused", status in (400, 415), j)
    server.close()


def main(argv):
    c = Checks()
    rows(argv[1], os.path.join(argv[2], "pump"), c)
    sounds(argv[1], os.path.join(argv[2], "fan"), c)
    print(f"{c.n_passed} passed, {c.n_failed} failed, 0 skipped")
    sys.exit(1 if c.n_failed else 0)


if __name__ == "__main__":
    main(sys.argv)
