# A model judged where the project has no data: another folder, and hours with a label track.
# timeout: 200
$ mkdir tones && cd tones && printf 'name: tones\ntask: keyword\nkeywords: [low, turn left]\nclip_ms: 500\nrate_hz: 8000\nunknown: false\nsilence: true\nfeatures: {kind: logmel, mels: 20, high_hz: 3900, window_ms: 32}\nmodel: {architecture: ds-cnn, channels: 8, blocks: 1}\ntraining: {epochs: 20, min_steps: 300, batch: 16, learning_rate: 0.01, patience: 0}\nstream: {hours: 0.02, smoothing_ms: 100}\naugmentation: {noise: {probability: 0}}\ndata: {builtin: off, group_pattern: "{group}-*", require: {min_per_class: 5}}\n' > mote.yaml
$ wav() { awk -v n=$2 -v seed=$3 -v words="$4" 'BEGIN { srand(seed); w = split(words, p, " "); for (i = 0; i < n; i++) { v = 300 * (rand() - 0.5); for (k = 1; k < w; k += 2) { j = i - p[k + 1] * 8000; if (j > 400 && j < 3600) v += 9000 * sin(p[k] * j / 8000 * 6.2831853) } v = int(v); if (v < 0) v += 65536; printf "\\%03o\\%03o", v % 256, int(v / 256) } }' > raw; b=$(($2 * 2)); { printf 'RIFF'; le $((b + 36)); printf 'WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data'; le $b; printf "$(cat raw)"; } > "$1"; rm raw; }; le() { printf "$(printf '\\%03o\\%03o\\%03o\\%03o' $(($1 % 256)) $(($1 / 256 % 256)) $(($1 / 65536 % 256)) 0)"; }
$ for d in in other; do mkdir -p $d/low "$d/turn left" $d/_background_noise_; wav $d/_background_noise_/hiss.wav 32000 5; done; for g in 1 2 3 4 5 6 7 8 9; do wav in/low/p$g-1.wav 4000 $g "$((290 + g * 8)) 0"; wav "in/turn left/p$g-1.wav" 4000 $g "$((900 + g * 20)) 0"; done; for g in 1 2; do wav other/low/q$g-1.wav 4000 $g "$((300 + g * 9)) 0"; wav "other/turn left/q$g-1.wav" 4000 $g "$((920 + g * 20)) 0"; done
$ mote data add in --quiet > /dev/null && bin=$(dirname "$(command -v mote)"); PATH=$bin mote run evaluate --quiet > run.txt; grep -c '^evaluate  ran' run.txt
1

# Another folder: the tables of the test split; nothing of it enters the project.
$ mote evaluate --on other --quiet > on.txt; grep -E '^(other|beside|known|accuracy|clean)' on.txt
other: speech of 2 people who were in neither training nor validation
clean: accuracy {{[0-9.]+ % .*}}, n {{[0-9]+}}
beside: mean recall of the classes that both have {{[0-9.]+}} % here, {{[0-9.]+}} % in the project's own test
$ grep '^misses' on.txt
misses {{[0-9.]+}} % ({{[0-9.]+}} to {{[0-9.]+}}) of 4, over 2 speakers
misses {{[0-9.]+}} % ({{[0-9.]+}} to {{[0-9.]+}}) of 4, over 2 speakers
misses promised of 2 other speakers: {{[0-9.]+}} % ({{[0-9.]+ to [0-9.]+}}), here {{[0-9.]+}} %: {{kept|not kept}}
$ mote data list --json | jq length
19
$ mote evaluate --on in --quiet | grep '^known'
known: {{[0-9]+}} of them are in what the model learned from or was chosen by, and do not judge it
$ mote evaluate --on nowhere --quiet > /dev/null
mote evaluate: {{.*}}'nowhere'{{.*}}
[exit 7]

# Hours: a label track beside the recording, or none.
$ mkdir -p hours/kitchen hours/hall; wav hours/kitchen/a.wav 80000 3 "320 2 980 6"; printf '2.0\t2.5\tlow\n6.0\t6.5\tTurn_Left\n8.0\t8.4\tdoorbell\n' > hours/kitchen/a.txt; wav hours/hall/b.wav 40000 4
$ mote evaluate --stream hours --quiet | grep -v '^[a-z]* *fresh' | grep -E '^(stream|heard|condition|hall|kitchen|without|labels|limit)'
stream of 0.00 h with 2 words, threshold {{.*}}
heard: low {{[01]}} of 1, turn left {{[01]}} of 1
heard {{.*}} s after the end of the word (median), {{.*}}
condition  hours  words {{.*}}
hall        0.00      0 {{.*}}
kitchen     0.00      2 {{.*}}
without labels: 1 of 2 recordings; every detection in them counts as false
labels that the model has no word for: 'doorbell'; they are taken as other words
limit of {{.*}} false accepts an hour: {{not yet known|not kept}}: {{.*}}
$ mote evaluate --stream hours --threshold 1 --json 2> /dev/null | jq -c '[.limit.verdict, .stream.thresholds, (.curve | keys), (.missed | length)]'
["not yet known",{"low":1,"turn left":1},["false_accepts_per_hour","false_reject_rate","threshold"],2]
$ printf '2.0 2.5 low\n' > hours/kitchen/a.txt; mote evaluate --stream hours --quiet > /dev/null
mote evaluate: 'kitchen/a.txt': line 1 is not 'from<tab>to<tab>label' with seconds from 0 on
[exit 4]
$ mote evaluate --stream hours --on other
mote evaluate: --folds, --on, --stream and --strangers: say one of them
[exit 2]
