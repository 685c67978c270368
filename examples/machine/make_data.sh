#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Vibration of machines that nobody measured: make_data.sh FOLDER [DAYS]. Folder `normal`: a file of two
# seconds for each of two machines on each day, two axes at 100 Hz, the fundamental of the motor with one
# harmonic, load and speed a little different each day. Folders `rubbing` (a third harmonic and noise)
# and `loose` (knocks): what is only there to judge by. The same call gives the same bytes.
set -eu
out=${1:?usage: make_data.sh FOLDER [DAYS]}
days=${2:-40}
make() {    # make LABEL DAY MACHINE
    mkdir -p "$out/$1"
    awk -v label="$1" -v day="$2" -v machine="$3" 'BEGIN {
        srand(day * 31 + machine * 7 + length(label) * 1000)
        pi = 3.14159265; f = 11 + 0.4 * machine + 0.6 * rand(); load = 0.8 + 0.4 * rand()
        start = rand(); knock = 0
        print "t_ms,acc_x,acc_y"
        for (i = 0; i < 200; i++) {
            t = i / 100; turn = 2 * pi * (f * t + start)
            x = load * (sin(turn) + 0.3 * sin(2 * turn)); y = load * 0.6 * cos(turn)
            if (label == "rubbing") {
                x += 0.25 * sin(3 * turn); y += 0.5 * (rand() - 0.5)
            } else if (label == "loose") {
                knock = rand() < 0.04 ? 1.4 : 0.6 * knock; x += knock; y -= knock
            }
            printf "%d,%.3f,%.3f\n", 10 * i, x + 0.2 * (rand() - 0.5), y + 0.2 * (rand() - 0.5)
        }
    }' > "$out/$1/d$(printf %02d "$2")_m$3.csv"
}
day=1
while [ "$day" -le "$days" ]; do
    for machine in 1 2; do
        make normal "$day" "$machine"
        [ $((day % 4)) -ne 0 ] || make rubbing "$day" "$machine"
        [ $((day % 4)) -ne 2 ] || make loose "$day" "$machine"
    done
    day=$((day + 1))
done
