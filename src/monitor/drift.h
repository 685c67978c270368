/* SPDX-License-Identifier: Apache-2.0 */
/* How far apart are two histograms? It does not know what is far: thresholds come from calibration
 * (detector.h), because no fixed one is right for every sample size.
 *
 * Used by detector.c. */
#ifndef MOTE_MONITOR_DRIFT_H
#define MOTE_MONITOR_DRIFT_H

#include <stddef.h>

/* Population stability index of shares p (reference) and q (current), [n], each with sum 1:
 * sum (p - q) ln(p / q), the symmetrised Kullback-Leibler divergence. Infinite when only one of the
 * shares of a bin is zero. */
double mote_psi(const double *p, const double *q, size_t n);

#endif
