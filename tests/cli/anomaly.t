# What is unlike everything normal: learnt from normal samples alone, judged on the others too.
# timeout: 120
# The example in examples/machine, with recordings made on the spot: learnt from normal days, judged on what is not, and shipped.
$ cp -r "$MOTE_SOURCE_ROOT/examples/machine" turning && cd turning && sh make_data.sh recordings
$ sed -i '/budget/d' mote.yaml    # what is over it can only be told where a device can be emulated
$ mote data add recordings 2> /dev/null | sed -n '1p; $p'
recognised: CSV, 2 axes (acc_x, acc_y) at 100 Hz; times 't_ms' in units of 0.001 s, by the name; labels from the folder
recordings: 120 files: 120 taken (120 series; {{.*}}), 0 known, 0 skipped, 0 refused
$ PATH=$(dirname "$(command -v mote)") mote run --quiet > run.txt; sed -n 's/^evaluate  ran    roc_auc \([0-9]*\).*/\1/p' run.txt | awk '{ print ($1 >= 90 ? "good" : $1) }'
good
$ grep -c 'machine/1 promoted' run.txt
1
$ mote predict machine recordings/loose/d02_m1.csv recordings/normal/d02_m1.csv | sed 's/  */ /g'    # an alarm that goes on is one
input verdict score from alarm
recordings/loose/d02_m1.csv unusual {{.*}} 0 ms alarm at 1000 ms, to {{[0-9]+}} ms
recordings/normal/d02_m1.csv normal {{.*}} ms no
$ mote predict machine recordings/loose/d02_m1.csv --json | grep '"is_anomaly"\|"from_ms"\|"at_ms"\|"detected"'
{{ *}}"is_anomaly": true,
{{ *}}"detected": true,
{{ *}}"from_ms": 0,
{{ *}}"at_ms": 1000,
$ mote compile machine --target cortex-m4f -o firmware > /dev/null 2>&1; find firmware -name 'anomaly.h' | wc -l
1
$ cd ..

$ mkdir machine && cd machine
$ printf 'name: machine\ntask: anomaly\ndata: {window_ms: 500, group_pattern: "{group}-*", splits: {train: 50 %%, validation: 25 %%, test: 25 %%}}\nfeatures: {kind: statistics}\nmodel: {architecture: gaussian}\nanomaly: {normal: [still], false_alarm: 20 %%}\n' > mote.yaml
$ for c in still shake; do mkdir -p in/$c; for g in 1 2 3 4 5 6 7 8; do for k in 1 2 3 4 5 6; do awk -v g=$g -v k=$k -v c=$c 'BEGIN { print "time_ms,x,y"; for (i = 0; i < 50; i++) { a = c == "shake" ? 3 + g / 8 : 0.1 + k / 90; printf "%d,%.3f,%.3f\n", 20 * i, a * sin(i * (1 + g / 90) + k * k), 1 + a * cos(i * k * 1.3 + g) } }' > in/$c/g$g-$k.csv; done; done; done
$ mote data add in --quiet | grep -c '96 files: 96 taken'
1
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet | sed '/^$/,$d'
data      ran    v1: 96 series
plan      ran    96 series checked, warnings: {{[0-9]+}}; about {{.*}} of flash and {{.*}} of RAM on cortex-m4f
features  ran    9 statistics a channel, the whole sample at 50 Hz, float
train     ran    run {{[0-9a-f]+}}: loss {{[0-9.e-]+}} on validation, epoch 1 of 1
compress  ran    int8 100.0 % against float 100.0 % on validation
evaluate  ran    roc_auc 100.0 %{{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    machine/1 promoted: it is the first version
$ bare mote run --quiet | grep -c fresh
8

# Another share of false alarms is another threshold, and no other model.
$ sed -i 's/20 %/30 %/' mote.yaml; bare mote run --quiet | sed -n '4,6p'
train     fresh  run {{.*}}
compress  fresh  int8 100.0 % against float 100.0 % on validation
evaluate  ran    roc_auc 100.0 %{{.*}}

# Too few normal samples for the share that is asked for.
$ sed -i 's/30 %/1 %/' mote.yaml; bare mote run --quiet 2>&1 | grep evaluate
{{.*}}evaluate{{.*}}

# An autoencoder is trained on the same samples.
$ sed -i 's/1 %/20 %/; s/gaussian/autoencoder, hidden: [16], bottleneck: 3/; s/^anomaly/training: {epochs: 30}\nanomaly/' mote.yaml; bare mote run --quiet | sed -n '4,6p'
train     ran    run {{.*}}
compress  ran    int8 100.0 % against float 100.0 % on validation
evaluate  ran    roc_auc {{.*}}

# What is normal by itself: a threshold and its promise, and nothing that flatters.
$ cd .. && mkdir alone && cd alone && cp ../machine/mote.yaml . && rm -rf in && cp -r ../machine/in/still still && mote data add still --quiet | grep -c '48 taken'
1
$ sed -i 's/autoencoder, hidden: .16., bottleneck: 3/kmeans, bottleneck: 4/; s/^training: .*//' mote.yaml; bare mote run --quiet | sed -n '4,6p'
train     ran    run {{.*}}
compress  ran    int8; what it loses is not known: roc_auc cannot be said of this validation
evaluate  ran    false_alarm_rate {{[0-9.]+}} %{{.*}}
