# Anomalies of rows and of sound go round the loop as those of series do.
# timeout: 120
# Of the rows of a table: pressure follows temperature, and a leak is a row where it does not.
$ mkdir pump && cd pump && printf 'name: pump\ntask: anomaly\ninput: table\ntable: {target: state}\ndata: {splits: {train: 50 %%, validation: 25 %%, test: 25 %%}}\nmodel: {architecture: gaussian}\nanomaly: {normal: [normal], false_alarm: 5 %%}\n' > mote.yaml
$ awk 'BEGIN { srand(1); print "temp,press,mode,state"; for (i = 0; i < 600; i++) { bad = i % 9 == 0; t = 20 + 6 * rand(); p = 2 * t + rand() - (bad ? 9 : 0); printf "%.3f,%.3f,%s,%s\n", t, p, (i % 2 ? "a" : "b"), (bad ? "leak" : "normal") } }' > rows.csv
$ mote data add rows.csv > /dev/null 2>&1; PATH=$(dirname "$(command -v mote)") mote run --quiet | sed -n 's/^evaluate  ran    roc_auc \([0-9]*\).*/\1/p; s/^deploy .*promoted: \(.*\)/\1/p' | awk 'NR == 1 { print ($1 >= 90 ? "good" : $1) } NR > 1'
good
it is the first version
$ head -3 rows.csv > two.csv; mote predict pump two.csv | awk 'NR > 1 { print $1, $2 }'
two.csv:1 unusual
two.csv:2 normal
$ echo '{"temp": 23, "press": 30, "mode": "a"}' > row.json; mote predict pump row.json --json | sed -n 's/ *"is_anomaly": //p; s/ *"detected": //p'
true,
true,
$ mote compile pump --target cortex-m4f -o firmware > /dev/null 2>&1; find firmware -name 'anomaly.h' | wc -l
1
$ cd ..

# Of sound: a fan, and a fan that whines.
$ mkdir fan && cd fan && printf 'name: fan\ntask: anomaly\ninput: audio\nrate_hz: 8000\nclip_ms: 500\ndata: {group_pattern: "{group}_*", splits: {train: 50 %%, validation: 25 %%, test: 25 %%}}\nfeatures: {kind: logmel, mels: 12, coefficients: 12, window_ms: 64, hop_ms: 64}\nmodel: {architecture: gaussian}\nconditions: []\nanomaly: {normal: [normal], false_alarm: 10 %%}\n' > mote.yaml
$ for c in normal whine; do mkdir -p in/$c; for g in 1 2 3 4 5 6 7 8 9 10; do for k in 1 2 3 4; do awk -v g=$g -v k=$k -v c=$c 'BEGIN { srand(g * 9 + k * 100 + length(c)); n = 4000; f = 100 + 8 * rand(); for (i = 0; i < n; i++) { t = i / 8000 * 6.2831853; v = 3000 * sin(f * t) + 1200 * sin(2 * f * t) + 900 * (rand() - 0.5); if (c == "whine") v += 700 * sin((1500 + 40 * k) * t); v = int(v); if (v < 0) v += 65536; printf "\\%03o\\%03o", v % 256, int(v / 256) } }' > raw; { printf 'RIFF\144\037\000\000WAVEfmt \020\000\000\000\001\000\001\000\100\037\000\000\200\076\000\000\002\000\020\000data\100\037\000\000'; printf "$(cat raw)"; } > in/$c/g$g-$k.wav; done; done; done; rm raw
$ sed -i 's/{group}_/{group}-/' mote.yaml; mote data add in 2> /dev/null | tail -1
in: 80 files: 80 taken (80 recordings; 40.0 s), 0 known, 0 skipped, 0 refused
$ PATH=$(dirname "$(command -v mote)") mote run --quiet > run.txt; sed -n 's/^deploy .*promoted: \(.*\)/\1/p' run.txt
it is the first version
$ grep -i 'word\|speech\|spoken\|synthetic' run.txt; mote predict fan in/normal/g1-1.wav in/whine/g1-1.wav | awk 'NR > 1 { print $1, $2 }'
in/normal/g1-1.wav normal
in/whine/g1-1.wav unusual
$ mote compile fan --target cortex-m4f -o firmware > /dev/null 2>&1; find firmware -name 'anomaly.h' | wc -l
1
$ cd ..
