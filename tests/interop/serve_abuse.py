# SPDX-License-Identifier: Apache-2.0
"""Clients that misbehave, against a running `mote serve`; used by run_serve.sh.

    serve_abuse.py PROGRAM MODELS_DIR

Each test starts from one server and ends with the question whether it still answers. Only the
standard library is used."""
import http.client
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

PROGRAM, MODELS = sys.argv[1:3]
N_SMALL = 64
passed = failed = 0


class Server:
    def __init__(self, *args):
        self.p = subprocess.Popen([PROGRAM, "serve", *args, "--port", "0", "--threads", "2", "--json"],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        text = ""
        while "}\n" != text[-2:] or text.count("{") != text.count("}"):
            line = self.p.stdout.readline()
            if not line:
                raise SystemExit("no server: " + self.p.stderr.read())
            text += line
        self.port = json.loads(text)["port"]

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return s

    def ask(self, method, path, body=b"", headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, body=body, headers=headers or {})
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, data

    def stop(self):
        self.p.send_signal(signal.SIGTERM)
        return self.p.wait(timeout=30)


def infer_body(n=N_SMALL, value=0.5):
    return json.dumps({"inputs": [{"name": "input", "shape": [1, n], "datatype": "FP32", "data": [value] * n}]}).encode()


def wav(seconds=1.0, rate=16000, channels=1, data=None):
    if data is None:
        data = struct.pack("<%dh" % int(seconds * rate), *(int(3000 * random.uniform(-1, 1)) for _ in range(int(seconds * rate))))
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * 2 * channels, 2 * channels, 16) + b"data" + struct.pack("<I", len(data)) + data)


def read_reply(s):
    data = b""
    try:
        while True:
            more = s.recv(65536)
            if not more:
                break
            data += more
    except (ConnectionResetError, socket.timeout):
        pass
    return data


def refused(reply, codes, what):
    """A 4xx with a JSON error."""
    status, body = reply
    assert status in codes, (what, status, body[:300])
    assert json.loads(body)["error"], what


def raw(server, data, codes, what, shut=False):
    s = server.connect()
    s.sendall(data)
    if shut:
        s.shutdown(socket.SHUT_WR)
    reply = read_reply(s)
    s.close()
    m = re.match(rb"HTTP/1\.1 (\d+) ", reply)
    assert m, (what, reply[:200])
    refused((int(m.group(1)), reply.split(b"\r\n\r\n", 1)[1]), codes, what)


def test_not_a_recording(s):
    for body in (b"", b"hello", b"RIFF", b"RIFF\xff\xff\xff\xffWAVE", os.urandom(5000), b"\0" * 100000, wav()[:20], wav()[:43],
                 wav()[:2000], wav(data=b""), wav(rate=8000), wav(rate=0), wav(channels=0), wav(channels=200), wav(seconds=31)):
        refused(s.ask("POST", "/v2/models/audio/classify", body), (400, 413, 415), body[:50])
    status, body = s.ask("POST", "/v2/models/audio/classify", wav())
    assert status == 200 and json.loads(body)["label"], body
    status, body = s.ask("POST", "/v1/classify?resample=1", wav(rate=8000))
    assert status == 200, body
    refused(s.ask("POST", "/v2/models/audio/classify", wav(rate=44100)), (400,), "rate")
    assert b"44100" in s.ask("POST", "/v2/models/audio/classify", wav(rate=44100))[1]


def test_a_gigabyte(s):
    head = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\n"
    raw(s, head + b"Content-Length: 1073741824\r\n\r\nabc", (413,), "declared")
    c = s.connect()
    c.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
    sent = 0
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    try:
        while sent < 1 << 30:
            c.sendall(chunk)
            sent += 65536
            if sent > 17 << 20:
                break
    except OSError:
        pass
    reply = read_reply(c)
    c.close()
    assert reply.startswith(b"HTTP/1.1 413 "), (sent, reply[:100])


def test_bad_json(s):
    path = "/v2/models/small/infer"
    for body in (b"", b"{", b"null", b"[]", b"{}", b'{"inputs":1}', b'{"inputs":[1]}', b'{"inputs":{}}', b"\xff\xfe{}", b"[" * 100000,
                 b'{"a":' * 50000, infer_body()[:-1], infer_body() + b"}", infer_body(value=float("nan")), infer_body(value=float("inf")),
                 infer_body(63), infer_body(65), infer_body().replace(b"0.5", b"1e39", 1), infer_body().replace(b"0.5", b"'1'", 1),
                 b'{"inputs":[{"name":"input","shape":[99999999999,99999999999],"datatype":"FP32","data":[1]}]}',
                 b'{"inputs":[{"name":"input","shape":[-64],"datatype":"FP32","data":[1]}]}',
                 b'{"inputs":[{"name":"input","shape":[1,64],"datatype":"FP64X","data":[1]}]}', os.urandom(3000)):
        refused(s.ask("POST", path, body), (400, 413), body[:60])
    assert s.ask("POST", path, infer_body())[0] == 200


