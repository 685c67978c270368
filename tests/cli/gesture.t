# Gestures, from files of a sensor to a model: the example in examples/gesture, with recordings made on the spot.
$ cp -r "$MOTE_SOURCE_ROOT/examples/gesture" wand && cd wand && sh make_data.sh recordings 12
$ mote data add recordings --dry-run 2> /dev/null | head -1
recognised: CSV, 3 axes (acc_x, acc_y, acc_z) at 50 Hz; labels from the folder
$ mote data add recordings 2> /dev/null | tail -1
recordings: 48 files: 48 taken (48 examples, 0 backgrounds; {{.*}}), 0 known, 0 skipped, 0 refused
$ printf 't_ms,acc_x\n0,1\n20,2\n40,3\n' > recordings/circle/p99_1.csv; printf 'no numbers\n' > recordings/circle/p98_1.csv
$ mote data add recordings
...
refused: recordings/circle/p98_1.csv: {{.*}}
refused: recordings/circle/p99_1.csv: it has 1 axis, those before have 3
...
[exit 1]
$ rm recordings/circle/p9*; mote data add recordings 2> /dev/null | tail -1
recordings: 48 files: 0 taken (0 examples, 0 backgrounds; {{.*}}), 48 known, 0 skipped, 0 refused

# What is wrong with a recording is said by its name.
$ awk -F, -v OFS=, 'NR > 60 { $1 += 400 } 1' recordings/push/p01_1.csv > p01_gap.csv; mote data add p01_gap.csv --label push > /dev/null 2>&1; mote data check 2> /dev/null | grep -A1 '^warning gap'
warning gap: series with gaps: 1
    p01_gap.csv: 1 gaps
$ mote data remove --path p01_gap.csv > /dev/null 2>&1 || mote data undo > /dev/null 2>&1; mote data list | tail -n +2 | wc -l
48

# The whole way to a model that is judged: int8, on people it has never seen.
$ mote run evaluate 2> /dev/null | sed -n 's/^evaluate  ran    accuracy \([0-9]*\).*/\1/p' | awk '{ print ($1 >= 90 ? "good" : $1) }'
good
