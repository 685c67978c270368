# Rows of a table: from CSV to a class, by all doors that a row comes in through.
# timeout: 120
$ mkdir loans && cd loans
$ printf 'name: loans\ntask: table\ntable: {target: paid, group: town}\nmodel: {architecture: linear}\ntraining: {epochs: 20}\nschedule: {promote: {clean_at_least: 50 %%}}\n' > mote.yaml
$ awk 'BEGIN { print "town,age,job,income,paid"; for (i = 0; i < 600; i++) { a = 20 + (i * 37) % 45; j = substr("cook nurseclerk", 1 + 5 * (i % 3), 5); sub(/ $/, "", j); m = 1000 + (i * 7919) % 3000; if (i % 50 == 7) m = ""; printf "t%d,%d,%s,%s,%s\n", i % 30, a, j, m, (m + 20 * a > 2900 ? "yes" : "no") } }' > loans.csv
$ mote data add loans.csv 2> /dev/null
recognised: CSV with header, 600 rows, 5 columns; labels from the file
found, and not stated in mote.yaml; the same with --write-columns writes it there:
  table.columns: [
    {name: town, type: category},                 # 30 different texts
    {name: age, type: integer},                   # 20 to 64, 45 different
    {name: job, type: category},                  # 3 different texts
    {name: income, type: integer},                # {{.*}}, 12 missing
    {name: paid, type: category}                  # 'no' and 'yes'
  ]
loans.csv: 1 file: 1 taken (1 table), 0 known, 0 skipped, 0 refused

# What was found becomes what mote.yaml states, once; the file is not added again for it.
$ cp mote.yaml before.yaml; mote data add loans.csv --write-columns 2> /dev/null | grep written
written: 'table.columns' in mote.yaml, 5 lines to be looked at
$ grep job mote.yaml
    {name: job, type: category},                  # 3 different texts
$ mote data add loans.csv --write-columns 2>&1 > /dev/null | tail -1
mote data add: 'table.columns' is in mote.yaml already, and stays as it is
$ mote data add loans.csv --write-columns --dry-run
mote data add: --write-columns writes, --dry-run does not: say one
[exit 2]
$ mv before.yaml mote.yaml; mote data add loans.csv --dry-run --json 2> /dev/null | jq -c '.[0].found[2] | {name, type}'
{"name":"job","type":"category"}

# What is wrong in it is found before training, and by name.
$ mote data check 2> /dev/null | grep -v '^ '
note duplicate-rows: rows that are there more than once in a split: 3
tables checked: 1, errors: 0, warnings: 0
$ awk -F, -v OFS=, '{ print $0, NR == 1 ? "due" : $5 == "yes" ? 900 + NR % 9 : NR % 9 }' loans.csv > leak.csv && mkdir leak && cp mote.yaml leak && cd leak && mote data add ../leak.csv > /dev/null 2>&1; mote data check 2> /dev/null | grep -A1 '^warning'; cd ..
warning leak: columns that give the answer away by themselves: 1
    due: it alone takes away 100.0 % of the errors of a constant answer
$ bin=$(dirname "$(command -v mote)"); bare() { PATH=$bin "$@"; }
$ bare mote run --quiet | sed '/^$/,$d' | grep -v '^plan'
data      ran    v1: 600 rows in 1 table
features  ran    3 columns as {{[0-9]+}} values
train     ran    run {{[0-9a-f]+}}: {{[0-9.]+}} % on validation, epoch {{.*}}
compress  ran    int8 {{[0-9.]+}} % against float {{[0-9.]+}} % on validation
evaluate  ran    accuracy {{(9[0-9]|100)\.[0-9]}} %{{.*}}
compile   ran    not measured: {{.*}}
deploy    ran    loans/1 promoted: it is the first version

# Rows are counted by split where they have one: in a version. Nothing of them runs in time.
$ mote data show
label   tables  groups  train  validation  test  unused  no split yet
_rows_       1       1      0           0     0       0             1
all          1       1      0           0     0       0             1
rows by split, of the newest version: 'mote data show latest'
$ mote data show latest | tail -1
all      600       1    {{.*}}
$ mote data show latest --json | jq -c '.total | [.recordings, .train + .validation + .test + .unused]'
[600,600]

# Folds over rows: towns stay together, and every row of them is judged once.
$ bare mote evaluate --folds 3 --quiet > folds.txt; awk '$1 ~ /^[123]$/ { n++; test += $3 } END { print n, test }' folds.txt
3 600
$ grep -c "better than the baseline 'constant'" folds.txt
1

