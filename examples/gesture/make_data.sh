#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Recordings of gestures that nobody made: make_data.sh FOLDER [PEOPLE]. One folder a gesture, a file of
# two seconds for each person: time in ms and three axes at 50 Hz. People differ in speed, strength and
# how they hold it; every reading has noise. The same call gives the same bytes.
set -eu
out=${1:?usage: make_data.sh FOLDER [PEOPLE]}
people=${2:-12}
for gesture in circle shake push still; do
    mkdir -p "$out/$gesture"
    p=1
    while [ "$p" -le "$people" ]; do
        awk -v gesture="$gesture" -v p="$p" 'BEGIN {
            srand(p * 7 + length(gesture) * 1000)
            pi = 3.14159265; speed = 0.8 + 0.4 * rand(); strength = 0.7 + 0.6 * rand()
            tilt = 0.6 * rand() - 0.3; start = rand()
            print "t_ms,acc_x,acc_y,acc_z"
            for (i = 0; i < 100; i++) {
                t = i / 50; x = y = 0; z = 9.81
                if (gesture == "circle") {
                    x = 4 * strength * cos(2 * pi * (1.2 * speed * t + start))
                    y = 4 * strength * sin(2 * pi * (1.2 * speed * t + start))
                } else if (gesture == "shake") {
                    x = 6 * strength * sin(2 * pi * (4 * speed * t + start))
                } else if (gesture == "push") {
                    z += 5 * strength * sin(2 * pi * (0.9 * speed * t + start)) ^ 3
                }
                printf "%d,%.3f,%.3f,%.3f\n", 20 * i, x + 9.81 * tilt + rand() - 0.5,
                    y + rand() - 0.5, z + rand() - 0.5
            }
        }' > "$out/$gesture/p$(printf %02d "$p")_1.csv"
        p=$((p + 1))
    done
done
