/* SPDX-License-Identifier: Apache-2.0 */
/* exp, log and cos that give the same bytes on every machine: a C library may choose among
 * several versions of its own by processor. Error below 2e-15 relative (cos: absolute).
 * Used where training computes with them; not fast. */
#ifndef MOTE_BASE_NUM_H
#define MOTE_BASE_NUM_H

double mote_num_exp(double x);    /* 0 below -708, inf above 709, NaN for NaN */
double mote_num_log(double x);    /* x > 0 and normal; -inf at 0 and below, NaN for NaN */
double mote_num_cos_pi(double t); /* cos(pi t), t in [0, 1] */

#endif
