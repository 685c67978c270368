#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Pictures to begin with: discs, squares and crosses of any place, size and light, 20 x 16 pixels in
# grey, by 8 cameras that each see a little darker than the last.
#
#   examples/shapes/make.sh FOLDER [PICTURES OF EACH SHAPE BY EACH CAMERA]
set -eu
into=$1
n=${2:-12}
for shape in disc square cross; do
    mkdir -p "$into/$shape"
    for camera in 1 2 3 4 5 6 7 8; do
        awk -v n="$n" -v shape=$shape -v camera=$camera -v into="$into/$shape" '
            function inside(dx, dy, r) {
                dx = dx < 0 ? -dx : dx
                dy = dy < 0 ? -dy : dy
                if (shape == "disc") return dx * dx + dy * dy <= r * r
                if (shape == "square") return dx <= r * 0.9 && dy <= r * 0.9
                return (dx <= r && dy <= r / 4) || (dy <= r && dx <= r / 4)
            }
            BEGIN {
                srand(1000 * camera + length(shape) * 7 + (shape == "disc"))
                for (k = 0; k < n; k++) {
                    r = 4 + 3 * rand()
                    cx = r + rand() * (19 - 2 * r)
                    cy = r + rand() * (15 - 2 * r)
                    file = into "/cam" camera "-" k ".pgm"
                    print "P2 20 16 255" > file
                    for (y = 0; y < 16; y++)
                        for (x = 0; x < 20; x++)
                            printf "%d\n", (inside(x - cx, y - cy, r) ? 190 : 60) - 4 * camera + \
                                20 * rand() > file
                    close(file)
                }
            }'
    done
done
