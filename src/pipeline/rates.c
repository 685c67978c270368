/* SPDX-License-Identifier: Apache-2.0 */
/* Misses and false accepts of samples, see rates.h. */
#include "pipeline/rates.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHAT "rates"

static const char *const names[MOTE_N_RATES] = {"misses", "false_accepts"};
static const char *const in_words[MOTE_N_RATES] = {"misses", "false accepts"};

/* ---- counting ---------------------------------------------------------------------------- */

typedef struct {
    const char *label;
    size_t sample;
} named;

static int compare_labels(const void *a, const void *b)
{
    return strcmp(((const named *)a)->label, ((const named *)b)->label);
}

/* Samples with the same label get the same number: into numbers [d->n]. */
static mote_status number_labels(const mote_dataset *d, mote_arena *a, int32_t *numbers, int32_t *n,
                                 mote_err *err)
{
    named *all = NULL;
    MOTE_TRY(mote_arena_take(a, d->n + 1, sizeof *all, &all, err));
    for (size_t i = 0; i < d->n; i++)
        all[i] = (named){d->label[i], i};
    qsort(all, d->n, sizeof *all, compare_labels);
    *n = 0;
    for (size_t i = 0; i < d->n; i++) {
        *n += i == 0 || strcmp(all[i - 1].label, all[i].label) != 0;
        numbers[all[i].sample] = *n - 1;
    }
    return MOTE_OK;
}

static mote_status count(const mote_answers *x, const mote_dataset *d,
                         const mote_task_setting *task, mote_arena *a, mote_rates *r, mote_err *err)
{
    const mote_predictions p = {.n = x->n, .n_classes = x->width, .probabilities = x->said};
    const int32_t n_labels = (int32_t)task->labels.n;
    int32_t *said = NULL, *numbers = NULL, n_numbers = 0;
    bool *is_in = NULL, *is_counted = NULL;
    double *scratch = NULL;
    MOTE_TRY(mote_arena_take(a, x->n + 1, sizeof *said, &said, err));
    MOTE_TRY(mote_arena_take(a, x->n + 1, sizeof *numbers, &numbers, err));
    MOTE_TRY(mote_arena_take(a, x->n + 1, sizeof *is_in, &is_in, err));
    MOTE_TRY(mote_arena_take(a, x->n + 1, sizeof *is_counted, &is_counted, err));
    MOTE_TRY(number_labels(d, a, numbers, &n_numbers, err));
    const size_t most = d->n_groups > (size_t)n_numbers ? d->n_groups : (size_t)n_numbers;
    MOTE_TRY(mote_arena_take(a, 2 * most + 1, sizeof *scratch, &scratch, err));
    mote_predictions_argmax(&p, said);
    mote_share_samples s = {x->n, is_in, is_counted, x->groups, x->n_groups};
    for (size_t i = 0; i < x->n; i++) {
        is_in[i] = d->class_id[i] < n_labels;
        is_counted[i] = said[i] != d->class_id[i];
    }
    r->of[MOTE_RATE_MISSES].groups = mote_share_of(&s, scratch);
    if (!task->unknown)
        return MOTE_OK;
    for (size_t i = 0; i < x->n; i++) {
        is_in[i] = d->class_id[i] == n_labels;
        is_counted[i] = said[i] < n_labels;
    }
    r->of[MOTE_RATE_ACCEPTS].groups = mote_share_of(&s, scratch);
    s.group_of = numbers;
    s.n_groups = n_numbers;
    r->of[MOTE_RATE_ACCEPTS].labels = mote_share_of(&s, scratch);
    r->of[MOTE_RATE_ACCEPTS].labels.alike = MOTE_RATE_LABELS_ALIKE;
    return MOTE_OK;
}

mote_status mote_rates_of(const mote_answers *x, const mote_dataset *d,
                          const mote_task_setting *task, mote_arena *a, mote_rates *out,
                          mote_err *err)
{
    mote_rates r = {.group = d->kind->group ? d->kind->group : "group"};
    if (x->kind == MOTE_ANSWER_CLASS && d->class_id) {
        const mote_arena_mark mark = mote_arena_save(a);
        MOTE_TRY(count(x, d, task, a, &r, err));
        mote_arena_rewind(a, mark);
    }
    *out = r;
    return MOTE_OK;
}

/* ---- as a document ----------------------------------------------------------------------- */

/* The wider of what groups and labels say; *over_labels: which that is. `next` NULL: of everybody.
 */
static mote_interval widest(const mote_rate *r, const mote_rate *next, double confidence,
                            bool *over_labels)
{
    const mote_interval groups = next ? mote_share_next(&r->groups, &next->groups, confidence)
                                      : mote_share_interval(&r->groups, confidence);
    *over_labels = false;
    if (!(r->labels.n > 0) || (next && !(next->labels.n > 0)))
        return groups;
    const mote_interval labels = next ? mote_share_next(&r->labels, &next->labels, confidence)
                                      : mote_share_interval(&r->labels, confidence);
    *over_labels = labels.hi - labels.lo > groups.hi - groups.lo;
    return *over_labels ? labels : groups;
}

mote_interval mote_rate_interval(const mote_rate *r, double confidence, bool *over_labels)
{
    return widest(r, NULL, confidence, over_labels);
}

static mote_status put_sums(json_t *into, const char *key, const mote_share *s, mote_err *err)
{
    if (!(s->n > 0))
        return MOTE_OK;
    return mote_json_put(
        into, key,
        json_pack("[f, f, f, f, f, I]", s->n, s->k, s->nn, s->kn, s->kk, (json_int_t)s->n_groups),
        err);
}

