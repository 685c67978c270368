/* SPDX-License-Identifier: Apache-2.0 */
/* What a test was, see tested.h. */
#include "pipeline/tested.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "project/quantity.h"
#include "project/schema.h"

#define UNNAMED "file:" /* a group of one sample that is not named (data/sample.c) */
#define ROW     "row:"  /* of equal rows of a table that has none (data/dataset_rows.c) */

static const mote_tested_words words[MOTE_N_TASKS] = {
#define WORDS(task, ...) [MOTE_TASK_##task] = {__VA_ARGS__},
#include "pipeline/tested_tasks.def"
#undef WORDS
};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Index of a group of the test; SIZE_MAX: it is not one. */
static size_t group_of(const mote_dataset *d, const char *name)
{
    const char **at = bsearch(&name, d->groups, d->n_groups, sizeof *d->groups, compare_names);
    return at ? (size_t)(at - d->groups) : SIZE_MAX;
}

/* Groups whose samples are all synthetic. */
static mote_status find_synthetic(mote_store *s, mote_tested *t, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT grp FROM data_sample GROUP BY grp "
                               "HAVING min(CASE WHEN origin = 'synthetic' THEN 1 ELSE 0 END) = 1",
                               &q, err));
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        const char *name = mote_stmt_text(q, 0);
        size_t i = name ? group_of(t->test, name) : SIZE_MAX;
        if (i != SIZE_MAX)
            t->is_synthetic[i] = true;
    }
}

bool mote_tested_is_label(const mote_tested *t, int32_t class_id)
{
    return class_id < (int32_t)t->task->labels.n;
}

static bool is_silence(const mote_tested *t, int32_t class_id)
{
    return t->task->silence && class_id == (int32_t)t->task->classes.n - 1;
}

/* Count who speaks in the test, and who of them was heard before. */
static mote_status count_groups(mote_tested *t, const mote_data_version *v, mote_arena *a,
                                mote_err *err)
{
    const mote_dataset *d = t->test;
    bool *speaks = NULL, *heard = NULL;
    MOTE_TRY(mote_arena_take(a, d->n_groups, sizeof *speaks, &speaks, err));
    MOTE_TRY(mote_arena_take(a, d->n_groups, sizeof *heard, &heard, err));
    for (size_t i = 0; i < d->n; i++)
        speaks[d->group_id[i]] |= !d->class_id || !is_silence(t, d->class_id[i]);
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        size_t g = it->role == MOTE_ROLE_EXAMPLE && it->split != MOTE_SPLIT_TEST
                       ? group_of(d, it->group)
                       : SIZE_MAX;
        if (g != SIZE_MAX)
            heard[g] = true;
    }
    for (size_t g = 0; g < d->n_groups; g++) {
        if (!speaks[g])
            continue;
        bool is_row = mote_str_starts(d->groups[g], ROW);
        bool is_named = !is_row && !mote_str_starts(d->groups[g], UNNAMED);
        t->n_rows += is_row;
        t->n_unnamed += !is_row && !is_named;
        t->n_voices += is_named && t->is_synthetic[g];
        t->n_people += is_named && !t->is_synthetic[g];
        t->n_heard += heard[g];
    }
    return MOTE_OK;
}

/* "23 people", "1 person and 2 synthetic voices", "40 recordings whose speakers are not named",
 * "2665 rows" */
static void say_who(const mote_tested *t, mote_buf *out)
{
    const mote_tested_words *w = t->words;
    const char *and = "";
    if (t->n_people > 0) {
        mote_buf_printf(out, "%zu %s", t->n_people, t->n_people == 1 ? w->one : w->many);
        and = " and ";
    }
    if (t->n_voices > 0) {
        mote_buf_printf(out, "%s%zu %s%s", and, t->n_voices, w->made, t->n_voices == 1 ? "" : "s");
        and = " and ";
    }
    if (t->n_unnamed > 0)
        mote_buf_printf(out, "%s%zu %s%s whose %s are not named", and, t->n_unnamed, w->file,
                        t->n_unnamed == 1 ? "" : "s", w->who);
    if (t->n_rows > 0)
        mote_buf_printf(out, "%s%zu %s%s", t->n_unnamed > 0 ? " and " : and, t->n_rows, w->file,
                        t->n_rows == 1 ? "" : "s");
    if (t->n_people + t->n_voices + t->n_unnamed + t->n_rows == 0)
        mote_buf_str(out, "nobody");
}

mote_status mote_tested_keep(const mote_buf *b, mote_arena *a, const char **out, mote_err *err)
{
    MOTE_TRY(mote_buf_status(b, err));
    *out = mote_arena_strdup(a, b->data);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for what was tested");
}

/* Are more than half of the samples of class k synthetic? k < 0: of all of them. */
static bool is_made(const mote_tested *t, int32_t k)
{
    const mote_dataset *d = t->test;
    size_t n = 0, n_synthetic = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (k >= 0 && d->class_id[i] != k)
            continue;
        n++;
        n_synthetic += t->is_synthetic[d->group_id[i]];
    }
    return n_synthetic * 2 > n;
}

