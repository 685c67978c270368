# requires: curl
# Rows that were kept are listed, labelled and taken into the data; they are of their subject, and can be taken out again.
$ mote init rows --template table > /dev/null && cd rows
$ sed -i 's/^  target: target .*/  target: kind/; s/^training:/training:\n  seed: 1/; s/at_least: 80 %/at_least: 10 %/; s/epochs: 20/epochs: 2/' mote.yaml
$ printf 'consent: {purposes: [improvement], retention_days: 30}\n' >> mote.yaml
$ awk 'BEGIN { print "size,weight,kind"; for (i = 0; i < 120; i++) printf "%d.5,%d,%s\n", i % 12, (i * 7) % 10, i % 12 < 6 ? "small" : "large" }' > rows.csv
$ mote data add rows.csv -q > /dev/null 2>&1; mote run -q 2>/dev/null | grep -o 'rows/1 promoted'
rows/1 promoted
$ mote data kept
no input is kept that is not in the data: requests say with 'Mote-Consent' that theirs may be, and mote.yaml for which purposes ('consent')
$ (mote serve rows --port 0 --threads 1 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.2; done
$ url=http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json)
$ for i in 1 2 3 4; do curl -s -o /dev/null -H 'Mote-Consent: improvement; subject=ann' -H "X-Request-Id: r$i" -d "{\"size\": $i.25, \"weight\": 3}" $url/v2/models/rows/classify; done
$ for i in 1 2 3 4 5 6 7 8 9 10; do curl -s $url/metrics | grep -q '^mote_log_written_total 4' && break; sleep 0.2; done
$ curl -s "$url/v1/project/kept?limit=1" | grep -o '"n":4'; curl -s $url/v1/project/kept/2
"n":4
size,weight
2.25,3
$ curl -s -H 'Content-Type: application/json' -d '{"labels": [{"request": "r1", "label": "large"}, {"request": "r9", "label": "large"}, {"id": 2, "label": "tiny"}]}' $url/v1/project/truths | jq -c '[.read, .joined, .unknown.first, .unclear.first, .waiting, .measure, .in_use.n, (.promised | type)]'
[3,1,["r9"],["2"],1,"error_rate",1,"number"]
$ curl -s -H 'Content-Type: application/json' -d '{"labels": [{"id": 1, "label": "small"}, {"request": "r1", "label": "large"}], "close": true}' $url/v1/project/truths | jq -c '[.joined, .disagreeing, .repeated, .waiting]'
[2,{"first":["1"],"n":1},{"first":["r1"],"n":1},1]
$ curl -s -H 'Content-Type: application/json' -d '{"truths": [{"id": 1}]}' $url/v1/project/truths; echo
{"error":"'truths': the body is {\"labels\": [..]}, with model and close if need be"}
$ curl -s -o /dev/null -w '%{http_code}\n' -H 'Origin: http://elsewhere.example' -H 'Content-Type: application/json' -d '{"labels": []}' $url/v1/project/truths
403
$ curl -s "$url/v1/project/kept" | jq -c '[.kept[] | select(.truth)] | map([.id, .truth])'
[[1,"large"]]
$ curl -s -H 'Content-Type: application/json' -d '{"labels": [{"request": "r4", "label": "large"}, {"id": 99, "label": "large"}]}' $url/v1/project/kept; echo
{"added":1,"import":{{[0-9]+}},"known":0,"refused":[{"which":"prediction 99","why":"no input of it is kept: see 'mote data kept'"}],"samples":1}
$ curl -s -d '{"labels": [{"id": 1}]}' -H 'Content-Type: application/json' $url/v1/project/kept; echo
{"error":"a label is {\"id\": NUMBER or \"request\": TEXT, \"label\": TEXT}"}
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -1 log.txt
ended 0
$ printf 'id,kind\nr1,large\nr9,large\n' > came.csv; mote monitor --truths came.csv | sed '/^$/,$d'
2 truths read, 1 of them joined with what rows/1 said; waiting for a whole window: 1
  not in the log by that id: 1 (r9)
  came before: 1 (r1)
in use: error_rate {{[0-9.]+}} % ({{[0-9.]+}} to {{[0-9.]+}}) of 1; at most {{[0-9.]+}} % was promised; right of large: {{0|1}} of 1
$ printf 'id,kid\nr1,large\n' > wrong.csv; mote monitor --truths wrong.csv
mote monitor: 'wrong.csv': there is no column 'kind'; is it 'kid'?
[exit 7]
$ mote data kept
prediction  time                  model   said   {{ *}}sure  form  subject  true   in the data as
{{ *}}3  {{[0-9TZ:-]+}}  rows/1  {{small|large}}  {{ *0\.[0-9]+}}  csv   ann      -      -
...
$ mote data kept --write to-label
3 inputs written: fill in the last column of 'to-label/labels.csv', then 'mote data label to-label/labels.csv'; they are in the clear there
$ head -2 to-label/labels.csv
id,time,size,weight,said,sure,kind
3,{{[0-9TZ:-]+}},3.25,3,{{small|large}},0.{{[0-9]+}},
$ tail -1 to-label/labels.csv | grep -o ',large$'; sed -i '2s/$/small/' to-label/labels.csv
,large
$ mote data label to-label/labels.csv 4=small
mote data label: 1 kept inputs were not taken
refused: prediction 4: it is in the data as 'large': take that out first ('mote data undo')
2 kept inputs taken into the data, 0 known, 1 refused, 1 without a label
'mote run' learns from them; 'mote data undo' takes them out again
[exit 1]
$ mote data undo > /dev/null; mote data label --truths
1 kept inputs taken into the data, 0 known, 0 refused, 0 without a label
'mote run' learns from them; 'mote data undo' takes them out again
$ mote data label
mote data label: what is labelled? name a file, predictions, or --truths
[exit 2]
$ mote data withdraw ann | grep samples
2 samples of the data were kept inputs of 'ann': 'mote data remove --group ann --erase' erases them, too
$ mote data undo | sed 's/ of 20[^ ]*//'
import {{[0-9]+}} (kept inputs, by {{.*}}) is undone: 1 sample taken out, 0 put back
$ mote data label labels.csv
mote data label: open 'labels.csv': No such file or directory
[exit 7]
