#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rows of real tables, through the program itself: the model that ships, on the test rows that came
# with the data or, for hours of rented bicycles, on the last fifth in time; the mean of three
# seeds. A floor is what must be reached, beside it what we aim at:
#
#   adult, dense        census income, class: 85.5 %
#   adult, linear       the same in one layer: 84.5 %
#   occupancy           of a room by its sensors: 98 % (aim 98 %)
#   bikes               rented in an hour, a value: mean absolute error 52
#   bikes, two values   by passers-by and by members: mean of their mean absolute errors 30
#   memory              of a row of adult more, from the file to the evaluation: 600 bytes
#
# Settings were chosen on folds of the training rows alone (three of adult's; two cuts in time in the
# first four fifths of the hours). What they showed: gains and losses of adult are a few amounts that
# forms ask for, and as categories say more than as numbers (dense 87.2 % against 85.1 %), and in one
# layer so do ages and hours (86.7 % against 84.4 %); hours are learned by the absolute error, and
# dropout before a value makes it worse (error 73 against 97).
#
# Needs the tables in MOTE_TEST_DATA; without them everything is skipped and counted. The last line
# is 'N passed, N failed, N skipped'.
set -u
: "${MOTE_PROGRAM:?}"
data=${MOTE_TEST_DATA:-}
if [ -z "$data" ] || [ ! -d "$data/adult" ] || [ ! -d "$data/occupancy" ] || [ ! -d "$data/bike-sharing" ]; then
    echo "skip - tables: no 'adult', 'occupancy' and 'bike-sharing' in MOTE_TEST_DATA ('$data')"
    echo "0 passed, 0 failed, 6 skipped"
    exit 0
fi
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
passed=0
failed=0

