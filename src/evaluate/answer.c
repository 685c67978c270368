/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kinds of answer, and what is the same for all of them, see answer.h. */
#include "evaluate/answer.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "evaluate/answer_internal.h"
#include "evaluate/bootstrap.h"
#include "project/quantity.h"
#include "project/schema.h"

static const mote_answer_row *const rows[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = &mote_answer_row_class,
    [MOTE_ANSWER_VALUE] = &mote_answer_row_value,
    [MOTE_ANSWER_ANOMALY] = &mote_answer_row_anomaly,
};

void mote_answer_numbers_add(mote_answer_numbers *f, mote_metric metric, mote_interval x, int64_t n)
{
    if (n == 0 || isnan(x.value))
        return;
    MOTE_BUG_IF(f->n == MOTE_MAX_ANSWER_NUMBERS);
    f->items[f->n++] = (mote_answer_number){metric, x, n, NULL};
}

const mote_answer_number *mote_answer_numbers_find(const mote_answer_numbers *f, mote_metric metric)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->items[i].metric == metric && !f->items[i].of)
            return &f->items[i];
    return NULL;
}

const mote_answer_row *mote_answer_row_of(mote_answer_kind kind)
{
    return rows[kind];
}

mote_status mote_answers_evaluate(const mote_answers *x, const mote_answer_words *words,
                                  const mote_evaluate_config *cfg, mote_arena *a,
                                  mote_answers_report *out, mote_err *err)
{
    mote_answers_report r = {.worst_group = -1};
    MOTE_TRY(rows[x->kind]->evaluate(x, words, cfg, a, &r, err));
    *out = r;
    return MOTE_OK;
}

mote_status mote_answers_measure(const mote_answers *x, const mote_evaluate_config *cfg,
                                 mote_arena *a, mote_answer_numbers *out, mote_err *err)
{
    mote_answers_report r = {.worst_group = -1};
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(rows[x->kind]->evaluate(x, NULL, cfg, a, &r, err));
    mote_arena_rewind(a, mark);
    *out = r.numbers;
    return MOTE_OK;
}

mote_status mote_answers_chief(const mote_answers *x, mote_arena *a, double *out, mote_err *err)
{
    const void *state = NULL;
    uint32_t *weights = NULL;
    mote_arena_mark mark = mote_arena_save(a);
    MOTE_TRY(rows[x->kind]->prepare(x, a, &state, err));
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *weights, &weights, err));
    for (size_t i = 0; i < x->n; i++)
        weights[i] = 1;
    *out = rows[x->kind]->chief(x, state, weights);
    mote_arena_rewind(a, mark);
    return MOTE_OK;
}

mote_status mote_answers_tell(mote_answer_kind kind, const json_t *document, size_t worst,
                              mote_buf *out, mote_err *err)
{
    return rows[kind]->tell(document, worst, out, err);
}

void mote_answer_tell_number(const json_t *document, const char *member, mote_metric metric,
                             const char *before, mote_buf *out)
{
    const mote_metric_row *m = mote_metric_info(metric);
    const json_t *x = json_object_get(document, member);
    char value[56], lo[56], hi[56];
    if (!json_is_number(json_object_get(x, "value")))
        return;
    mote_quantity_format(json_number_value(json_object_get(x, "value")), m->unit, value,
                         sizeof value);
    mote_quantity_format(json_number_value(json_object_get(x, "lo")), m->unit, lo, sizeof lo);
    mote_quantity_format(json_number_value(json_object_get(x, "hi")), m->unit, hi, sizeof hi);
    mote_buf_printf(out, "%s%s %s (%s to %s)", before, m->name, value, lo, hi);
}

mote_status mote_answers_shown(const mote_answers *x, const mote_answer_words *words, json_t **out,
                               mote_err *err)
{
    *out = NULL;
    if (!rows[x->kind]->show)
        return MOTE_OK;
    MOTE_SCOPED_JSON *o = json_object();
    size_t step = (x->n + MOTE_ANSWERS_SHOWN - 1) / MOTE_ANSWERS_SHOWN;
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the answers");
    MOTE_TRY(rows[x->kind]->show(x, words, step > 0 ? step : 1, o, err));
    *out = json_incref(o);
    return MOTE_OK;
}

typedef struct {
    const mote_answer_row *row;
    const mote_answers *champion, *challenger;
    const void *state[2];
} pairing;

enum { CHAMPION, CHALLENGER, DIFFERENCE, N_MEASURED };

static void measure(void *arg, const uint32_t *weights, double *values)
{
    const pairing *p = arg;
    values[CHAMPION] = p->row->chief(p->champion, p->state[0], weights);
    values[CHALLENGER] = p->row->chief(p->challenger, p->state[1], weights);
    values[DIFFERENCE] = values[CHALLENGER] - values[CHAMPION];
}

