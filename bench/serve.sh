#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Speed of the inference server beside a bare libuv server, in one run on one machine: requests a
# second, latency at 32 connections by wrk, and the server's CPU time for a request.
#
#   MOTE_BUILD=build sh bench/serve.sh [SECONDS]
set -u
: "${MOTE_BUILD:=build}"
seconds=${1:-10}
command -v wrk >/dev/null || { echo "wrk is not installed"; exit 1; }
ninja -C "$MOTE_BUILD" mote bench/serve_models bench/bare_server >/dev/null || exit 1
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || kill $pid; rm -rf "$dir"' EXIT
"$MOTE_BUILD/bench/serve_models" "$dir" || exit 1
cat >"$dir/post.lua" <<'LUA'
local f = io.open(os.getenv("BODY"), "rb")
wrk.body = f:read("*a")
wrk.method = "POST"
wrk.headers["Content-Type"] = os.getenv("TYPE")
function done(s, l, r)
    local bad = s.errors.status + s.errors.connect + s.errors.read + s.errors.write + s.errors.timeout
    local stat = io.open("/proc/" .. os.getenv("SERVER") .. "/stat"):read("*a")
    local n, ticks = 0, 0
    for field in stat:gsub("^.*%) ", ""):gmatch("%S+") do
        n = n + 1
        if n == 12 or n == 13 then ticks = ticks + tonumber(field) end
    end
    local cpu_us = (ticks - tonumber(os.getenv("TICKS"))) * 10000 / s.requests
    io.write(string.format("%-34s %7.0f req/s   p50 %6.2f ms   p99 %6.2f ms   max %6.2f ms   %7.1f us CPU   %d failed\n",
        os.getenv("NAME"), s.requests / s.duration * 1e6, l:percentile(50) / 1e3, l:percentile(99) / 1e3, l.max / 1e3, cpu_us, bad))
end
LUA

load() {    # load NAME BODY TYPE PORT PATH
    ticks=$(sed 's/^.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }')
    NAME=$1 BODY=$2 TYPE=$3 SERVER=$pid TICKS=$ticks wrk -t1 -c32 -d"${seconds}s" -s "$dir/post.lua" "http://127.0.0.1:$4$5" | tail -n 1
}

stop() {
    kill "$pid"
    wait "$pid" 2>/dev/null
    pid=
}

start() {   # start MODEL..: sets pid and port
    "$MOTE_BUILD/mote" serve "$@" --port 0 --threads 2 --json >"$dir/said" 2>/dev/null &
    pid=$!
    port=
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' "$dir/said")
        [ -n "$port" ] && return
        sleep 0.3
    done
    exit 1
}

"$MOTE_BUILD/bench/bare_server" 2 >"$dir/said" &
pid=$!
sleep 0.5
port=$(cat "$dir/said")
load "bare libuv, small body" "$dir/small.json" application/json "$port" /
load "bare libuv, kws body" "$dir/kws.json" application/json "$port" /
stop
start "$dir/small.mote" "$dir/kws.mote" "$dir/audio.mote"
load "mote, health" "$dir/small.json" application/json "$port" /v2/repository/index
load "mote, 64 numbers, dense 32" "$dir/small.json" application/json "$port" /v2/models/small/infer
load "mote, 490 numbers, MLPerf DS-CNN" "$dir/kws.json" application/json "$port" /v2/models/kws/infer
load "mote, 1 s WAV, label only" "$dir/sound.wav" audio/wav "$port" "/v2/models/audio/classify?label_only=1"
load "mote, 1 s WAV, with detections" "$dir/sound.wav" audio/wav "$port" /v2/models/audio/classify
stop
