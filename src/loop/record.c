/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of serving, kept. See record.h. */
#include "loop/record.h"

#include <math.h>
#include <string.h>

#include "pipeline/judged.h"
#include "track/registry.h"

#define VERDICTS_MAX_BYTES ((size_t)1 << 22)
#define ARENA_BYTES        ((size_t)64 << 20)

static mote_status renew_verdicts(const mote_pipeline_config *cfg, mote_pipeline *p,
                                  int64_t version, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF text;
    MOTE_SCOPED_JSON *document = NULL;
    mote_judged j;
    mote_arena_init(&a, ARENA_BYTES);
    mote_buf_init(&text, VERDICTS_MAX_BYTES);
    MOTE_TRY(mote_pipeline_judge(p, &a, &j, err));
    mote_status st = mote_judged_json(&j, &document, err);
    mote_judged_release(&j);
    MOTE_TRY(st);
    mote_json_write(&text, document, false);
    MOTE_TRY(mote_buf_status(&text, err));
    return mote_registry_set_verdicts(cfg->store, cfg->project->name, version, text.data,
                                      cfg->now_ms(), err);
}

mote_status mote_record_renew(const mote_pipeline_config *cfg, mote_pipeline *p, mote_err *err)
{
    const mote_stage_result *deploy = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_deploy, &deploy, err));
    if (!deploy->output)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "the project has no up-to-date version, see 'mote run'");
    return renew_verdicts(cfg, p, json_integer_value(json_object_get(deploy->output, "version")),
                          err);
}

static mote_status keep_figures(mote_pipeline *p, const mote_serving_figures *f, const char *source,
                                mote_err *err)
{
    bool has_bound = f->p99_hi_ms >= 0;
    double rate = (double)f->n / (f->seconds > 0.0 ? f->seconds : 1.0);
    /* Clients wait for each answer: the rate is theirs over the mean time, and as uncertain. */
    double spread =
        f->mean_ms > 0 ? 1.96 * f->sd_ms / (f->mean_ms * sqrt((double)(f->n ? f->n : 1))) : 0;
    const mote_measurement p99 = {.value = f->p99_ms,
                                  .lo = has_bound ? f->p99_lo_ms : f->p99_ms,
                                  .hi = has_bound ? f->p99_hi_ms : f->p99_ms,
                                  .confidence = has_bound ? 0.95 : 0,
                                  .n = f->n,
                                  .source = source};
    const mote_measurement per_second = {.value = rate,
                                         .lo = rate * fmax(1 - spread, 0),
                                         .hi = rate * (1 + spread),
                                         .confidence = 0.95,
                                         .n = f->n,
                                         .source = source};
    MOTE_TRY(mote_pipeline_measured(p, MOTE_METRIC_p99_ms, MOTE_AT_SERVING, &p99, err));
    return mote_pipeline_measured(p, MOTE_METRIC_requests_per_second, MOTE_AT_SERVING, &per_second,
                                  err);
}

static mote_status record(const mote_pipeline_config *cfg, mote_pipeline *p,
                          const mote_serving_figures *f, const char *source, mote_err *err)
{
    const mote_stage_result *deploy = NULL;
    char version[32] = "";
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_deploy, &deploy, err));
    int64_t number = json_integer_value(json_object_get(deploy->output, "version"));
    if (deploy->output)
        (void)mote_format(version, sizeof version, "%lld", (long long)number);
    if (!f->is_one_version || strcmp(f->version, version) != 0)
        return mote_fail(
            err, MOTE_CONFLICT,
            "the server answered with version '%s', the project is at '%s': nothing recorded",
            f->version, version);
    MOTE_TRY(keep_figures(p, f, source, err));
    return renew_verdicts(cfg, p, number, err);
}

mote_status mote_record_serving(const mote_pipeline_config *cfg, const mote_serving_figures *f,
                                const char *source, mote_err *err)
{
    mote_pipeline *p = NULL;
    MOTE_TRY(mote_pipeline_create(cfg, &p, err));
    mote_status st = record(cfg, p, f, source, err);
    mote_pipeline_destroy(p);
    return st;
}