mote_status mote_answers_compare(const mote_answers *champion, const mote_answers *challenger,
                                 const mote_evaluate_config *cfg, mote_arena *a,
                                 mote_answers_pair *out, mote_err *err)
{
    if (champion->kind != challenger->kind || champion->n != challenger->n ||
        champion->width != challenger->width)
        return mote_fail(err, MOTE_ARG,
                         "compare: %zu samples of %d numbers beside %zu of %d are not the same",
                         champion->n, champion->width, challenger->n, challenger->width);
    mote_metric chief = mote_metric_chief(champion->kind);
    bool is_higher_better = mote_metric_info(chief)->is_higher_better;
    pairing p = {rows[champion->kind], champion, challenger, {NULL, NULL}};
    mote_arena_mark mark = mote_arena_save(a);
    mote_interval x[N_MEASURED];
    MOTE_TRY(p.row->prepare(champion, a, &p.state[0], err));
    MOTE_TRY(p.row->prepare(challenger, a, &p.state[1], err));
    if (!p.row->is_same_truth(champion, challenger))
        return mote_fail(err, MOTE_ARG, "compare: the two were judged by different truths");
    const mote_bootstrap_config boot = {.n = champion->n,
                                        .groups = champion->groups,
                                        .n_groups = champion->n_groups,
                                        .confidence = cfg->confidence,
                                        .n_resamples = cfg->n_resamples,
                                        .seed = cfg->seed};
    const mote_statistic numbers = {N_MEASURED, measure, &p};
    MOTE_TRY(mote_bootstrap(&boot, &numbers, a, x, err));
    mote_arena_rewind(a, mark);
    bool is_above = x[DIFFERENCE].lo > 0, is_below = x[DIFFERENCE].hi < 0;
    *out = (mote_answers_pair){.metric = chief,
                               .of = challenger->of,
                               .champion = x[CHAMPION],
                               .challenger = x[CHALLENGER],
                               .difference = x[DIFFERENCE],
                               .is_challenger_better = is_higher_better ? is_above : is_below,
                               .is_challenger_worse = is_higher_better ? is_below : is_above};
    return MOTE_OK;
}

/* Numbers of value k of x [n][width]; NULL of NULL. */
static mote_status column_of(const mote_answers *x, const float *all, int32_t k, mote_arena *a,
                             const float **out, mote_err *err)
{
    float *column = NULL;
    *out = NULL;
    if (!all)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(a, x->n, sizeof *column, &column, err));
    for (size_t i = 0; i < x->n; i++)
        column[i] = all[i * (size_t)x->width + (size_t)k];
    *out = column;
    return MOTE_OK;
}

mote_status mote_answers_value(const mote_answers *x, int32_t k, const char *of, mote_arena *a,
                               mote_answers *out, mote_err *err)
{
    mote_answers one = *x;
    if (x->kind != MOTE_ANSWER_VALUE || k < 0 || k >= x->width)
        return mote_fail(err, MOTE_ARG, "there is no value %d of %d", (int)k, (int)x->width);
    one.width = 1;
    one.of = of;
    MOTE_TRY(column_of(x, x->said, k, a, &one.said, err));
    MOTE_TRY(column_of(x, x->values, k, a, &one.values, err));
    MOTE_TRY(column_of(x, x->lo, k, a, &one.lo, err));
    MOTE_TRY(column_of(x, x->hi, k, a, &one.hi, err));
    *out = one;
    return MOTE_OK;
}

void mote_answers_pair_text(const mote_answers_pair *p, const char *champion,
                            const char *challenger, char *out, size_t out_bytes)
{
    const mote_metric_row *m = mote_metric_info(p->metric);
    char of_champion[40], of_challenger[40], difference[40], lo[40], hi[40];
    mote_quantity_format(p->champion.value, m->unit, of_champion, sizeof of_champion);
    mote_quantity_format(p->challenger.value, m->unit, of_challenger, sizeof of_challenger);
    mote_quantity_format(p->difference.value, m->unit, difference, sizeof difference);
    mote_quantity_format(p->difference.lo, m->unit, lo, sizeof lo);
    mote_quantity_format(p->difference.hi, m->unit, hi, sizeof hi);
    const char *words = p->is_challenger_better  ? "is better than"
                        : p->is_challenger_worse ? "is worse than"
                                                 : "is not told apart from";
    (void)mote_format(out, out_bytes, "%s %s %s by %s%s%s: %s against %s (difference %s, %s to %s)",
                      challenger, words, champion, m->name, p->of ? " of " : "", p->of ? p->of : "",
                      of_challenger, of_champion, difference, lo, hi);
}

/* ---- some of them ------------------------------------------------------------------------ */

/* n, of which [first, behind) are left out. */
typedef struct {
    size_t n, first, behind;
    mote_arena *a;
} leaving_out;

/* Elements of `bytes` each; NULL stays NULL. */
static mote_status but_for(const leaving_out *l, const void *all, size_t bytes, const void **kept,
                           mote_err *err)
{
    char *some = NULL;
    *kept = NULL;
    if (!all)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(l->a, l->n + 1, bytes, &some, err));
    memcpy(some, all, l->first * bytes);
    memcpy(some + l->first * bytes, (const char *)all + l->behind * bytes,
           (l->n - l->behind) * bytes);
    *kept = some;
    return MOTE_OK;
}

mote_status mote_answers_without(const mote_answers *x, size_t first, size_t n, mote_arena *a,
                                 mote_answers *out, mote_err *err)
{
    MOTE_BUG_IF(first + n > x->n);
    const leaving_out l = {x->n, first, first + n, a};
    const size_t row = (size_t)x->width * sizeof *x->said;
    const void *said, *class_id, *values, *is_anomaly, *groups;
    MOTE_TRY(but_for(&l, x->said, row, &said, err));
    MOTE_TRY(but_for(&l, x->class_id, sizeof *x->class_id, &class_id, err));
    MOTE_TRY(but_for(&l, x->values, row, &values, err));
    MOTE_TRY(but_for(&l, x->is_anomaly, sizeof *x->is_anomaly, &is_anomaly, err));
    MOTE_TRY(but_for(&l, x->groups, sizeof *x->groups, &groups, err));
    mote_answers y = *x;
    y.n = x->n - n;
    y.said = said;
    y.class_id = class_id;
    y.values = values;
    y.is_anomaly = is_anomaly;
    y.groups = groups;
    y.lo = y.hi = y.thresholds = NULL;
    *out = y;
    return MOTE_OK;
}
