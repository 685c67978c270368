/* SPDX-License-Identifier: Apache-2.0 */
/* Is a window worse than was promised, by more than chance, when its samples are not independent?
 *
 * Samples of one request are of one recording, and what comes next is like what came before: 200 of
 * them tell less than 200 would that were drawn apart. So the samples, in the order in which they
 * came, are put into blocks: a block holds whole requests and at least one
 * in MOTE_BLOCKS_MOST of the window. How much more the sums of blocks differ than those of
 * independent samples would is the design effect; so many times fewer samples count. What depends
 * on each other over more than a block still counts too much.
 *
 * Sums only: a window in the making keeps no sample. Depends on base/. Used by alarms.c (alarms of
 * anomalies) and truth.c (errors).
 * Source: Kish, Survey Sampling (1965), 5.4, for the design effect; Korn and Graubard, Confidence
 *         intervals for proportions with small expected number of positive counts estimated from
 *         survey data (1998), for the exact test of the effective number, corrected for the degrees
 *         of freedom of blocks. */
#ifndef MOTE_MONITOR_BLOCKS_H
#define MOTE_MONITOR_BLOCKS_H

#include <stdint.h>

#define MOTE_BLOCKS_MOST 20

/* Zero is one without samples; `least` is set first. */
typedef struct {
    int32_t least;                       /* samples in a block, but for the last */
    int32_t n, n_blocks;                 /* samples; blocks that are closed */
    double sum, squares;                 /* of the samples */
    double block_nn, block_ns, block_ss; /* of closed blocks: n * n, n * sum, sum * sum */
    double open_n, open_sum;             /* of the block in the making */
    int64_t request;                     /* of the last sample */
} mote_blocks;

/* For a window of n samples. */
mote_blocks mote_blocks_of(int32_t n);

/* The next sample: an error, or 1 for what is wrong and 0 for what is not; finite.
 * Samples in a row with the same `request` (a number, or a time) are of one. */
void mote_blocks_add(mote_blocks *b, double x, int64_t request);

/* How many times fewer independent samples tell as much: from 1 to as many as a block has. */
double mote_blocks_design_effect(const mote_blocks *b);

/* The probability of such a share of ones or a larger one, were the true share `promised`; 1 where
 * there are fewer than two blocks or `promised` is not in (0, 1). */
double mote_blocks_rate_p(const mote_blocks *b, double promised);

/* The same of the mean of any errors (by Student's distribution); 1 where fewer than two. */
double mote_blocks_mean_p(const mote_blocks *b, double promised);

#endif
