/* SPDX-License-Identifier: Apache-2.0 */
/* See triangle.h. */
#include "learn/triangle.h"

#include <math.h>

bool mote_triangle_root(double *r, size_t d, size_t *at)
{
    for (size_t i = 0; i < d; i++)
        for (size_t j = 0; j <= i; j++) {
            double v = r[i * d + j];
            for (size_t k = 0; k < j; k++)
                v -= r[i * d + k] * r[j * d + k];
            *at = i;
            if (j < i)
                r[i * d + j] = v / r[j * d + j];
            else if (v > 1e-12)
                r[i * d + i] = sqrt(v);
            else
                return false;
        }
    return true;
}

void mote_triangle_invert(double *l, size_t d)
{
    for (size_t i = 0; i < d; i++) {
        const double inverse = 1.0 / l[i * d + i];
        for (size_t j = 0; j < i; j++) {
            double v = 0.0;
            for (size_t k = j; k < i; k++)
                v += l[i * d + k] * l[k * d + j];
            l[i * d + j] = -v * inverse;
        }
        l[i * d + i] = inverse;
    }
}