# A server is sent rows by mote bench, with what is missing in them.
$ (mote serve loans --port 0 --threads 1 --json > said.json 2> log.txt & echo $! > pid; wait $!; echo "ended $?" >> log.txt) &
$ for i in 1 2 3 4 5 6 7 8 9 10; do grep -q port said.json 2>/dev/null && break; sleep 0.3; done
$ mote bench http://127.0.0.1:$(sed -n 's/.*"port": \([0-9]*\).*/\1/p' said.json) --split all -n 600 -c 2 --quiet | sed '2s/ .*//'
600 answers, 0 failed, {{9[0-9.]+}} % right
{{[0-9]+}}
version 1 answered 600
$ kill -TERM $(cat pid); for i in 1 2 3 4 5 6 7 8 9 10; do grep -q ended log.txt && break; sleep 0.3; done; tail -n 1 log.txt
ended 0

# A row as a JSON object by names, whatever their order; what is absent is missing.
$ printf '{"income": 4000, "age": 60, "job": "nurse"}' > rich.json; printf '{"age": 21, "income": 1000}' > poor.json
$ mote predict loans rich.json poor.json | awk '{ print $1, $2 }'
input label
rich.json yes
poor.json no

# Rows as CSV, in the order of the header; each has an answer of its own.
$ printf 'job,income,age\ncook,3900,60\nclerk,1000,20\n,,40\n' > rows.csv; mote predict loans rows.csv | awk '{ print $1, $2 }' | head -3
input label
rows.csv:1 yes
rows.csv:2 no
$ mote predict loans rows.csv --json | jq -c '.[0] | [.n_rows, (.rows | length), .rows[0].label, .model.name]'
[3,3,"yes","loans"]

# A class without a threshold is no detection, and is not called an absent one.
$ mote predict loans rich.json --json | jq -c '.[0] | [.detected, .detections]'
[null,null]

# What does not fit is said by column, and by line.
$ printf '{"agee": 21}' > bad.json; mote predict loans bad.json
mote predict: 'bad.json': row: there is no column 'agee'; is it 'age'?
[exit 3]
$ printf '{"age": "old"}' > bad.json; mote predict loans bad.json
mote predict: 'bad.json': row: column 'age': 'old' is no {{.*}}
[exit 3]
$ printf 'job,income,age\ncook,3900,60\ncook,3900,old\n' > bad.csv; mote predict loans bad.csv
mote predict: 'bad.csv': line 3, column 'age': 'old' is no {{.*}}
[exit 3]
$ printf 'job,age\ncook,60\n' > bad.csv; mote predict loans bad.csv
mote predict: 'bad.csv': there is no column 'income'
[exit 7]

# A value instead of a class.
$ cd .. && mkdir rent && cd rent
$ printf 'name: rent\ntask: table\nanswer: value\ntable: {target: rent}\nmodel: {architecture: linear}\ntraining: {epochs: 30, batch: 16}\n' > mote.yaml
$ awk 'BEGIN { print "rooms,area,rent"; for (i = 0; i < 400; i++) { r = 1 + i % 5; a = 20 + (i * 37) % 80; printf "%d,%d,%d\n", r, a, 100 + 50 * r + 8 * a + (i * 13) % 7 } }' > rent.csv; mote data add rent.csv > /dev/null 2>&1
$ bare mote run --quiet | grep -E '^(compress|evaluate|deploy)'
compress  ran    mae of int8 {{[0-9.]+}} against float {{[0-9.]+}} on validation{{.*}}
evaluate  ran    mae {{[0-9.]+}}{{.*}}
deploy    ran    rent/1 promoted: it is the first version
$ printf '{"rooms": 3, "area": 60}' > flat.json; mote predict rent flat.json | awk 'NR > 1 { print $2, ($3 > 690 && $3 < 780 ? "near" : $3) }'
rent near
$ mote predict rent flat.json --json | jq -c '.[0] | [(.values | keys), (.intervals.rent[0] < .values.rent), (.intervals.rent[1] > .values.rent), .level]'
[["rent"],true,true,0.9]
$ mote report -o report.html > /dev/null && grep -o 'Intervals hold what they promise\|interval_coverage@test: validation promised' report.html | sort -u
Intervals hold what they promise
interval_coverage@test: validation promised

# Several values of a row, each learned, judged, required and said by its name.
$ cd .. && mkdir bills && cd bills
$ printf 'name: bills\ntask: table\nanswer: value\ntable: {target: [rent, power]}\nmodel: {architecture: linear}\ntraining: {epochs: 30, batch: 16, learning_rate: 0.02}\nrequirements:\n  - {metric: mae, at_most: 100}\n  - {metric: mae, at_most: 200, slice: rent}\n  - {metric: mae, at_most: 0.01, slice: power}\n' > mote.yaml
$ awk 'BEGIN { print "rooms,area,rent,power"; for (i = 0; i < 400; i++) { r = 1 + i % 5; a = 20 + (i * 37) % 80; printf "%d,%d,%d,%s\n", r, a, 100 + 50 * r + 8 * a + (i * 13) % 7, (i == 9 ? "" : 20 + 3 * r + a / 4 + (i * 11) % 3) } }' > bills.csv; mote data add bills.csv > /dev/null 2>&1
$ mote data check 2> /dev/null | grep -A1 no-answer
warning no-answer: rows without an answer in 'rent, power', which are left out: 1 of 400
    do: fill in the answer, or remove the rows
