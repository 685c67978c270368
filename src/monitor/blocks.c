/* SPDX-License-Identifier: Apache-2.0 */
/* Samples that depend on each other, see blocks.h. */
#include "monitor/blocks.h"

#include <math.h>

#include "base/interval.h"

mote_blocks mote_blocks_of(int32_t n)
{
    const int32_t least = (n + MOTE_BLOCKS_MOST - 1) / MOTE_BLOCKS_MOST;
    return (mote_blocks){.least = least > 1 ? least : 1};
}

static void close_block(mote_blocks *b)
{
    b->block_nn += b->open_n * b->open_n;
    b->block_ns += b->open_n * b->open_sum;
    b->block_ss += b->open_sum * b->open_sum;
    b->n_blocks++;
    b->open_n = 0;
    b->open_sum = 0;
}

void mote_blocks_add(mote_blocks *b, double x, int64_t request)
{
    if (b->open_n >= b->least && request != b->request)
        close_block(b);
    b->open_n++;
    b->open_sum += x;
    b->n++;
    b->sum += x;
    b->squares += x * x;
    b->request = request;
}

/* With the block in the making, which is one as well. */
static mote_blocks closed(const mote_blocks *b)
{
    mote_blocks c = *b;
    if (c.open_n > 0)
        close_block(&c);
    return c;
}

/* Of closed blocks. The variance of the sum of the window, over that of independent samples. */
static double effect_of(const mote_blocks *c)
{
    const double mean = c->sum / c->n, most = fmax(c->block_nn / c->n, 1);
    const double alone = c->squares - mean * c->sum;
    const double together = c->block_ss - 2 * mean * c->block_ns + mean * mean * c->block_nn;
    if (c->n_blocks < 2 || !(alone > 0)) /* nothing differs: each block may be one sample */
        return most;
    return fmin(fmax(together * c->n_blocks / (c->n_blocks - 1) / alone, 1), most);
}

double mote_blocks_design_effect(const mote_blocks *b)
{
    const mote_blocks c = closed(b);
    return c.n > 0 ? effect_of(&c) : 1;
}

/* P(T > t) with `freedom` degrees. */
static double student_tail(double t, double freedom)
{
    const double half = 0.5 * mote_beta_i(freedom / 2, 0.5, freedom / (freedom + t * t));
    return t > 0 ? half : 1 - half;
}

double mote_blocks_rate_p(const mote_blocks *b, double promised)
{
    const mote_blocks c = closed(b);
    if (c.n_blocks < 2 || !(c.sum > 0) || !(promised > 0 && promised < 1))
        return 1;
    const double effect = effect_of(&c), n = c.n / effect, k = c.sum / effect;
    const double tail = mote_beta_i(k, n - k + 1, promised); /* P(Bin(n, promised) >= k) */
    if (!(tail > 1e-300))
        return 0;
    return tail < 1 ? student_tail(-mote_normal_quantile(tail), c.n_blocks - 1) : 1;
}

double mote_blocks_mean_p(const mote_blocks *b, double promised)
{
    const mote_blocks c = closed(b);
    if (c.n_blocks < 2)
        return 1;
    const double mean = c.sum / c.n, over = mean - promised;
    const double variance = fmax(c.squares - mean * c.sum, 0) / (c.n - 1.0) / c.n * effect_of(&c);
    if (!(variance > 0))
        return over > 0 ? 0 : 1;
    return student_tail(over / sqrt(variance), c.n_blocks - 1);
}