# table NAME METRIC SIGN LIMIT SETTINGS ADD..: three seeds, their mean; SIGN 1: at least, -1: at most.
# Each ADD is 'FILE' or 'FILE SPLIT'.
table() {
    name=$1 metric=$2 sign=$3 limit=$4 settings=$5
    shift 5
    all=
    for seed in 1 2 3; do
        dir=$work/$name-$seed
        mkdir -p "$dir"
        printf 'mote: 1\nname: %s\ntask: table\n%b' "$name" "$settings" |
            sed "s/SEED/$seed/g" >"$dir/mote.yaml"
        : >"$dir/out"
        for add in "$@"; do
            file=${add%% *}
            split=${add#"$file"}
            # shellcheck disable=SC2086  # an option and its value, or nothing
            (cd "$dir" && "$MOTE_PROGRAM" data add "$file" ${split:+--split $split}) >>"$dir/out" 2>&1
        done
        (cd "$dir" && "$MOTE_PROGRAM" run evaluate) >>"$dir/out" 2>&1 || sed 's/^/    /' "$dir/out" | tail -5
        all="$all $(sed -n "s/^evaluate .*$metric \([0-9.]*\).*/\1/p" "$dir/out")"
    done
    if echo "$all" | awk -v limit="$limit" -v sign="$sign" -v name="$name" -v metric="$metric" '
        { for (i = 1; i <= NF; i++) sum += $i; mean = NF == 3 ? sum / NF : -sign * 1e9
          printf "%s: %s %.2f (%s), %s %s\n", name, metric, mean, $0, (sign > 0 ? "at least" : "at most"), limit
          exit !(sign * mean >= sign * limit) }'; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
}

head=age,workclass,fnlwgt,education,education_num,marital,occupation,relationship,race,sex,gain,loss,hours,country,income
{ echo $head; grep '^[0-9]' "$data/adult/adult-train.csv"; } >"$work/learn.csv"
{ echo $head; grep '^[0-9]' "$data/adult/adult-test.csv" | sed 's/\.$//'; } >"$work/test.csv"
adult='table: {target: income, columns: [{name: age}, {name: workclass, type: category}, {name: fnlwgt, type: text}, {name: education, type: category}, {name: education_num}, {name: marital, type: category}, {name: occupation, type: category}, {name: relationship, type: category}, {name: race, type: category}, {name: sex, type: category}, {name: gain, type: category}, {name: loss, type: category}, {name: hours}, {name: country, type: category}, {name: income, type: category}]}\n'
table adult-dense accuracy 1 85.5 "${adult}training: {epochs: 12, batch: 128, learning_rate: 0.003, seed: SEED}\\n" \
    "$work/learn.csv learn" "$work/test.csv test"
linear=$(echo "$adult" | sed 's/{name: age}/{name: age, type: category}/; s/{name: hours}/{name: hours, type: category}/')
table adult-linear accuracy 1 84.5 "$linear\\nmodel: {architecture: linear}\\ntraining: {epochs: 12, batch: 128, learning_rate: 0.003, seed: SEED}\\n" \
    "$work/learn.csv learn" "$work/test.csv test"

{ head -n 1 "$data/occupancy/datatraining.txt" | sed 's/^/"row",/'; tail -n +2 "$data/occupancy/datatraining.txt"; } >"$work/room.csv"
{ head -n 1 "$data/occupancy/datatest.txt" | sed 's/^/"row",/'; tail -n +2 "$data/occupancy/datatest.txt"; tail -n +2 "$data/occupancy/datatest2.txt"; } >"$work/room-test.csv"
table occupancy accuracy 1 98 'table: {target: Occupancy, columns: [{name: Temperature}, {name: Humidity}, {name: Light}, {name: CO2}, {name: HumidityRatio}, {name: Occupancy, type: category}]}\ntraining: {epochs: 12, batch: 64, seed: SEED}\n' \
    "$work/room.csv learn" "$work/room-test.csv test"

awk -F, 'NR == 1 { print "when," $0; next } { printf "%s %02d:00:00,%s\n", $2, $6, $0 }' \
    "$data/bike-sharing/hour.csv" >"$work/bikes.csv"
table bikes mae -1 52 'answer: value\ndata: {splits: {by: time, train: 70 %, validation: 10 %, test: 20 %}}\ntable: {target: cnt, time: when, columns: [{name: when, type: date}, {name: season, type: category}, {name: yr}, {name: mnth, type: category}, {name: hr, type: category}, {name: holiday}, {name: weekday, type: category}, {name: workingday}, {name: weathersit, type: category}, {name: temp}, {name: atemp}, {name: hum}, {name: windspeed}, {name: cnt}]}\nmodel: {hidden: [64, 32], dropout: 0}\ntraining: {epochs: 30, batch: 64, loss: mae, seed: SEED}\n' \
    "$work/bikes.csv"
table bikes-two mae -1 30 'answer: value\ndata: {splits: {by: time, train: 70 %, validation: 10 %, test: 20 %}}\ntable: {target: [casual, registered], time: when, columns: [{name: when, type: date}, {name: season, type: category}, {name: yr}, {name: mnth, type: category}, {name: hr, type: category}, {name: holiday}, {name: weekday, type: category}, {name: workingday}, {name: weathersit, type: category}, {name: temp}, {name: atemp}, {name: hum}, {name: windspeed}, {name: casual}, {name: registered}]}\nmodel: {hidden: [64, 32], dropout: 0}\ntraining: {epochs: 8, batch: 64, loss: mae, seed: SEED}\n' \
    "$work/bikes.csv"
# peak TIMES: kilobytes that data, training and evaluation take at most of so many times adult's rows,
# each with a weight of its own
peak() {
    dir=$work/memory-$1
    mkdir "$dir"
    awk -F, -v OFS=, -v times="$1" 'NR == 1 { print; next }
        { for (k = 0; k < times; k++) { $3 = $3 + k * 7; print } }' "$work/learn.csv" >"$dir/rows.csv"
    printf 'mote: 1\nname: memory\ntask: table\n%btraining: {epochs: 1, batch: 128}\n' "$adult" >"$dir/mote.yaml"
    (cd "$dir" && "$MOTE_PROGRAM" data add rows.csv >/dev/null 2>&1 && python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$MOTE_PROGRAM" run evaluate)
}
if echo "$(peak 1) $(peak 5)" | awk '
    { each = ($2 - $1) * 1024 / (4 * 32561)
      printf "memory: %d bytes a row more (%d and %d kB), at most 600\n", each, $1, $2
      exit !(each > 0 && each <= 600) }'; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, 0 skipped"
[ $failed -eq 0 ]