$ bare mote run --quiet | grep '^evaluate'
evaluate  ran    mae {{[0-9.]+}} (rent {{[0-9.]+}}, power {{[0-9.]+}}){{.*}}
$ mote status | grep 'mae@test.* on ' | awk '{ print $1, $2, $3 }'
met mae@test {{[0-9.]+}}
met mae@test/rent {{[0-9.]+}}
not met mae@test/power
$ printf '{"rooms": 3, "area": 60}' > flat.json; mote predict bills/1 flat.json | sed 's/ ([^)]*)//g' | awk 'NR > 1 { print $2, ($3 > 690 && $3 < 780 ? "near" : $3), $4, ($5 > 40 && $5 < 50 ? "near" : $5) }'
rent near power near
$ mote predict bills/1 flat.json --json | jq -c '.[0].values | keys_unsorted'
["rent","power"]

# Values in time stand beside what was before, each by itself; runs are compared by each value.
$ cd .. && mkdir meter && cd meter
$ printf 'name: meter\ntask: table\nanswer: value\ndata: {splits: {by: time}}\ntable: {target: [heat, light], time: when, columns: [{name: when, type: date}, {name: open}, {name: heat}, {name: light}]}\nmodel: {architecture: linear}\ntraining: {epochs: 20, batch: 16, seed: 1}\n' > mote.yaml
$ awk 'BEGIN { print "when,open,heat,light"; for (i = 0; i < 600; i++) { h = i % 24; printf "2024-01-%02d %02d:00:00,%d,%.2f,%.2f\n", 1 + int(i / 24), h, i * 7 % 5 < 2, 50 + 20 * sin(i / 40) + (i * 7 % 5) / 10, 10 + 40 * (i * 7 % 5 < 2) + (i * 13) % 3 } }' > meter.csv; mote data add meter.csv > /dev/null 2>&1
$ bare mote evaluate --quiet > out.txt; grep -c "^ *the model .* baseline '\(constant\|rule\|linear\|last\|day\)' by mae" out.txt
15
$ grep "^  the model.*baseline 'last' by mae of heat" out.txt
  the model is worse than the baseline 'last' by mae of heat: {{[0-9.]+}} against {{[0-9.]+}} (difference {{.*}})
$ grep "^  the model.*baseline 'last' by mae of light" out.txt
  the model is better than the baseline 'last' by mae of light: {{[0-9.]+}} against {{[0-9.]+}} (difference {{.*}})
$ mote status | grep -o "not better than something simple: .*'last' by mae of heat"
not better than something simple: the model is worse than the baseline 'last' by mae of heat
$ mote status | grep -c "'last' by mae of light"
0
[exit 1]
$ bare mote run --quiet > /dev/null; mote report -o report.html > /dev/null && grep -o "Not better than something simple:</b> the model is worse than the baseline &#39;last&#39; by mae of heat" report.html | sort -u
Not better than something simple:</b> the model is worse than the baseline &#39;last&#39; by mae of heat
$ mote evaluate --json 2> /dev/null | jq -c '.stages.evaluate.baselines | [keys, (.day.each | keys), .last.each.heat.is_beaten, .last.each.light.is_beaten]'
[["constant","day","last","linear","rule"],["heat","light"],false,true]
$ sed -i 's/epochs: 20/epochs: 3/' mote.yaml; bare mote evaluate --quiet > out.txt; mote runs --json | jq -r '.runs[].run_id' > ids; mote compare $(cat ids) --all | awk '$1 == "metric" && $2 ~ /mae.*heat/ { print $2, ($3 == $4 ? "same" : "differs") }'
baseline/constant/mae/heat same
baseline/day/mae/heat same
baseline/last/mae/heat same
baseline/linear/mae/heat same
baseline/rule/mae/heat same
mae.test/heat differs
$ mote runs --order mae.test/heat --json | jq '[.runs[]["mae.test/heat"]] | .[0] < .[1]'
true

# A class is one column.
$ cd ../bills && sed -i 's/^answer.*//; /metric/d; /require/d' mote.yaml; mote status
mote status: mote.yaml:4:17: 'table.target' names 2 columns, 'rent' and 'power' among them: only values can be several ('answer: value')
[exit 4]
