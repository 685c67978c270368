/* SPDX-License-Identifier: Apache-2.0 */
/* Measurements together, judged. See judged.h. */
#include "pipeline/judged.h"

#include "pipeline/remarks.h"
#include "pipeline/stage_internal.h"

static mote_status extend(json_t *all, json_t *more, mote_err *err)
{
    if (more && json_array_extend(all, more) != 0)
        return mote_fail(err, MOTE_CORRUPT, "measurements in the store are not a list");
    return MOTE_OK;
}

static mote_status collect(const mote_judging *in, mote_arena *a, mote_measurements *out,
                           mote_err *err)
{
    MOTE_SCOPED_JSON *all = json_array();
    if (!all)
        return mote_fail(err, MOTE_NOMEM, "no memory for measurements");
    MOTE_TRY(extend(all, json_object_get(in->evaluated, "measurements"), err));
    MOTE_TRY(extend(all, json_object_get(in->compiled, "measurements"), err));
    for (size_t i = 0; i < json_array_size(in->recorded); i++)
        MOTE_TRY(mote_json_append(all, json_incref(json_array_get(in->recorded, i)), err));
    return mote_measurements_from_json(all, a, out, err);
}

mote_status mote_judge_measured(const mote_judging *in, mote_arena *a, mote_judged *out,
                                mote_err *err)
{
    mote_judged j = {.remarks = NULL};
    MOTE_TRY(collect(in, a, &j.measured, err));
    MOTE_TRY(mote_verdict_judge_all(in->limits, &j.measured, in->basis, a, &j.verdicts, err));
    MOTE_TRY(mote_remarks_of(in->limits, &j.measured, in->evaluated, &j.remarks, err));
    *out = j;
    return MOTE_OK;
}

mote_status mote_pipeline_judge(mote_pipeline *p, mote_arena *a, mote_judged *out, mote_err *err)
{
    const mote_stage_result *evaluated = NULL, *compiled = NULL;
    const char *basis = NULL;
    MOTE_SCOPED_JSON *recorded = NULL;
    MOTE_TRY(mote_pipeline_recorded(p, &recorded, &basis, err));
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_evaluate, &evaluated, err));
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_compile, &compiled, err));
    mote_judging in = {.limits = p->whole,
                       .evaluated = evaluated->output,
                       .compiled = compiled->output,
                       .recorded = recorded};
    if (basis) {
        in.basis = mote_arena_strdup(a, basis);
        if (!in.basis)
            return mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
    }
    return mote_judge_measured(&in, a, out, err);
}

void mote_judged_release(mote_judged *j)
{
    json_decref(j->remarks);
    j->remarks = NULL;
}

mote_status mote_judged_json(const mote_judged *j, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = json_object();
    json_t *list = NULL;
    MOTE_TRY(mote_verdicts_to_json(&j->verdicts, &list, err));
    MOTE_TRY(mote_json_put(document, "requirements", list, err));
    if (j->remarks && json_object_update(document, j->remarks) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for verdicts");
    *out = json_incref(document);
    return MOTE_OK;
}
