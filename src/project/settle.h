/* SPDX-License-Identifier: Apache-2.0 */
/* How much evidence a limit needs, and how much more would settle a verdict.
 *
 * Two questions about a requirement. The first looks at the limit only: on how many samples or
 * hours could a perfect result show it? Less than that settles nothing. The second looks at what
 * was measured: with how many more, at the same rate, would the interval leave the limit?
 *
 *     share   Wilson's bound at the same share, solved for n
 *     rate    Garwood's bound at the same rate, solved for hours
 *     score   an interval that narrows with the root of n
 *
 * An interval that is wider than Wilson's or Garwood's, because clips of one person are alike, is
 * taken to stay so many times wider. Depends on verdict.h, base/interval.h. */
#ifndef MOTE_PROJECT_SETTLE_H
#define MOTE_PROJECT_SETTLE_H

#include "project/verdict.h"

/* What a requirement needs at least. At most one is not 0; both are 0 for exact metrics and for
 * limits that no number of samples can show (a share of 0 or 1, a rate of 0). */
typedef struct {
    int64_t n;
    double hours;
} mote_need;

/* At `confidence` (two-sided) of the interval. */
mote_need mote_settle_need(const mote_requirement *q, double confidence);

/* What a verdict lacks. */
typedef enum {
    MOTE_LACK_NOTHING,
    MOTE_LACK_MEASUREMENT,
    MOTE_LACK_FRESH,      /* it was measured on what has changed since */
    MOTE_LACK_CONFIDENCE, /* the interval is of less confidence than asked, or there is none */
    MOTE_LACK_EVIDENCE,   /* it is of a lesser kind than REAL */
    MOTE_LACK_AMOUNT      /* samples or hours */
} mote_lack;

/* What would settle a verdict; its requirement, kind and measurement are read. */
mote_settle mote_settle_of(const mote_verdict *v, mote_lack lack);

#endif
