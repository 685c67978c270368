# requires: curl
# A server on a free port says where it listens, answers, and stops when it is told to.
$ cp "$MOTE_SOURCE_ROOT"/tests/fuzz/corpus/bundle/tensor.mote m.mote
$ (mote serve m.mote --port 0 --threads 2 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.2; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ curl -s "$url/v2/health/ready"; echo
{"live":true,"ready":true}
$ curl -s "$url/v2/models"; echo
{"models":["t"]}
$ curl -s -X POST "$url/v2/models/t/infer" -d '{"inputs": []}'; echo
{"error":"expected 1 input but got 0 inputs for model 't'"}
$ curl -s -o /dev/null -w '%{http_code} %{content_type}\n' -X POST "$url/v1/classify" -d 'no sound'
404 application/json
$ curl -s "$url/metrics" | grep '^mote_models_loaded'
mote_models_loaded 1
$ curl -s -X POST "$url/v2/repository/models/t/load"
$ curl -s "$url/metrics" | grep '^mote_model_swaps_total'
mote_model_swaps_total 1
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -1 log.txt
ended 0

# What cannot be served is said at once.
$ mote serve nothing@champion
mote serve: there is no file 'nothing@champion', and no project whose registry might have it
[exit 7]
$ mote serve m.mote --host no.such.place --port 0
mote serve: host 'no.such.place' is not an IPv4 or IPv6 address of this machine (0.0.0.0 is all)
[exit 3]
$ mote serve m.mote --port 70000
...
[exit 2]
