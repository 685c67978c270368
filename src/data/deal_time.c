/* SPDX-License-Identifier: Apache-2.0 */
/* Splits by time: see deal_time.h. */
#include "data/deal_time.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    int64_t time_ms;
    size_t group, n; /* samples */
    int32_t part;
} dated;

static int compare_dated(const void *a, const void *b)
{
    const dated *x = a, *y = b;
    int c = (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
    return c ? c : (x->group > y->group) - (x->group < y->group);
}

/* Give groups before `end`, from the last on, to a part until it has `want` samples; where it
 * begins. Groups of the time of the earliest that was given go with it. */
static size_t take_last(dated *d, size_t end, double want, int32_t part)
{
    size_t at = end, got = 0;
    while (at > 0 && want > 0 &&
           ((double)got < want || (at < end && d[at - 1].time_ms == d[at].time_ms))) {
        d[--at].part = part;
        got += d[at].n;
    }
    return at;
}

mote_status mote_deal_time(mote_split_group *groups, const int64_t *time_ms, size_t n,
                           const double fractions[MOTE_N_SPLITS], mote_arena *scratch,
                           mote_err *err)
{
    dated *d = NULL;
    size_t n_samples = 0, n_times = n > 0 ? 1 : 0;
    MOTE_TRY(mote_arena_take(scratch, n + 1, sizeof *d, &d, err));
    for (size_t i = 0; i < n; i++) {
        d[i] = (dated){.time_ms = time_ms[i], .group = i, .part = MOTE_SPLIT_TRAIN};
        for (size_t c = 0; c < groups[i].n_counts; c++)
            d[i].n += (size_t)groups[i].counts[c].n;
        n_samples += d[i].n;
    }
    qsort(d, n, sizeof *d, compare_dated);
    for (size_t i = 1; i < n; i++)
        n_times += d[i].time_ms > d[i - 1].time_ms ? 1 : 0;
    size_t n_parts = 0;
    for (int p = 0; p < MOTE_N_SPLITS; p++)
        n_parts += fractions[p] > 0 ? 1 : 0;
    size_t test = take_last(d, n, fractions[MOTE_SPLIT_TEST] * (double)n_samples, MOTE_SPLIT_TEST);
    size_t validation = take_last(d, test, fractions[MOTE_SPLIT_VALIDATION] * (double)n_samples,
                                  MOTE_SPLIT_VALIDATION);
    bool is_empty = (fractions[MOTE_SPLIT_VALIDATION] > 0 && validation == test) ||
                    (fractions[MOTE_SPLIT_TRAIN] > 0 && validation == 0);
    if (n > 0 && is_empty)
        return mote_fail(err, MOTE_ARG,
                         "data.splits by time: %zu groups of %zu different times do not make %zu "
                         "splits; groups are never cut, and a sample whose file does not say when "
                         "it was recorded has the time when it was added",
                         n, n_times, n_parts);
    for (size_t i = 0; i < n; i++)
        groups[d[i].group].part = d[i].part;
    return MOTE_OK;
}
