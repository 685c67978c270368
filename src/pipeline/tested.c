/* SPDX-License-Identifier: Apache-2.0 */
/* What a test was, see tested.h. */
#include "pipeline/tested.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/kind_audio.h"
#include "evaluate/json_parts.h"
#include "project/quantity.h"
#include "project/schema.h"

#define UNNAMED "file:" /* a group of one recording whose speaker is not named (data/sample.c) */

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

static bool is_keyword(const mote_tested *t, int32_t class_id)
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
        speaks[d->group_id[i]] |= !is_silence(t, d->class_id[i]);
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
        bool is_unnamed = mote_str_starts(d->groups[g], UNNAMED);
        t->n_unnamed += is_unnamed;
        t->n_voices += !is_unnamed && t->is_synthetic[g];
        t->n_people += !is_unnamed && !t->is_synthetic[g];
        t->n_heard += heard[g];
    }
    return MOTE_OK;
}

/* "23 people", "1 person and 2 synthetic voices", "40 recordings whose speakers are not named" */
static void say_who(const mote_tested *t, mote_buf *out)
{
    const char *and = "";
    if (t->n_people > 0) {
        mote_buf_printf(out, "%zu %s", t->n_people, t->n_people == 1 ? "person" : "people");
        and = " and ";
    }
    if (t->n_voices > 0) {
        mote_buf_printf(out, "%s%zu synthetic voice%s", and, t->n_voices,
                        t->n_voices == 1 ? "" : "s");
        and = " and ";
    }
    if (t->n_unnamed > 0)
        mote_buf_printf(out, "%s%zu recording%s whose speakers are not named", and, t->n_unnamed,
                        t->n_unnamed == 1 ? "" : "s");
    if (t->n_people + t->n_voices + t->n_unnamed == 0)
        mote_buf_str(out, "nobody");
}

static mote_status keep(const mote_buf *b, mote_arena *a, const char **out, mote_err *err)
{
    MOTE_TRY(mote_buf_status(b, err));
    *out = mote_arena_strdup(a, b->data);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for what was tested");
}

/* A single recording among a hundred synthetic ones makes no class real: more than half do. */
static void weigh_evidence(mote_tested *t)
{
    const mote_dataset *d = t->test;
    t->keywords = t->classes = MOTE_EVIDENCE_REAL;
    for (int32_t k = 0; k < (int32_t)d->n_classes; k++) {
        size_t n = 0, n_synthetic = 0;
        for (size_t i = 0; i < d->n && !is_silence(t, k); i++) {
            n += d->class_id[i] == k;
            n_synthetic += d->class_id[i] == k && t->is_synthetic[d->group_id[i]];
        }
        if (n == 0 || n_synthetic * 2 <= n)
            continue;
        t->classes = MOTE_EVIDENCE_SYNTHETIC;
        if (is_keyword(t, k))
            t->keywords = MOTE_EVIDENCE_SYNTHETIC;
    }
}

mote_status mote_tested_of(mote_store *s, const mote_task_setting *task, const mote_data_version *v,
                           const mote_dataset *test, mote_arena *a, mote_tested *out, mote_err *err)
{
    mote_tested t = {.task = task, .test = test, .words_on = "", .accepts_on = ""};
    MOTE_TRY(mote_arena_take(a, test->n_groups, sizeof *t.is_synthetic, &t.is_synthetic, err));
    MOTE_TRY(find_synthetic(s, &t, err));
    MOTE_TRY(count_groups(&t, v, a, err));
    weigh_evidence(&t);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_str(&b, t.n_unnamed > 0 && t.n_people + t.n_voices == 0 ? "" : "speech of ");
    say_who(&t, &b);
    if (t.n_heard > 0)
        mote_buf_printf(&b, ", %zu of whom were heard in training or validation", t.n_heard);
    else if (t.n_people + t.n_voices > 0)
        mote_buf_str(&b, " who were in neither training nor validation");
    MOTE_TRY(keep(&b, a, &t.clips_on, err));
    *out = t;
    return MOTE_OK;
}

