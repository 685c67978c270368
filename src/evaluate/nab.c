/* SPDX-License-Identifier: Apache-2.0 */
/* Every step has a worth: what an alarm there would earn or cost. Sorted by score, the sum follows
 * the threshold down in one walk, see nab.h.
 *
 *     position   -1 at the first step of a window .. close to 0 at its last; behind the window the
 *                distance from its last step in widths of it, 3 and more counting as far
 *     worth      2 sigmoid(-5 position) - 1: 0.987 .. 0 inside, falling to -1 behind */
#include "evaluate/nab.h"

#include <math.h>
#include <stdlib.h>

#define FAR_POSITION  3.0
#define PROBATION_MAX 5000.0 /* steps that a share of is probation at most */
#define NO_WINDOW     SIZE_MAX

typedef struct {
    float score;
    size_t window; /* of all series, or NO_WINDOW */
    double worth;
    size_t order; /* of the steps: keeps sorting the same everywhere */
} step;

mote_nab_profile mote_nab_standard(void)
{
    return (mote_nab_profile){.found = 1, .false_alarm = 0.11, .missed = 1, .probation = 0.15};
}

static double scaled_sigmoid(double position)
{
    if (position >= FAR_POSITION)
        return -1;
    return 2 / (1 + exp(5 * position)) - 1;
}

/* Worth of step i inside window w, a share of the most that a step can earn. */
static double worth_inside(const mote_anomaly_window *w, size_t i)
{
    double width = (double)(w->last - w->first + 1);
    return scaled_sigmoid(-((double)(w->last - i) + 1) / width) / scaled_sigmoid(-1);
}

/* Worth of a step behind window w (NULL: before all). A window of one step is taken as of two: it
 * has no width to measure a distance with. */
static double worth_outside(const mote_anomaly_window *w, size_t i)
{
    if (!w)
        return scaled_sigmoid(FAR_POSITION);
    double width = w->last > w->first ? (double)(w->last - w->first) : 1;
    return scaled_sigmoid((double)(i - w->last) / width);
}

/* Steps behind the probation of one series, appended. */
static void add_steps(const mote_anomaly_series *s, const mote_nab_profile *p, size_t first_window,
                      step *steps, size_t *n)
{
    double probation = fmin(floor(p->probation * (double)s->n), p->probation * PROBATION_MAX);
    size_t w = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (w < s->n_windows && i > s->windows[w].last)
            w++;
        if ((double)i < probation)
            continue;
        bool is_inside = w < s->n_windows && i >= s->windows[w].first;
        const mote_anomaly_window *before = w > 0 ? &s->windows[w - 1] : NULL;
        steps[*n] = (step){.score = s->scores[i],
                           .window = is_inside ? first_window + w : NO_WINDOW,
                           .worth = is_inside ? p->found * worth_inside(&s->windows[w], i)
                                              : p->false_alarm * worth_outside(before, i),
                           .order = *n};
        ++*n;
    }
}

static int compare_steps(const void *a, const void *b)
{
    const step *x = a, *y = b;
    if (x->score > y->score)
        return -1;
    if (x->score < y->score)
        return 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

typedef struct {
    step *steps; /* highest score first */
    size_t n, n_windows_all;
    double *best;      /* [n_windows_all] what a window has earned; -missed: nothing */
    bool *is_found;    /* [n_windows_all] */
    int64_t n_windows; /* that count */
} walk;

static mote_status check_profile(const mote_nab_profile *p, mote_err *err)
{
    double least = fmin(fmin(p->found, p->false_alarm), fmin(p->missed, p->probation));
    double sum = p->found + p->false_alarm + p->missed + p->probation;
    if (least >= 0 && isfinite(sum) && p->probation < 1)
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG, "NAB: weights %g, %g, %g or probation %g are out of range",
                     p->found, p->false_alarm, p->missed, p->probation);
}

static mote_status begin(const mote_anomaly_corpus *c, const mote_nab_profile *p, mote_arena *a,
                         walk *k, mote_err *err)
{
    const mote_anomaly_series *s = c->series;
    MOTE_TRY(check_profile(p, err));
    MOTE_TRY(mote_anomaly_corpus_check(c, err));
    size_t n_all = 0, first_window = 0;
    *k = (walk){0};
    for (size_t i = 0; i < c->n; i++) {
        n_all += s[i].n;
        k->n_windows_all += s[i].n_windows;
    }
    MOTE_TRY(mote_arena_take(a, n_all, sizeof *k->steps, &k->steps, err));
    MOTE_TRY(mote_arena_take(a, k->n_windows_all + 1, sizeof *k->best, &k->best, err));
    MOTE_TRY(mote_arena_take(a, k->n_windows_all + 1, sizeof *k->is_found, &k->is_found, err));
    for (size_t i = 0; i < c->n; i++) {
        add_steps(&s[i], p, first_window, k->steps, &k->n);
        first_window += s[i].n_windows;
    }
    for (size_t i = 0; i < k->n; i++)
        if (k->steps[i].window != NO_WINDOW && !(k->best[k->steps[i].window] < 0)) {
            k->best[k->steps[i].window] = -1; /* has a step that counts */
            k->n_windows++;
        }
    for (size_t w = 0; w < k->n_windows_all; w++)
        k->best[w] = -p->missed;
    qsort(k->steps, k->n, sizeof *k->steps, compare_steps);
    return MOTE_OK;
}

/* Take a step as an alarm. */
static void alarm(walk *k, const step *x, mote_nab_score *r)
{
    if (x->window == NO_WINDOW) {
        r->raw += x->worth;
        r->n_false_alarms++;
        return;
    }
    double *best = &k->best[x->window];
    if (x->worth > *best) {
        r->raw += x->worth - *best;
        *best = x->worth;
    }
    r->n_found += !k->is_found[x->window];
    k->is_found[x->window] = true;
}

static void finish(const walk *k, const mote_nab_profile *p, mote_nab_score *r)
{
    double silence = -p->missed * (double)k->n_windows, perfect = p->found * (double)k->n_windows;
    r->score = perfect > silence ? 100 * (r->raw - silence) / (perfect - silence) : (double)NAN;
}

/* The walk down to `threshold`, or with `best` all the way, keeping the highest. */
static void go(walk *k, const mote_nab_profile *p, double threshold, bool best, mote_nab_score *out)
{
    mote_nab_score now = {.threshold = (double)INFINITY,
                          .raw = -p->missed * (double)k->n_windows,
                          .n_windows = k->n_windows};
    mote_nab_score kept = now;
    for (size_t i = 0; i < k->n;) {
        float score = k->steps[i].score;
        if (!best && (double)score < threshold)
            break;
        for (; i < k->n && k->steps[i].score == score; i++)
            alarm(k, &k->steps[i], &now);
        now.threshold = (double)score;
        if (!best || now.raw > kept.raw)
            kept = now;
    }
    if (!best)
        kept.threshold = threshold;
    finish(k, p, &kept);
    *out = kept;
}

mote_status mote_nab_score_of(const mote_anomaly_corpus *c, const mote_nab_profile *profile,
                              double threshold, mote_arena *a, mote_nab_score *out, mote_err *err)
{
    walk k;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(begin(c, profile, a, &k, err));
    go(&k, profile, threshold, false, out);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

mote_status mote_nab_best(const mote_anomaly_corpus *c, const mote_nab_profile *profile,
                          mote_arena *a, mote_nab_score *out, mote_err *err)
{
    walk k;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(begin(c, profile, a, &k, err));
    go(&k, profile, 0, true, out);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}
