/* SPDX-License-Identifier: Apache-2.0 */
/* The print of a picture, by which nearly equal ones are found. See image.h.
 *
 * One step of the transform turns four neighbours a b / c d into their sum and three differences,
 * each halved, which keeps the length of the vector; the sums go on to the next, coarser step:
 *
 *     16 x 16 -> 8 x 8 sums + 192 differences -> 4 x 4 + 48 -> 2 x 2 + 12 -> 1 + 3
 *
 * The last sum is the mean, which is left out. What differs most differs in the coarse ones. */
#include <math.h>

#include "data/image.h"

#define SIDE   16
#define LENGTH 16384.0
#define FLAT   (4.0 * SIDE * SIDE) /* a deviation of two levels */

/* sums[2n][2n] in rows of SIDE to sums[n][n], and their differences [3][n][n]. */
static void step(double *sums, int n, double *differences)
{
    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            const double *at = sums + 2 * y * SIDE + 2 * x;
            double a = at[0], b = at[1], c = at[SIDE], d = at[SIDE + 1];
            double *to = differences + y * n + x;
            to[0] = (a - b + c - d) / 2;
            to[n * n] = (a + b - c - d) / 2;
            to[2 * n * n] = (a - b - c + d) / 2;
            sums[y * SIDE + x] = (a + b + c + d) / 2; /* 4 at (2y, 2x) and on are not read again */
        }
    }
}

bool mote_image_print(const mote_image *image, int16_t out[MOTE_IMAGE_PRINT])
{
    uint8_t small[SIDE * SIDE];
    double sums[SIDE * SIDE], all[MOTE_IMAGE_PRINT] = {0}, power = 0;
    const mrt_picture_form form = {MRT_FIT_STRETCH, SIDE, SIDE, 1, 0};
    if (mote_image_fit(image, &form, small, NULL) != MOTE_OK)
        return false;
    for (int i = 0; i < SIDE * SIDE; i++)
        sums[i] = small[i];
    for (int n = SIDE / 2; n > 0; n /= 2)
        step(sums, n, all + n * n); /* n * n differences stand before those of this step */
    for (int i = 1; i < MOTE_IMAGE_PRINT; i++)
        power += all[i] * all[i];
    if (!(power > FLAT))
        return false;
    double scale = LENGTH / sqrt(power);
    out[0] = 0;
    for (int i = 1; i < MOTE_IMAGE_PRINT; i++)
        out[i] = (int16_t)lrint(all[i] * scale);
    return true;
}
