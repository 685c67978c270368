# SPDX-License-Identifier: Apache-2.0
"""tritonclient.http against a running `mote serve`; used by run_tritonclient.sh.

    tritonclient_test.py PROGRAM MODELS_DIR"""
import json
import signal
import subprocess
import sys

import numpy as np
import tritonclient.http as http
from tritonclient.utils import InferenceServerException

PROGRAM, MODELS = sys.argv[1:3]
server = subprocess.Popen([PROGRAM, "serve", MODELS + "/audio.mote", MODELS + "/small.mote", "--port", "0", "--threads", "2",
                           "--json"], stdout=subprocess.PIPE, text=True)
text = ""
while "}\n" != text[-2:] or text.count("{") != text.count("}"):
    line = server.stdout.readline()
    if not line:
        sys.exit("no server")
    text += line
client = http.InferenceServerClient("127.0.0.1:%d" % json.loads(text)["port"])
x = np.linspace(-1, 1, 64, dtype=np.float32).reshape(1, 64)
passed = failed = 0


def infer(binary_in, outputs, **more):
    i = http.InferInput("input", list(x.shape), "FP32")
    i.set_data_from_numpy(x, binary_data=binary_in)
    return client.infer("small", [i], outputs=outputs, **more)


def health():
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("small")
    assert not client.is_model_ready("none")


def metadata():
    assert client.get_server_metadata()["name"] == "mote"
    m = client.get_model_metadata("small")
    assert m["inputs"][0]["datatype"] == "FP32" and m["inputs"][0]["shape"][0] == -1, m
    assert client.get_model_config("small")["max_batch_size"] == 256
    try:
        client.get_model_metadata("none")
        assert False, "an unknown model was found"
    except InferenceServerException as e:
        assert "Request for unknown model" in str(e)


def json_and_binary_agree():
    want = None
    for binary_in in (True, False):
        for outputs in (None, [http.InferRequestedOutput("probabilities", binary_data=True), http.InferRequestedOutput("label")],
                        [http.InferRequestedOutput("probabilities", binary_data=False), http.InferRequestedOutput("label", binary_data=False)]):
            r = infer(binary_in, outputs, request_id="id-7")
            p = r.as_numpy("probabilities")
            label = r.as_numpy("label")
            assert p.shape == (1, 3) and p.dtype == np.float32 and abs(p.sum() - 1) < 0.05, p
            assert label.shape == (1, 1) and r.get_response()["id"] == "id-7"
            want = p if want is None else want
            assert (p == want).all(), (p, want)


def batches():
    i = http.InferInput("input", [5, 64], "FP32")
    i.set_data_from_numpy(np.repeat(x, 5, axis=0))
    p = client.infer("small", [i]).as_numpy("probabilities")
    assert p.shape == (5, 3) and (p == p[0]).all()


def classification():
    r = infer(True, [http.InferRequestedOutput("probabilities", class_count=2)])
    top = [t.decode().split(":") for t in r.as_numpy("probabilities").flatten()]
    assert len(top) == 2 and float(top[0][0]) >= float(top[1][0]) and top[0][2], top


def sound():
    i = http.InferInput("audio", [1, 16000], "INT16")
    i.set_data_from_numpy((3000 * np.random.default_rng(1).standard_normal((1, 16000))).astype(np.int16))
    assert client.infer("audio", [i]).as_numpy("probabilities").shape == (1, 12)


def errors():
    i = http.InferInput("input", [1, 63], "FP32")
    i.set_data_from_numpy(x[:, :63])
    try:
        client.infer("small", [i])
        assert False, "a wrong shape was taken"
    except InferenceServerException as e:
        assert "unexpected shape" in str(e) and e.status() == "400", e


def asynchronous():
    i = http.InferInput("input", [1, 64], "FP32")
    i.set_data_from_numpy(x)
    for r in [client.async_infer("small", [i]) for _ in range(20)]:
        assert r.get_result().as_numpy("probabilities").shape == (1, 3)


def repository_and_statistics():
    assert {m["name"] for m in client.get_model_repository_index()} == {"audio", "small"}
    client.load_model("small")
    client.unload_model("audio")
    assert not client.is_model_ready("audio")
    client.load_model("audio")
    s = client.get_inference_statistics("small")["model_stats"][0]
    assert s["inference_count"] >= 0 and "compute_infer" in s["inference_stats"]


for test in (health, metadata, json_and_binary_agree, batches, classification, sound, errors, asynchronous, repository_and_statistics):
    try:
        test()
        passed += 1
        print("ok - tritonclient:", test.__name__.replace("_", " "))
    except Exception as e:               # every kind of failure is a failed test
        failed += 1
        print("not ok - tritonclient: %s: %s: %s" % (test.__name__, type(e).__name__, e))
client.close()
server.send_signal(signal.SIGTERM)
if server.wait(timeout=30) != 0:
    failed += 1
print("%d passed, %d failed, 0 skipped" % (passed, failed))
sys.exit(1 if failed else 0)