/* A single recording among a hundred synthetic ones makes no class real: more than half do. */
static void weigh_evidence(mote_tested *t)
{
    const mote_dataset *d = t->test;
    t->labels = t->classes = MOTE_EVIDENCE_REAL;
    if (!d->class_id && is_made(t, -1))
        t->labels = t->classes = MOTE_EVIDENCE_SYNTHETIC;
    for (int32_t k = 0; d->class_id && k < (int32_t)d->n_classes; k++) {
        if (is_silence(t, k) || !is_made(t, k))
            continue;
        t->classes = MOTE_EVIDENCE_SYNTHETIC;
        if (mote_tested_is_label(t, k))
            t->labels = MOTE_EVIDENCE_SYNTHETIC;
    }
}

/* "speech of 23 people" */
static void say_of_whom(const mote_tested *t, mote_buf *out)
{
    bool is_nobodys = t->n_unnamed + t->n_rows > 0 && t->n_people + t->n_voices == 0;
    mote_buf_str(out, is_nobodys ? "" : t->words->of);
    say_who(t, out);
}

mote_status mote_tested_of(const mote_tested_material *m, mote_arena *a, mote_tested *out,
                           mote_err *err)
{
    mote_tested t = {.task = m->task,
                     .test = m->test,
                     .words = &words[mote_task_index(m->task->task)],
                     .events_on = "",
                     .accepts_on = ""};
    MOTE_TRY(mote_arena_take(a, m->test->n_groups, sizeof *t.is_synthetic, &t.is_synthetic, err));
    MOTE_TRY(find_synthetic(m->store, &t, err));
    MOTE_TRY(count_groups(&t, m->version, a, err));
    weigh_evidence(&t);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    say_of_whom(&t, &b);
    if (t.n_heard > 0)
        mote_buf_printf(&b, ", %zu of %s in training or validation", t.n_heard, t.words->met);
    else if (t.n_people + t.n_voices + t.n_rows > 0)
        mote_buf_printf(&b, " %s were in neither training nor validation",
                        mote_str_starts(t.words->met, "whom") ? "who" : "that");
    MOTE_TRY(mote_tested_keep(&b, a, &t.clips_on, err));
    *out = t;
    return MOTE_OK;
}

mote_status mote_tested_by_folds(mote_tested *t, const char *by, mote_arena *a, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    t->n_heard = 0; /* by the model that judges them */
    say_of_whom(t, &b);
    mote_buf_printf(&b, ", %s", by);
    return mote_tested_keep(&b, a, &t->clips_on, err);
}

/* ---- the worst --------------------------------------------------------------------------- */

/* The first label without a test sample, NULL: all have one. What is said of all classes, or of the
 * worst, does not hold while one of them was not tested at all. */
static const char *first_silent(const mote_tested *t, const mote_evaluation *e)
{
    for (size_t k = 0; e && k < t->task->labels.n; k++)
        if ((int32_t)k < e->n_classes && e->classes[k].n == 0)
            return t->task->labels.items[k];
    return NULL;
}

/* The worst class, and the worst label that is asked for. */
static void find_worst(const mote_tested *t, const mote_evaluation *e, mote_worst *class,
                       mote_worst *label)
{
    for (int32_t i = 0; e && i < e->n_classes; i++) {
        const mote_class_result *r = &e->classes[i];
        mote_worst it = {t->test->classes[i], r->recall_interval.value, r->n};
        if (r->n == 0 || is_silence(t, i))
            continue;
        if (!class->name || it.value < class->value)
            *class = it;
        if (mote_tested_is_label(t, i) && (!label->name || it.value < label->value))
            *label = it;
    }
}

void mote_tested_clips(const mote_tested *t, const mote_answers_report *r, size_t first,
                       mote_measurement_list *list)
{
    const char *silent = first_silent(t, r->classes);
    mote_worst class = {0}, label = {0}, group = {0};
    const mote_worst none = {0};
    find_worst(t, r->classes, &class, &label);
    if (r->worst_group >= 0)
        group = (mote_worst){t->test->groups[r->worst_group], r->worst_value, r->worst_n};
    for (size_t i = first; i < list->n; i++) {
        mote_measurement *m = &list->items[i];
        bool is_class = mote_str_starts(m->id, "worst_class");
        bool is_group = mote_str_starts(m->id, "worst_group");
        m->on = t->clips_on;
        m->evidence = is_class ? t->labels : t->classes;
        if (mote_str_starts(m->id, "ece"))
            continue; /* is not made of classes */
        bool is_mean = mote_str_starts(m->id, "macro_f1");
        if (is_group && r->n_rivals < 2) { /* the worst of one is no worst */
            m->evidence = MOTE_EVIDENCE_NONE;
            m->on = t->words->no_rival;
        } else if ((is_class || is_mean) && silent) {
            m->evidence = MOTE_EVIDENCE_NONE;
            m->on = silent;
        }
        m->worst_class = is_class ? label : is_group ? none : class;
        m->worst_group = is_class ? none : group;
    }
}

