# Anomalies in recordings: how much of them is found, how soon, and how often it alarms where nothing is.
# timeout: 120
$ mkdir pump && cd pump && printf 'name: pump\ntask: anomaly\nrequirements:\n  - {metric: spans_found, at_least: 50 %%}\n  - {metric: detection_delay_ms, at_most: 3000}\n  - {metric: false_alarms_per_hour, at_most: 400}\n  - {metric: nab_score, at_least: 10}\ndata: {window_ms: 1000, stride_ms: 500, group_pattern: "{group}_*", splits: {train: 50 %%, validation: 25 %%, test: 25 %%}}\nfeatures: {kind: statistics}\nmodel: {architecture: gaussian}\nanomaly: {normal: [normal], false_alarm: 2 %%, quiet_ms: 2000}\n' > mote.yaml
$ mkdir in; for g in 0 1 2 3 4 5 6 7 8 9 10 11; do awk -v g=$g 'BEGIN { srand(g + 1); print "time_ms,acc,temp,label"; for (i = 0; i < 1000; i++) { bad = g % 2 && (i >= 300 && i < 360 || i >= 700 && i < 760); printf "%d,%.4f,%.4f,%s\n", i * 50, sin(i * 1.3) + 0.3 * (rand() - 0.5) + (bad ? 4 * (rand() - 0.5) : 0), 20 + sin(i / 90) + 0.1 * rand(), (bad ? "shake" : "normal") } }' > in/d${g}_pump.csv; done
$ mote data add in --quiet | grep -o 'labels from the file'; PATH=$(dirname "$(command -v mote)") mote run > run.txt 2>&1; sed -n 's/^evaluate  ran .*\(; [0-9]* of [0-9]* spans found, after .*; [0-9.]* false alarms a[n ][a-z ]*\).*/\1/p' run.txt
labels from the file
; {{[0-9]+}} of {{[0-9]+}} spans found, after {{[0-9.]+}} {{m?s}}; {{[0-9.]+}} false alarms {{an hour|a day}}
$ grep -o '[a-z_]*@stream' run.txt | sort -u
detection_delay_ms@stream
false_alarms_per_hour@stream
nab_score@stream
spans_found@stream
$ grep 'spoken\|speech\|clip\|heard' run.txt; mote predict pump in/d1_pump.csv | sed 's/  */ /g'    # two alarms: the second and the fourth are the window that it begins and the end of the last
input verdict score from alarm
in/d1_pump.csv unusual {{[0-9.e+]+}} {{1[45]}}{{[05]}}00 ms alarm at {{1[56]}}{{[05]}}00 ms, to 1{{[89]}}{{[05]}}00 ms
in/d1_pump.csv unusual {{[0-9.e+]+}} 3{{[45]}}{{[05]}}00 ms alarm at 3{{[56]}}{{[05]}}00 ms, to 3{{[89]}}{{[05]}}00 ms
$ mote report -o r.html > /dev/null && grep -o 'id=alarms\|class=says>[0-9]* of [0-9]* spans of anomaly found' r.html; grep -o 'in/d[0-9]*_pump.csv: [0-9] of [0-9] spans found\(, after\)*' r.html | head -1
id=alarms
class=says>{{[0-9]+}} of {{[0-9]+}} spans of anomaly found
in/d{{[0-9]+}}_pump.csv: {{[0-9]}} of 2 spans found{{.*}}
