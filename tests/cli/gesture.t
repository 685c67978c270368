# Gestures, from files of a sensor to a model: the example in examples/gesture, with recordings made on the spot.
$ cp -r "$MOTE_SOURCE_ROOT/examples/gesture" wand && cd wand && sh make_data.sh recordings 12
$ mote data add recordings --dry-run 2> /dev/null | head -1
recognised: CSV, 3 axes (acc_x, acc_y, acc_z) at 50 Hz; times 't_ms' in units of 0.001 s, by the name; labels from the folder
$ mote data add recordings 2> /dev/null | tail -1
recordings: 48 files: 48 taken (48 series; {{.*}}), 0 known, 0 skipped, 0 refused
$ printf 't_ms,acc_x\n0,1\n20,2\n40,3\n' > recordings/circle/p99_1.csv; printf 'no numbers\n' > recordings/circle/p98_1.csv
$ mote data add recordings
...
refused: recordings/circle/p98_1.csv: {{.*}}
refused: recordings/circle/p99_1.csv: it has 1 axis, those before have 3
...
[exit 1]
$ rm recordings/circle/p9*; mote data add recordings 2> /dev/null | tail -1
recordings: 48 files: 0 taken (0 series; {{.*}}), 48 known, 0 skipped, 0 refused

# What is wrong with a recording is said by its name.
$ awk -F, -v OFS=, 'NR > 60 { $1 += 400 } 1' recordings/push/p01_1.csv > p01_gap.csv; mote data add p01_gap.csv --label push > /dev/null 2>&1; mote data check 2> /dev/null | grep -A1 '^warning gap'
warning gap: series with gaps: 1
    p01_gap.csv: 1 gap
$ mote data remove --path p01_gap.csv > /dev/null 2>&1 || mote data undo > /dev/null 2>&1; mote data list | tail -n +2 | wc -l
48

# The whole way to a model that is judged: int8, on people it has never seen.
$ mote run evaluate 2> /dev/null | sed -n 's/^evaluate  ran    accuracy \([0-9]*\).*/\1/p' | awk '{ print ($1 >= 90 ? "good" : $1) }'
good

# The same as a stream: what is an event is said, missed ones and false ones are counted on the recordings of the test.
$ printf 'stream: {events: [circle, shake, push], hop_ms: 100, smoothing_ms: 200, max_false_accepts_per_hour: 200}\naugmentation: {axis_noise: 5 %%, magnitude: 10 %%, delay_ms: 100, turn_deg: 5}\n' >> mote.yaml
$ sed -i 's/^requirements:/requirements: []/; /^  - metric/d; /^    at_least/d; /^  budget/d' mote.yaml
$ bin=$(dirname "$(command -v mote)"); PATH=$bin mote run --quiet > out.txt 2>&1; grep -o 'accepts/h, [0-9.]* % missed' out.txt | sed 's/[0-9.]* %/some/'
accepts/h, some missed
$ mote predict wand/1 recordings/shake/p01_1.csv > lines.txt; head -1 lines.txt; tail -n +2 lines.txt | awk '{ print $4 }' | tr '\n' ' '; grep -c 'shake 0.[0-9]* at' lines.txt
{{input +label +probability +from +detected}}
0 100 200 300 400 500 600 700 800 900 1000 1
$ mote predict wand/1 p01_gap.csv 2>&1 > lines.txt; tail -n +2 lines.txt | awk '{ print $4 }' | tr '\n' ' '
p01_gap.csv: gap: 1 gap; left out: 1 stretch shorter than a window
0 100 
$ mote predict wand/1 recordings/shake/p01_1.csv --json | grep -A4 '"detections"'
    "detections": [
      {
        "label": "shake",
        "from_ms": {{[0-9]+}},
        "at_ms": {{[0-9]+}},

# A server says the same, and is sent recordings by mote bench.
$ (mote serve wand/1 --port 0 --threads 1 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.3; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ plain() { tr -d ' \n' | sed 's/"latency_us":[0-9]*,*//; s/,"input".*//; s/^.{//; s/}$//; s/^{//; s/}*$//'; }
$ curl -s --data-binary @recordings/shake/p01_1.csv "$url/v1/classify?windows=1" | plain > served; mote predict wand/1 recordings/shake/p01_1.csv --json --windows | plain > predicted; cmp served predicted && grep -o '"n_windows":[0-9]*' served
"n_windows":11
$ mote bench $url -n 60 -c 2 --quiet
60 answers, 0 failed, {{[0-9.]+}} % right
detected: {{[0-9]+}} of {{[0-9]+}} events; another event in {{[0-9]+}} answers
{{[0-9]+ requests/s; p50 [0-9.]+ ms, p90 [0-9.]+ ms, p99 [0-9.]+ ms, longest [0-9.]+ ms}}
version 1 answered 60
$ mote bench $url -n 10 --noise car --quiet
mote bench: {{.*}}
[exit 10]
$ mote bench $url -n 20 --split all --json --quiet > doc.json; grep -c '"answers": 20\|"failed": 0' doc.json
2
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -n 1 log.txt
ended 0

# What cannot be a stream is said before anything is trained.
$ sed -i 's/hop_ms: 100/hop_ms: 50/' mote.yaml; mote run train 2>&1 | tail -1; sed -i 's/hop_ms: 50/hop_ms: 100/' mote.yaml
mote run: plan: 'stream.hop_ms' is 50, which is 2.5 times the front end's hop of 20 ms at 50 Hz: make it a whole number of them, such as 60, or change features.frame_hop_ms
$ printf 'features: {kind: spectral, frame_ms: 400, frame_hop_ms: 160}\n' >> mote.yaml; mote run train 2>&1 | tail -1; sed -i '/^features/d' mote.yaml
mote run: plan: 'stream.hop_ms' is 100, which is 0.625 times the front end's hop of 160 ms at 50 Hz: make it a whole number of them, such as 160, or change features.frame_hop_ms

# A model that learns from everybody is judged by folds, each on recordings that it has not heard: every one of them is an event once.
$ sed -i 's/^training: .*/training: {refit: all, refit_folds: 3, epochs: 2, batch: 16}/' mote.yaml; mote run evaluate --quiet > out.txt 2>&1; grep -o 'accepts/h, [0-9.]* % missed' out.txt | sed 's/[0-9.]* %/some/'
accepts/h, some missed
$ grep -o 'judged by 3 folds over groups' out.txt | sort -u
judged by 3 folds over groups
$ mote runs latest --json | jq -c '[.metrics | keys[] | select(startswith("baseline/"))]'
["baseline/constant/accuracy","baseline/energy/accuracy","baseline/linear/accuracy","baseline/rule/accuracy"]
