/* SPDX-License-Identifier: Apache-2.0 */
/* The stability index, see drift.h. */
#include "monitor/drift.h"

#include <math.h>

double mote_psi(const double *p, const double *q, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] > 0 || q[i] > 0)
            sum += (p[i] - q[i]) * log(p[i] / q[i]);
    }
    return sum;
}
