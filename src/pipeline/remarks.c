/* SPDX-License-Identifier: Apache-2.0 */
/* What is said beside the verdicts, see remarks.h. */
#include "pipeline/remarks.h"

#include <math.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "project/quantity.h"
#include "project/schema.h"

/* A limit of mote.yaml that is no requirement. */
typedef struct {
    const char *key; /* in mote.yaml */
    mote_metric metric;
    mote_place where;
    double limit; /* 0: there is none */
} other_limit;

/* Does a requirement ask for at least as much already? Then its verdict says so. */
static bool is_required(const mote_project *p, const other_limit *l)
{
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        bool is_same = q->metric == l->metric && q->where == l->where && !*q->slice;
        if (is_same && (q->is_at_least ? q->limit >= l->limit : q->limit <= l->limit))
            return true;
    }
    return false;
}

static mote_status look_at(const mote_project *p, const other_limit *l,
                           const mote_measurements *measured, json_t *list, mote_err *err)
{
    const mote_metric_row *row = mote_metric_info(l->metric);
    char id[96], limit[56], value[56], lo[56], hi[56];
    (void)mote_format(id, sizeof id, "%s@%s", row->name, mote_place_name(l->where));
    const mote_measurement *m = mote_measurement_find(measured, id);
    if (!m || !(l->limit > 0) || is_required(p, l) ||
        !(row->is_higher_better ? m->value < l->limit : m->value > l->limit))
        return MOTE_OK;
    mote_quantity_format(l->limit, row->unit, limit, sizeof limit);
    mote_quantity_format(m->value, row->unit, value, sizeof value);
    mote_quantity_format(m->lo, row->unit, lo, sizeof lo);
    mote_quantity_format(m->hi, row->unit, hi, sizeof hi);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_printf(&b, "%s is %s, but %s measured %s", l->key, limit, id, value);
    if (m->confidence > 0 && m->confidence < 1)
        mote_buf_printf(&b, " (%s to %s)", lo, hi);
    if (m->on && *m->on && m->evidence != MOTE_EVIDENCE_NONE)
        mote_buf_printf(&b, " on %s", m->on);
    mote_buf_str(&b, "; no requirement asks for it, so no verdict says it");
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_json_append(list,
                            json_pack("{s:s, s:f, s:f, s:s}", "limit", l->key, "allowed", l->limit,
                                      "measured", m->value, "text", b.data),
                            err);
}

static mote_status find_exceeded(const mote_project *p, const mote_measurements *measured,
                                 json_t *list, mote_err *err)
{
    const other_limit limits[] = {
        {"stream.max_false_accepts_per_hour", MOTE_METRIC_false_accepts_per_hour, MOTE_AT_STREAM,
         p->stream.max_false_accepts_per_hour},
        {"schedule.promote.clean_at_least", MOTE_METRIC_accuracy, MOTE_AT_TEST,
         p->schedule.clean_at_least},
        {"serving.deadline_ms", MOTE_METRIC_p99_ms, MOTE_AT_SERVING, p->serving.deadline_ms},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        MOTE_TRY(look_at(p, &limits[i], measured, list, err));
    return MOTE_OK;
}

static mote_status find_no_worse(const json_t *pair, json_t *list, mote_err *err)
{
    json_t *text = json_object_get(pair, "text");
    if (!json_is_false(json_object_get(pair, "is_beaten")) || !json_is_string(text))
        return MOTE_OK;
    return mote_json_append(list, json_incref(text), err);
}

mote_status mote_remarks_unbeaten(const json_t *evaluated, json_t **out, mote_err *err)
{
    const char *name, *value;
    json_t *baseline, *one;
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the baselines");
    json_object_foreach(json_object_get(evaluated, "baselines"), name, baseline)
    {
        MOTE_TRY(find_no_worse(baseline, list, err));
        json_object_foreach(json_object_get(baseline, "each"), value, one)
        {
            MOTE_TRY(find_no_worse(one, list, err));
        }
    }
    *out = json_incref(list);
    return MOTE_OK;
}

/* What the evaluate stage cannot know: whether the strangers test was done. Of events that people
 * say: what else is measured is rarely of collections. */
static mote_status find_strangers(const json_t *evaluated, const mote_measurements *measured,
                                  json_t *list, mote_err *err)
{
    if (!json_object_get(evaluated, "stream") ||
        mote_measurement_find(measured, "strangers_loss@test"))
        return MOTE_OK;
    json_t *text = json_string("people of a collection that training has not heard ('mote evaluate "
                               "--strangers')");
    if (!text || json_array_insert_new(list, 0, text) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for what was not tested");
    return MOTE_OK;
}

mote_status mote_remarks_of(const mote_project *p, const mote_measurements *measured,
                            const json_t *evaluated, json_t **out, mote_err *err)
{
    static const char *const carried[] = {"not_tested", "promises"};
    MOTE_SCOPED_JSON *o = json_object();
    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++) {
        json_t *found = json_object_get(evaluated, carried[i]);
        MOTE_TRY(mote_json_put(o, carried[i], found ? json_copy(found) : json_array(), err));
    }
    MOTE_TRY(find_strangers(evaluated, measured, json_object_get(o, "not_tested"), err));
    json_t *unbeaten = NULL;
    MOTE_TRY(mote_remarks_unbeaten(evaluated, &unbeaten, err));
    MOTE_TRY(mote_json_put(o, "unbeaten", unbeaten, err));
    json_t *exceeded = json_array();
    MOTE_TRY(mote_json_put(o, "exceeded", exceeded, err));
    MOTE_TRY(find_exceeded(p, measured, exceeded, err));
    *out = json_incref(o);
    return MOTE_OK;
}

static const char *text_of(const json_t *o)
{
    const char *text = json_string_value(json_object_get(o, "text"));
    return text ? text : "";
}

void mote_remarks_text(const json_t *remarks, const char *indent, mote_buf *out)
{
    size_t i;
    json_t *o;
    json_array_foreach(json_object_get(remarks, "not_tested"), i, o)
    {
        const char *text = json_string_value(o);
        mote_buf_printf(out, "%s%s%s", i ? "; " : indent,
                        i ? "" : "not tested: ", text ? text : "");
    }
    if (json_array_size(json_object_get(remarks, "not_tested")) > 0)
        mote_buf_char(out, '\n');
    json_array_foreach(json_object_get(remarks, "unbeaten"), i, o)
    {
        const char *text = json_string_value(o);
        mote_buf_printf(out, "%snot better than something simple: %s\n", indent, text ? text : "");
    }
    json_array_foreach(json_object_get(remarks, "promises"), i, o)
    {
        if (json_is_false(json_object_get(o, "holds")))
            mote_buf_printf(out, "%spromise not kept: %s\n", indent, text_of(o));
    }
    json_array_foreach(json_object_get(remarks, "exceeded"), i, o)
    {
        mote_buf_printf(out, "%sexceeded: %s\n", indent, text_of(o));
    }
}
