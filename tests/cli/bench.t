# Traffic to a server of our own.
# requires: espeak-ng
# timeout: 300
$ mote init words > /dev/null && cd words
$ mote bench
mote bench: an argument is missing: URL [options]
[exit 2]
$ mote bench nowhere
mote bench: 'nowhere' is not an address, write it like http://127.0.0.1:8080
[exit 2]
$ mote bench http://127.0.0.1:99999
mote bench: 'http://127.0.0.1:99999' is not an address, write it like http://127.0.0.1:8080
[exit 2]
$ mote bench http://127.0.0.1:1 --noise sea
mote bench: there is no noise 'sea', only 'white', 'pink', 'hum', 'fan' and 'car'
[exit 2]
$ mote bench http://127.0.0.1:1 --snr-from 3 --snr-to 1
mote bench: --snr-from 3 is above --snr-to 1
[exit 2]
$ mote bench http://127.0.0.1:1 --split some
mote bench: there is no split 'some': train, validation, test or all
[exit 2]
$ sed -i 's/epochs: .*/epochs: 2/; s/channels: .*/channels: 8/; s/blocks: .*/blocks: 1/' mote.yaml
$ sed -i 's/^stream:/stream:\n  hours: 0.02/; s/at_least: .*/at_least: 0 %/; s/at_most: 0.15/at_most: 1/; s/at_most: 20 %/at_most: 1/; s/at_most: 10$/at_most: 100000/' mote.yaml
$ sed -i '/^  budget:/,/^$/d' mote.yaml
$ sed -i 's/min_per_class: .*/min_per_class: 12/' mote.yaml && mote data synth -n 12 --quiet > /dev/null
$ printf '  - {metric: p99_ms, at_most: 1000}\n' > more && sed -i '/^requirements:/r more' mote.yaml
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet > out.txt; grep -c 'words/1' out.txt
1
$ mote bench http://127.0.0.1:1 --quiet
mote bench: nobody listens on 127.0.0.1 port 1
[exit 7]
$ (mote serve words/1 --port 0 --threads 2 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.3; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ bare mote bench $url -n 40 -c 2 --quiet --record
40 answers, 0 failed, {{[0-9.]+}} % right
detected: {{[0-9]+}} of {{[0-9]+}} words; another word in {{[0-9]+}} answers
{{[0-9]+ requests/s; p50 [0-9.]+ ms, p90 [0-9.]+ ms, p99 [0-9.]+ ms, longest [0-9.]+ ms}}
version 1 answered 40
$ bare mote status | grep ' p99_ms'
  not yet known    p99_ms@serving  {{.*}} ms, at most 1000 ms: n 40 is too few: the best result there is would need 368 to show it; to settle it: about 328 more requests of 'mote bench URL --record'
$ mote bench $url -n 20 --noise car --split all --json --quiet > doc.json; grep -c '"condition": "car"\|"answers": 20\|"failed": 0' doc.json
3
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -n 1 log.txt
ended 0
