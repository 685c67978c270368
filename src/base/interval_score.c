/* SPDX-License-Identifier: Apache-2.0 */
/* Shares of independent samples, see interval_score.h. */
#include "base/interval_score.h"

#include <math.h>

double mote_student_quantile(double df, double p)
{
    if (!(df > 0) || !(p > 0 && p < 1))
        return (double)NAN;
    if (p < 0.5)
        return -mote_student_quantile(df, 1 - p);
    /* 2 P(T > t) = I_x(df / 2, 1 / 2) with x = df / (df + t^2), found by bisection */
    double lo = 0, hi = 1;
    for (int i = 0; i < 200; i++) {
        const double mid = lo + (hi - lo) / 2;
        if (mid == lo || mid == hi)
            break;
        if (mote_beta_i(df / 2, 0.5, mid) < 2 * (1 - p))
            lo = mid;
        else
            hi = mid;
    }
    return sqrt(df * (1 - hi) / hi);
}

mote_interval mote_interval_score(double share, double n, double z)
{
    if (!(share >= 0 && share <= 1 && n > 0 && z > 0))
        return (mote_interval){(double)NAN, (double)NAN, (double)NAN};
    const double zz = z * z, p = share;
    const double middle = (p + zz / (2 * n)) / (1 + zz / n);
    const double half = z / (1 + zz / n) * sqrt(p * (1 - p) / n + zz / (4 * n * n));
    /* At the ends one bound is the estimate itself; rounding must not put it outside. */
    return (mote_interval){p, p <= 0 ? 0 : fmax(0, fmin(middle - half, p)),
                           p >= 1 ? 1 : fmin(1, fmax(middle + half, p))};
}