mote_status mote_tested_by_folds(mote_tested *t, const char *by, mote_arena *a, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    t->n_heard = 0; /* by the model that judges them */
    mote_buf_str(&b, t->n_unnamed > 0 && t->n_people + t->n_voices == 0 ? "" : "speech of ");
    say_who(t, &b);
    mote_buf_printf(&b, ", %s", by);
    return keep(&b, a, &t->clips_on, err);
}

/* Different labels among the events of other words. */
static size_t count_labels(const mote_stream_track *track, const mote_tested *t, const char **names)
{
    size_t n = 0, n_different = 0;
    for (size_t i = 0; i < track->n_events; i++)
        if (!is_keyword(t, track->events[i].class_id))
            names[n++] = t->test->label[track->events[i].clip];
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++)
        n_different += i == 0 || strcmp(names[i], names[i - 1]) != 0;
    return n_different;
}

mote_status mote_tested_stream(const mote_stream_track *track, mote_arena *a, mote_tested *t,
                               mote_err *err)
{
    const mote_dataset *d = t->test;
    const char **names = NULL;
    int64_t n_recorded = 0;
    MOTE_TRY(mote_arena_take(a, track->n_events, sizeof *names, &names, err));
    t->n_others = (int64_t)track->n_events - track->n_targets;
    for (size_t i = 0; i < track->n_events; i++) {
        const mote_stream_event *e = &track->events[i];
        n_recorded += !is_keyword(t, e->class_id) && !t->is_synthetic[d->group_id[e->clip]];
    }
    t->others = t->task->unknown && t->n_others == 0     ? MOTE_EVIDENCE_NONE
                : t->n_others < MOTE_TESTED_LEAST_OTHERS ? MOTE_EVIDENCE_NOISE
                : n_recorded < MOTE_TESTED_LEAST_OTHERS  ? MOTE_EVIDENCE_SYNTHETIC
                                                         : MOTE_EVIDENCE_REAL;
    const char *noise = mote_audio_of(d)->background.n > 0 ? "noise" : "made-up noise";
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_printf(&b, "%lld keywords in %s, ", (long long)track->n_targets, noise);
    mote_buf_str(&b, t->clips_on);
    MOTE_TRY(keep(&b, a, &t->words_on, err));
    mote_buf_reset(&b);
    if (t->others == MOTE_EVIDENCE_NONE)
        mote_buf_str(&b, "other words");
    else if (t->n_others == 0)
        mote_buf_printf(&b, "%s alone", noise);
    else
        mote_buf_printf(&b, "%s with %s%lld clips of %zu other words%s", noise,
                        t->others == MOTE_EVIDENCE_NOISE ? "only " : "", (long long)t->n_others,
                        count_labels(track, t, names),
                        t->others == MOTE_EVIDENCE_SYNTHETIC ? ", synthetic" : "");
    return keep(&b, a, &t->accepts_on, err);
}

/* ---- the worst --------------------------------------------------------------------------- */

#define LEAST_OF_GROUP 5 /* clips, as mote_evaluate_config_default has it */

static int32_t count_groups_of(const mote_evaluation *e, int64_t least)
{
    int32_t n = 0;
    for (int32_t g = 0; g < e->n_groups; g++)
        n += e->groups[g].n >= least;
    return n;
}

/* The first keyword without a test clip, NULL: all have one. What is said of all classes, or of the
 * worst, does not hold while one of them was not tested at all. */
static const char *first_silent(const mote_tested *t, const mote_evaluation *e)
{
    for (size_t k = 0; k < t->task->labels.n; k++)
        if ((int32_t)k < e->n_classes && e->classes[k].n == 0)
            return t->task->labels.items[k];
    return NULL;
}

