/* SPDX-License-Identifier: Apache-2.0 */
/* Requirements that only use can tell. See field.h. */
#include "loop/field.h"

#include <math.h>
#include <string.h>

#include "base/interval.h"
#include "loop/record.h"
#include "pipeline/judged.h"
#include "project/schema.h"

#define CONFIDENCE 0.95

mote_status mote_field_verdicts(const mote_pipeline_config *cfg, mote_arena *a, mote_verdicts *out,
                                mote_err *err)
{
    mote_pipeline *p = NULL;
    mote_judged j = {0};
    mote_verdict *list = NULL;
    size_t k = 0;
    MOTE_TRY(mote_pipeline_create(cfg, &p, err));
    mote_status st = mote_pipeline_judge(p, a, &j, err);
    mote_pipeline_destroy(p);
    MOTE_TRY(st);
    st = mote_arena_take(a, j.verdicts.n + 1, sizeof *list, &list, err);
    for (size_t i = 0; st == MOTE_OK && i < j.verdicts.n; i++)
        if (j.verdicts.items[i].requirement->where == MOTE_AT_FIELD)
            list[k++] = j.verdicts.items[i];
    mote_judged_release(&j);
    MOTE_TRY(st);
    *out = (mote_verdicts){list, k};
    return MOTE_OK;
}

static mote_status find_asked(const mote_project *p, const char *metric,
                              const mote_requirement **out, mote_err *err)
{
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        if (q->where != MOTE_AT_FIELD || strcmp(mote_metric_info(q->metric)->name, metric) != 0)
            continue;
        *out = q;
        return MOTE_OK;
    }
    return mote_fail(err, MOTE_ARG,
                     "no requirement asks the field for '%s': in mote.yaml it would be one with "
                     "'metric: %s' and 'where: field'",
                     metric, metric);
}

/* The interval of what was counted. */
static void set_interval(const mote_metric_row *row, mote_measurement *m)
{
    mote_interval i = {m->value, m->value, m->value};
    m->confidence = CONFIDENCE;
    if (row->nature == MOTE_NATURE_SHARE)
        i = mote_interval_wilson(llround(m->value * (double)m->n), m->n, CONFIDENCE);
    else if (row->nature == MOTE_NATURE_RATE)
        i = mote_interval_poisson(llround(m->value * m->exposure_hours), m->exposure_hours,
                                  CONFIDENCE);
    else
        m->confidence = 0;
    m->lo = fmin(i.lo, m->value);
    m->hi = fmax(i.hi, m->value);
}

static mote_status read_figure(const mote_project *project, const mote_field_figure *f,
                               mote_metric *metric, mote_measurement *m, mote_err *err)
{
    const mote_requirement *q = NULL;
    mote_err why = {0};
    MOTE_TRY(find_asked(project, f->metric, &q, err));
    const mote_metric_row *row = mote_metric_info(q->metric);
    if (mote_quantity_parse(f->value, strlen(f->value), row->unit, &m->value, &why) != MOTE_OK)
        return mote_fail(err, MOTE_ARG, "'%s' of '%s' must be %s", f->value, row->name,
                         mote_unit_accepts(row->unit));
    if (!(m->value >= row->lo && m->value <= row->hi))
        return mote_fail(err, MOTE_ARG, "'%s' must be from %g to %g, not %s", row->name, row->lo,
                         row->hi, f->value);
    if (row->nature == MOTE_NATURE_RATE && !(f->hours > 0))
        return mote_fail(err, MOTE_ARG, "'%s' is a rate: say of how many hours of use", row->name);
    if (row->nature != MOTE_NATURE_RATE && f->n_samples < 1)
        return mote_fail(err, MOTE_ARG, "'%s' rests on samples: say on how many", row->name);
    m->exposure_hours = f->hours;
    m->n = row->nature == MOTE_NATURE_RATE ? llround(m->value * f->hours) : f->n_samples;
    set_interval(row, m);
    *metric = q->metric;
    return MOTE_OK;
}

mote_status mote_field_record(const mote_pipeline_config *cfg, const mote_field_figure *f,
                              mote_err *err)
{
    char source[256];
    mote_metric metric = MOTE_N_METRICS;
    mote_measurement m = {.source = source, .on = "the field", .evidence = MOTE_EVIDENCE_REAL};
    mote_pipeline *p = NULL;
    (void)mote_format(source, sizeof source, "the field%s%s", *f->observed ? ": " : "",
                      f->observed);
    MOTE_TRY(read_figure(cfg->project, f, &metric, &m, err));
    MOTE_TRY(mote_pipeline_create(cfg, &p, err));
    mote_status st = mote_pipeline_measured(p, metric, MOTE_AT_FIELD, &m, err);
    if (st == MOTE_OK)
        st = mote_record_renew(cfg, p, err);
    mote_pipeline_destroy(p);
    return st;
}
