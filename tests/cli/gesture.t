# Movements, once round the loop: what a sample is and which classes there are the data says.
# timeout: 120
$ mkdir moves && cd moves
$ printf 'name: moves\ntask: gesture\ndata: {window_ms: 500, group_pattern: "{group}-*", splits: {train: 50 %%, validation: 25 %%, test: 25 %%}, require: {min_per_class: 8}}\nfeatures: {kind: statistics}\nmodel: {architecture: dense, hidden: [8]}\ntraining: {epochs: 40}\n' > mote.yaml
$ mote status | sed -n 1p
moves: {{.*}} on cortex-m4f
$ mote run
mote run: data: there is no data yet: {{.*}}
[exit 7]
$ for c in shake still; do mkdir -p in/$c; for g in 1 2 3 4 5 6 7 8; do awk -v g=$g -v c=$c 'BEGIN { print "time_ms,x,y"; for (i = 0; i < 50; i++) { a = c == "shake" ? 3 + g / 8 : 0.1; printf "%d,%.3f,%.3f\n", 20 * i, a * sin(i * (1 + g / 9)), 1 + a * cos(i * g) } }' > in/$c/g$g-a.csv; done; done
$ mote data add in --quiet | grep -c '16 files: 16 taken'
1
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet | sed '/^$/,$d'
data      ran    v1: 16 samples
plan      ran    16 recordings checked, warnings: {{[0-9]+}}; about {{.*}} of flash and {{.*}} of RAM on cortex-m4f
features  ran    9 statistics a channel, the whole sample at 50 Hz, float
train     ran    run {{[0-9a-f]+}}: {{[0-9.]+}} % on validation, epoch {{[0-9]+}} of {{[0-9]+}}
compress  ran    int8 {{.*}}
evaluate  ran    accuracy 100.0 %{{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    moves/1 promoted: it is the first version
$ bare mote run --quiet | grep -c fresh
8
$ mote model list 2>&1 | grep -c 'moves'
1

# The classes are those of the samples: one more label is another model.
$ mkdir -p in/turn; for g in 1 2 3 4 5 6 7 8; do awk -v g=$g 'BEGIN { print "time_ms,x,y"; for (i = 0; i < 50; i++) printf "%d,%.3f,%.3f\n", 20 * i, -4 - g / 9, 2 + i / 50 }' > in/turn/g$g-a.csv; done
$ mote data add in --quiet > /dev/null
$ bare mote run --quiet | sed -n '1p;4,$p' | sed '/^$/,$d'
data      ran    v2: 24 samples
train     ran    run {{.*}}
compress  ran    int8 {{.*}}
evaluate  ran    accuracy {{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    moves/2 {{.*}}

# Keys of sound mean nothing here.
$ echo 'clip_ms: 100' >> mote.yaml; mote run
mote run: mote.yaml:7:1: 'clip_ms' belongs to tasks 'keyword', 'sound', and means nothing to task 'gesture'
[exit 4]