def test_slow_clients(s):
    """A slowloris: 200 connections that send a byte now and then. Others are answered meanwhile."""
    slow = [s.connect() for _ in range(200)]
    for c in slow:
        c.sendall(b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nX: ")
    end = time.time() + 3
    worst = 0.0
    while time.time() < end:
        for c in slow:
            c.send(b"a")
        t = time.time()
        assert s.ask("POST", "/v2/models/small/infer", infer_body())[0] == 200
        worst = max(worst, time.time() - t)
    assert worst < 2, worst
    deadline = time.time() + 15
    slow[0].settimeout(15)
    reply = read_reply(slow[0])
    assert time.time() < deadline and reply.startswith(b"HTTP/1.1 408 "), reply[:100]
    for c in slow:
        c.close()


def test_half_closed(s):
    c = s.connect()
    body = infer_body()
    c.sendall(b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    c.shutdown(socket.SHUT_WR)
    assert read_reply(c).startswith(b"HTTP/1.1 200 ")
    c.close()
    raw(s, b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc", (400,), "cut", shut=True)
    for _ in range(200):                 # gone before the answer
        c = s.connect()
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        c.sendall(b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        c.close()


def test_pipelined(s):
    c = s.connect()
    body = infer_body()
    one = b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    n = 300
    threading.Thread(target=lambda: c.sendall(one * (n - 1) + one.replace(b"Host: x\r\n", b"Host: x\r\nConnection: close\r\n"))).start()
    assert read_reply(c).count(b"HTTP/1.1 200 ") == n
    c.close()


def test_random_bytes(s):
    rng = random.Random(7)
    body = infer_body()
    good = b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
    for i in range(400):
        if i % 2:
            data = bytearray(good)
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
        else:
            data = bytes(rng.randrange(256) for _ in range(rng.randrange(2000)))
        c = s.connect()
        c.sendall(bytes(data))
        c.close()


def test_wrong_http(s):
    for data, codes in ((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", (400,)), (b"GET / HTTP/1.1\r\n\r\n", (400,)),
                        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", (400, 505)), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,)),
                        (b"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", (501,)), (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", (400,)),
                        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 100 + b"\r\n", (431,)),
                        (b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (431,)),
                        (b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", (400,))):
        raw(s, data, codes, data[:60])
    refused(s.ask("PUT", "/v2/models/small/infer", b"x"), (405,), "method")
    refused(s.ask("GET", "/nothing"), (404,), "path")
    refused(s.ask("POST", "/v2/models/none/infer", infer_body()), (404,), "model")
    refused(s.ask("POST", "/v2/models/small/infer", infer_body(), {"Mote-Consent": "a b"}), (400,), "consent")


def test_exchange_under_load(s):
    """The model is loaded again twenty times while eight clients ask: no answer may fail."""
    stop = threading.Event()
    counts = []

    def ask_on():
        c = http.client.HTTPConnection("127.0.0.1", s.port, timeout=20)
        n = bad = 0
        while not stop.is_set():
            c.request("POST", "/v2/models/small/infer", body=infer_body())
            r = c.getresponse()
            bad += r.status != 200 or b'"label"' not in r.read()
            n += 1
        c.close()
        counts.append((n, bad))

    threads = [threading.Thread(target=ask_on) for _ in range(8)]
    for t in threads:
        t.start()
    for _ in range(20):
        status, body = s.ask("POST", "/v2/repository/models/small/load")
        assert status == 200, body
        time.sleep(0.05)
    stop.set()
    for t in threads:
        t.join()
    assert len(counts) == 8 and sum(b for _, b in counts) == 0 and sum(n for n, _ in counts) > 200, counts
    assert b"mote_model_swaps_total 20\n" in s.ask("GET", "/metrics")[1]


def main():
    global passed, failed
    tests = [(n, f) for n, f in sorted(globals().items()) if n.startswith("test_")]
    s = Server(MODELS + "/audio.mote", MODELS + "/small.mote")
    for name, test in tests:
        try:
            test(s)
            assert s.p.poll() is None, "the server has ended"
            assert s.ask("GET", "/v2/health/ready")[0] == 200
            passed += 1
            print("ok - serve:", name[5:].replace("_", " "))
        except Exception as e:           # every kind of failure is a failed test
            failed += 1
            print("not ok - serve: %s: %s: %s" % (name, type(e).__name__, e))
            if s.p.poll() is not None:
                s = Server(MODELS + "/audio.mote", MODELS + "/small.mote")
    # SIGTERM in the middle of requests: those begun are answered, the exit code is 0.
    answers = []
    conns = [s.connect() for _ in range(10)]
    body = infer_body()
    for c in conns:
        c.sendall(b"POST /v2/models/small/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:10])
    time.sleep(0.2)
    s.p.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    for c in conns:
        c.sendall(body[10:])
        answers.append(read_reply(c))
    code = s.p.wait(timeout=30)
    if code == 0 and all(a.startswith(b"HTTP/1.1 200 ") and b"Connection: close" in a for a in answers):
        passed += 1
        print("ok - serve: SIGTERM drains")
    else:
        failed += 1
        print("not ok - serve: SIGTERM drains: exit", code, answers[0][:100])


main()
print("%d passed, %d failed, 0 skipped" % (passed, failed))
sys.exit(1 if failed else 0)