/* ---- what was not tested ----------------------------------------------------------------- */

mote_status mote_tested_gap(json_t *list, mote_err *err, const char *fmt, ...)
{
    va_list ap;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    va_start(ap, fmt);
    mote_buf_vprintf(&b, fmt, ap);
    va_end(ap);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_json_append(list, json_string(b.data), err);
}

typedef mote_status add_gaps(const mote_tested *t, json_t *list, mote_err *err);

/* What a test of the kind lacks beside what any test may lack; in order. */
static add_gaps *const rows[MOTE_N_INPUTS] = {mote_tested_gaps_noise};

/* Who was not there. */
static mote_status add_people(const mote_tested *t, json_t *list, mote_err *err)
{
    const mote_tested_words *w = t->words;
    if (t->n_people + t->n_unnamed + t->n_rows == 0)
        MOTE_TRY(mote_tested_gap(list, err, "%s%s (%s)", w->of, w->many,
                                 t->labels == MOTE_EVIDENCE_SYNTHETIC ? "all of it is synthetic"
                                                                      : "none are named"));
    else if (t->labels == MOTE_EVIDENCE_SYNTHETIC)
        MOTE_TRY(mote_tested_gap(list, err, "%s", w->real));
    if (t->n_unnamed > 0)
        return mote_tested_gap(list, err, "%s apart from those of training (no names of %s)",
                               w->many, w->who);
    return t->n_people == 1 ? mote_tested_gap(list, err, "more than one %s", w->one) : MOTE_OK;
}

static mote_status add_scarce(const mote_tested *t, json_t *list, mote_err *err)
{
    const mote_dataset *d = t->test;
    for (size_t k = 0; d->class_id && k < t->task->labels.n && k < d->n_classes; k++) {
        size_t n = d->n_per_class[k];
        if (n < MOTE_TESTED_LEAST_CLIPS)
            MOTE_TRY(mote_tested_gap(list, err, "'%s' on more than %zu %s%s",
                                     t->task->labels.items[k], n, t->words->sample,
                                     n == 1 ? "" : "s"));
    }
    return MOTE_OK;
}

/* "conditions other than 'clean' and 'car noise'" */
static mote_status add_other_conditions(const mote_conditions *all, json_t *list, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1024);
    for (int32_t i = 0; i < all->n; i++)
        mote_buf_printf(&b, "%s'%s'",
                        i == 0           ? ""
                        : i + 1 < all->n ? ", "
                                         : " and ",
                        all->items[i].text);
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_tested_gap(list, err, "conditions other than %s", b.data);
}

mote_status mote_tested_gaps(const mote_tested *t, const mote_conditions *conditions, json_t **out,
                             mote_err *err)
{
    mote_input_kind input = t->test->kind->input;
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was not tested");
    if (rows[input])
        MOTE_TRY(rows[input](t, list, err));
    MOTE_TRY(add_people(t, list, err));
    MOTE_TRY(add_scarce(t, list, err));
    if (mote_condition_offered(input))
        MOTE_TRY(add_other_conditions(conditions, list, err));
    MOTE_TRY(mote_tested_gap(list, err, "%s", t->words->unseen));
    *out = json_incref(list);
    return MOTE_OK;
}

/* ---- promises ---------------------------------------------------------------------------- */

mote_status mote_tested_promise(json_t *list, const mote_promise *p, mote_err *err)
{
    const mote_metric_row *row = mote_metric_info(p->metric);
    const mote_interval *promised = &p->promised;
    double measured = p->measured.value;
    if (!isfinite(promised->value) || !isfinite(measured))
        return MOTE_OK;
    bool holds = row->is_higher_better ? measured >= promised->lo : measured <= promised->hi;
    char value[56], lo[56], hi[56], said[56];
    mote_quantity_format(promised->value, row->unit, value, sizeof value);
    mote_quantity_format(promised->lo, row->unit, lo, sizeof lo);
    mote_quantity_format(promised->hi, row->unit, hi, sizeof hi);
    mote_quantity_format(measured, row->unit, said, sizeof said);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1024);
    mote_buf_printf(&b, "%s@%s: %s promised %s (%s to %s), %s says %s", row->name,
                    mote_place_name(p->where), p->by, value, lo, hi, p->judge, said);
    MOTE_TRY(mote_buf_status(&b, err));
    json_t *o =
        json_pack("{s:s, s:s, s:b, s:f, s:s}", "metric", row->name, "where",
                  mote_place_name(p->where), "holds", holds, "measured", measured, "text", b.data);
    MOTE_TRY(mote_json_append(list, o, err));
    return mote_json_put_interval(o, "promised", *promised, err);
}