void mote_tested_clips(const mote_tested *t, const mote_evaluation *e, size_t first,
                       mote_measurement_list *list)
{
    const char *silent = first_silent(t, e);
    mote_worst class = {0}, keyword = {0}, group = {0};
    const mote_worst none = {0};
    for (int32_t i = 0; i < e->n_classes; i++) {
        const mote_class_result *r = &e->classes[i];
        mote_worst it = {t->test->classes[i], r->recall_interval.value, r->n};
        if (r->n == 0 || is_silence(t, i))
            continue;
        if (!class.name || it.value < class.value)
            class = it;
        if (is_keyword(t, i) && (!keyword.name || it.value < keyword.value))
            keyword = it;
    }
    if (e->worst_group >= 0)
        group = (mote_worst){t->test->groups[e->worst_group],
                             e->groups[e->worst_group].accuracy.value, e->groups[e->worst_group].n};
    bool has_rivals = count_groups_of(e, LEAST_OF_GROUP) > 1;
    for (size_t i = first; i < list->n; i++) {
        mote_measurement *m = &list->items[i];
        bool is_class = mote_str_starts(m->id, "worst_class");
        bool is_group = mote_str_starts(m->id, "worst_group");
        m->on = t->clips_on;
        m->evidence = is_class ? t->keywords : t->classes;
        if (mote_str_starts(m->id, "ece"))
            continue; /* is not made of classes */
        bool is_mean = mote_str_starts(m->id, "macro_f1");
        if (is_group && !has_rivals) { /* the worst of one is no worst */
            m->evidence = MOTE_EVIDENCE_NONE;
            m->on = "a second speaker with 5 test clips or more";
        } else if ((is_class || is_mean) && silent) {
            m->evidence = MOTE_EVIDENCE_NONE;
            m->on = silent;
        }
        m->worst_class = is_class ? keyword : is_group ? none : class;
        m->worst_group = is_class ? none : group;
    }
}

mote_worst mote_tested_worst_word(const mote_tested *t, const mote_stream_counts *c)
{
    mote_worst worst = {0};
    for (size_t k = 0; k < t->task->labels.n; k++) {
        int64_t n = c->per_class[k];
        double missed = n ? 1 - (double)c->per_class_hits[k] / (double)n : 0;
        if (n > 0 && (!worst.name || missed > worst.value))
            worst = (mote_worst){t->task->labels.items[k], missed, n};
    }
    return worst;
}

/* ---- what was not tested ----------------------------------------------------------------- */

MOTE_PRINTF(3, 4)
static mote_status add_gap(json_t *list, mote_err *err, const char *fmt, ...)
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

static mote_status add_scarce(const mote_tested *t, json_t *list, mote_err *err)
{
    for (size_t k = 0; k < t->task->labels.n; k++) {
        size_t n = t->test->n_per_class[k];
        if (n < MOTE_TESTED_LEAST_CLIPS)
            MOTE_TRY(add_gap(list, err, "'%s' on more than %zu clip%s", t->task->labels.items[k], n,
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
    return add_gap(list, err, "conditions other than %s", b.data);
}

mote_status mote_tested_gaps(const mote_tested *t, const mote_conditions *conditions, json_t **out,
                             mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was not tested");
    if (t->n_others == 0)
        MOTE_TRY(add_gap(list, err, "other words"));
    else if (t->n_others < MOTE_TESTED_LEAST_OTHERS)
        MOTE_TRY(add_gap(list, err, "more than %lld clips of other words", (long long)t->n_others));
    if (mote_audio_of(t->test)->background.n == 0)
        MOTE_TRY(add_gap(list, err, "recorded background noise"));
    if (t->n_people + t->n_unnamed == 0)
        MOTE_TRY(add_gap(list, err, "speech of people (all of it is synthetic)"));
    else if (t->n_people + t->n_unnamed > 0 && t->keywords == MOTE_EVIDENCE_SYNTHETIC)
        MOTE_TRY(add_gap(list, err, "keywords spoken by people"));
    if (t->n_unnamed > 0)
        MOTE_TRY(add_gap(list, err, "people apart from those of training (no names of speakers)"));
    else if (t->n_people == 1)
        MOTE_TRY(add_gap(list, err, "more than one person"));
    MOTE_TRY(add_scarce(t, list, err));
    MOTE_TRY(add_other_conditions(conditions, list, err));
    MOTE_TRY(add_gap(list, err, "distance and age (never recorded)"));
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