static mote_status rate_json(const mote_rates *r, mote_rate_id id, double confidence, json_t *into,
                             mote_err *err)
{
    const mote_rate *rate = &r->of[id];
    bool over_labels;
    const mote_interval x = mote_rate_interval(rate, confidence, &over_labels);
    const mote_share *over = over_labels ? &rate->labels : &rate->groups;
    json_t *o = json_object(), *sums = json_object();
    MOTE_TRY(mote_json_put(into, names[id], o, err));
    MOTE_TRY(mote_json_put_interval(o, "rate", x, err));
    MOTE_TRY(mote_json_put(o, "n", json_integer((json_int_t)rate->groups.n), err));
    MOTE_TRY(mote_json_put(o, "counted", json_integer((json_int_t)rate->groups.k), err));
    MOTE_TRY(mote_json_put(o, "over", json_string(over_labels ? "label" : r->group), err));
    MOTE_TRY(mote_json_put(o, "groups", json_integer((json_int_t)over->n_groups), err));
    MOTE_TRY(mote_json_put(o, "effect", json_real(mote_share_effect(over)), err));
    mote_status st = mote_json_put(o, "sums", sums, err);
    MOTE_TRY(st);
    MOTE_TRY(put_sums(sums, "groups", &rate->groups, err));
    return put_sums(sums, "labels", &rate->labels, err);
}

mote_status mote_rates_to_json(const mote_rates *r, double confidence, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_object();
    if (!o)
        return mote_fail(err, MOTE_NOMEM, "no memory for the rates of a test");
    for (mote_rate_id id = 0; id < MOTE_N_RATES; id++)
        if (r->of[id].groups.n > 0)
            MOTE_TRY(rate_json(r, id, confidence, o, err));
    *out = json_object_size(o) > 0 ? json_incref(o) : NULL;
    return MOTE_OK;
}

/* ---- what they promise ------------------------------------------------------------------- */

static mote_status read_sums(const json_t *rate, const char *key, mote_share *out, mote_err *err)
{
    const json_t *a = json_object_get(json_object_get(rate, "sums"), key);
    double x[6] = {0};
    for (size_t i = 0; a && i < 6; i++) {
        const json_t *v = json_array_get(a, i);
        if (!json_is_number(v) || !(json_number_value(v) >= 0))
            return mote_fail(err, MOTE_PARSE, WHAT ": number %zu of '%s' is none", i, key);
        x[i] = json_number_value(v);
    }
    *out = (mote_share){
        .n = x[0], .k = x[1], .nn = x[2], .kn = x[3], .kk = x[4], .n_groups = (int64_t)x[5]};
    return MOTE_OK;
}

static mote_status promise_of(const json_t *rate, mote_rate_id id, const mote_rates *here,
                              double confidence, json_t *list, mote_err *err)
{
    mote_rate was;
    bool over_labels;
    char text[240];
    MOTE_TRY(read_sums(rate, "groups", &was.groups, err));
    MOTE_TRY(read_sums(rate, "labels", &was.labels, err));
    was.labels.alike = MOTE_RATE_LABELS_ALIKE;
    const mote_interval x = widest(&was, &here->of[id], confidence, &over_labels);
    if (!isfinite(x.value))
        return MOTE_OK;
    const mote_share *next = over_labels ? &here->of[id].labels : &here->of[id].groups;
    const double seen = here->of[id].groups.k / here->of[id].groups.n;
    const bool holds = seen <= x.hi;
    (void)mote_format(text, sizeof text,
                      "%s promised of %lld other %s%s: %.1f %% (%.1f to %.1f), here %.1f %%: %s",
                      in_words[id], (long long)next->n_groups, over_labels ? "label" : here->group,
                      next->n_groups == 1 ? "" : "s", 100 * x.value, 100 * x.lo, 100 * x.hi,
                      100 * seen, holds ? "kept" : "not kept");
    json_t *o = json_pack("{s:s, s:f, s:b, s:s}", "metric", names[id], "here", seen, "holds",
                          (int)holds, "text", text);
    MOTE_TRY(mote_json_append(list, o, err));
    return mote_json_put_interval(o, "promised", x, err);
}

mote_status mote_rates_promised(const json_t *rates, const mote_rates *here, double confidence,
                                json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was promised");
    for (mote_rate_id id = 0; id < MOTE_N_RATES; id++) {
        const json_t *rate = json_object_get(rates, names[id]);
        if (rate && here->of[id].groups.n > 0)
            MOTE_TRY(promise_of(rate, id, here, confidence, list, err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

/* ---- in words ---------------------------------------------------------------------------- */

mote_status mote_rates_tell(const json_t *rates, mote_buf *out, mote_err *err)
{
    const char *before = "";
    for (mote_rate_id id = 0; id < MOTE_N_RATES; id++) {
        const json_t *o = json_object_get(rates, names[id]);
        const char *over = NULL;
        int64_t n = 0, groups = 0;
        mote_interval x;
        if (!o)
            continue;
        MOTE_TRY(mote_json_get_str(o, WHAT, "over", &over, err));
        MOTE_TRY(mote_json_get_count(o, WHAT, "n", &n, err));
        MOTE_TRY(mote_json_get_count(o, WHAT, "groups", &groups, err));
        MOTE_TRY(mote_json_get_interval(o, "rate", &x, err));
        mote_buf_printf(out, "%s%s %.1f %% (%.1f to %.1f) of %lld, over %lld %s%s", before,
                        in_words[id], 100 * x.value, 100 * x.lo, 100 * x.hi, (long long)n,
                        (long long)groups, over, groups == 1 ? "" : "s");
        before = "; ";
    }
    mote_buf_str(out, *before ? "\n" : "");
    return mote_buf_status(out, err);
}
