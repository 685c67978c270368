/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals beside those of counts (interval.h): of a share of so many independent samples, which
 * need be no whole number, with Student's t.
 *
 * Host arithmetic in double; every function is total: outside its domain it gives NaN. Depends on
 * interval.h. Used by evaluate/. */
#ifndef MOTE_BASE_INTERVAL_SCORE_H
#define MOTE_BASE_INTERVAL_SCORE_H

#include "base/interval.h"

/* x with P(T <= x) = p for Student's t with df > 0 degrees of freedom, of which there need not be a
 * whole number; relative error below 1e-9. */
double mote_student_quantile(double df, double p);

/* Wilson's score interval of a share of n samples, both of which need not be whole numbers, at z
 * standard errors of whatever distribution. n > 0, 0 <= share <= 1, z > 0. */
mote_interval mote_interval_score(double share, double n, double z);

#endif
