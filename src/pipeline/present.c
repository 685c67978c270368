/* SPDX-License-Identifier: Apache-2.0 */
/* The present model, see present.h. */
#include "pipeline/present.h"

#include "model/bundle.h"
#include "pipeline/stage_parts.h"

#define USED (MOTE_USES(about) | MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features))

static mote_status make(mote_pipeline *p, const mote_graph *shipped, mote_model **out,
                        mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_decision decision;
    mote_bundle_parts parts = {.name = mote_setting_about(p->settings)->name,
                               .signature = mote_stage_signature(mote_setting_task(p->settings),
                                                                 mote_setting_form(p->settings)),
                               .features = mote_setting_features(p->settings),
                               .graph = shipped};
    const json_t *chosen = json_object_get(p->results[MOTE_STAGE_evaluate].output, "decision");
    mote_buf_init(&b, (size_t)1 << 30);
    MOTE_TRY(mote_decision_from_json(chosen, &parts.signature, &decision, err));
    parts.decision = &decision;
    MOTE_TRY(mote_bundle_write(&parts, &b, err));
    return mote_model_load(b.data, b.len, out, err);
}

mote_status mote_present_model(mote_pipeline *p, mote_model **out, mote_err *err)
{
    const mote_stage_result *r = NULL;
    mote_graph *shipped = NULL;
    MOTE_TRY(mote_pipeline_result(p, MOTE_STAGE_evaluate, &r, err));
    if (!r->output)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "the project has no up-to-date model, see 'mote run'");
    mote_pipeline_use(p, USED);
    MOTE_TRY(mote_stage_complete(p, true, err));
    MOTE_TRY(mote_stage_graph(p, MOTE_STAGE_compress, MOTE_SHIPPED_GRAPH, &shipped, err));
    mote_status st = make(p, shipped, out, err);
    mote_graph_destroy(shipped);
    return st;
}
