/* SPDX-License-Identifier: Apache-2.0 */
/* schedule.retrain of mote.yaml: samples that wait for others, and trainings that are too old. What
 * an alert of the monitor asks for is said by cli/, which sees the monitor.
 * See stage_internal.h. */
#include <string.h>

#include "data/sample.h"
#include "pipeline/stage_internal.h"
#include "project/part.h"

#define DAY_MS 86400000

mote_retrain_rule mote_retrain_rule_of(const mote_project *p)
{
    mote_project view;
    mote_reader_view(p, MOTE_READER_retrain, &view);
    return (mote_retrain_rule){.on_drift = view.schedule.on_drift,
                               .new_samples = view.schedule.new_samples,
                               .every_days = view.schedule.every_days};
}

mote_status mote_retrain_by_age(mote_pipeline *p, int64_t trained_ms, const char **why,
                                mote_err *err)
{
    int64_t age_ms = p->cfg.now_ms() - trained_ms;
    int32_t limit = mote_retrain_rule_of(p->whole).every_days;
    *why = NULL;
    if (limit == 0 || age_ms < (int64_t)limit * DAY_MS)
        return MOTE_OK;
    *why = mote_arena_printf(&p->arena, "trained %lld days ago, schedule.retrain.every_days is %d",
                             (long long)(age_ms / DAY_MS), limit);
    return *why ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the schedule");
}

/* ---- samples that wait ------------------------------------------------------------------- */

/* The samples with ids up to `last`: erasing one changes the sum, adding one the count. */
typedef struct {
    int64_t n, last, sum;
} sample_set;

static mote_status count_samples(mote_store *s, int64_t last, sample_set *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT count(*), coalesce(max(id), 0), "
        "coalesce(sum(id % 1000003), 0) FROM data_sample WHERE id <= ?1 AND " MOTE_SQL_IS_OWN,
        &q, err));
    mote_stmt_bind_i64(q, 1, last);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *out = (sample_set){mote_stmt_i64(q, 0), mote_stmt_i64(q, 1), mote_stmt_i64(q, 2)};
    return MOTE_OK;
}

static void write_samples(const sample_set *x, char out[static 96])
{
    (void)mote_format(out, 96, "%lld to %lld, %lld", (long long)x->n, (long long)x->last,
                      (long long)x->sum);
}

/* "N to LAST, SUM", as written above: its LAST; -1 when it is something else. */
static int64_t last_of(const char *text)
{
    const char *at = text ? strstr(text, " to ") : NULL, *comma = at ? strchr(at, ',') : NULL;
    int64_t last;
    return comma && mote_parse_i64(at + 4, (size_t)(comma - at - 4), &last) ? last : -1;
}

/* The samples of the last version, when everything else that the data stage reads is as it was
 * then; "" when not. *ended_ms: when the last training ended, 0: never. */
static mote_status last_version(mote_pipeline *p, const json_t *others, char out[static 96],
                                int64_t *ended_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    out[0] = 0;
    MOTE_TRY(mote_store_query_i64(p->cfg.store,
                                  "SELECT coalesce(max(ended_ms), 0) FROM stage_attempt "
                                  "WHERE stage = 'train' AND state = 'done'",
                                  ended_ms, err));
    MOTE_TRY(mote_stmt_prepare(p->cfg.store,
                               "SELECT inputs FROM stage_attempt WHERE stage = 'data' AND "
                               "state = 'done' ORDER BY id DESC LIMIT 1",
                               &q, err));
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return MOTE_OK;
    const char *text = mote_stmt_text(q, 0);
    MOTE_SCOPED_JSON *inputs = NULL;
    MOTE_TRY(
        mote_json_parse("stage inputs", text ? text : "", text ? strlen(text) : 0, &inputs, err));
    const char *samples = json_string_value(json_object_get(inputs, "samples"));
    if (!samples || !mote_format(out, 96, "%s", samples)) {
        out[0] = 0;
        return MOTE_OK;
    }
    if (json_object_del(inputs, "samples") != 0 || !json_equal(inputs, others))
        out[0] = 0;
    return MOTE_OK;
}

mote_status mote_retrain_samples(mote_pipeline *p, const json_t *others, char out[static 96],
                                 mote_err *err)
{
    int32_t wanted = mote_retrain_rule_of(p->whole).new_samples;
    sample_set now, then;
    char before[96], unchanged[96];
    int64_t trained_ms = 0;
    const char *due = NULL;
    p->n_waiting = 0;
    MOTE_TRY(count_samples(p->cfg.store, INT64_MAX, &now, err));
    write_samples(&now, out);
    if (wanted == 0 || p->takes_all)
        return MOTE_OK;
    MOTE_TRY(last_version(p, others, before, &trained_ms, err));
    if (!before[0] || trained_ms == 0)
        return MOTE_OK;
    MOTE_TRY(mote_retrain_by_age(p, trained_ms, &due, err));
    MOTE_TRY(count_samples(p->cfg.store, last_of(before), &then, err));
    write_samples(&then, unchanged); /* differs from `before` when one was erased */
    if (due || strcmp(before, unchanged) != 0 || now.n - then.n >= wanted)
        return MOTE_OK;
    p->n_waiting = now.n - then.n;
    write_samples(&then, out);
    return MOTE_OK;
}
