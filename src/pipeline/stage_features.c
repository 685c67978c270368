/* SPDX-License-Identifier: Apache-2.0 */
/* Stage features: the features of every clip into the cache, and the scale of what training sees
 * (mote_features_scale).
 */
#include "evaluate/json_parts.h"
#include "pipeline/stage_parts.h"
#include "pipeline/features.h"
#include "pipeline/stages_internal.h"

static mote_status count_classes(const mote_dataset *d, mote_split split, json_t *counts,
                                 mote_err *err)
{
    json_t *classes = json_object();
    MOTE_TRY(mote_json_put(counts, mote_split_name(split), classes, err));
    for (size_t c = 0; c < d->n_classes; c++)
        MOTE_TRY(mote_json_put(classes, d->classes[c], json_integer((json_int_t)d->n_per_class[c]),
                               err));
    return MOTE_OK;
}

static mote_status one_split(mote_pipeline *p, const mote_data_version *v, mote_split split,
                             double *scale, json_t *counts, mote_err *err)
{
    mote_dataset d;
    mote_features *f = NULL;
    MOTE_TRY(mote_stage_split(p, v, split, &d, err));
    mote_status st = mote_features_open(p, &d, &f, err);
    if (st == MOTE_OK) {
        st = mote_features_scale(f, scale, err);
        if (st == MOTE_OK)
            st = count_classes(&d, split, counts, err);
    }
    mote_features_close(f);
    mote_dataset_release(&d);
    return st;
}

/* What scales the values of a frame is found on the training split alone, and is part of the front
 * end from then on: of this stage, and by its output of those behind it (mote_stage_complete). */
static mote_status fit(mote_pipeline *p, const mote_data_version *v, mote_err *err)
{
    mote_dataset d;
    MOTE_TRY(mote_stage_split(p, v, MOTE_SPLIT_TRAIN, &d, err));
    mote_status st = mote_stage_fit(p, &d, err);
    mote_dataset_release(&d);
    return st;
}

mote_status mote_stage_features_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    const mote_frontend *cfg = mote_setting_features(p->settings);
    MOTE_TRY(mote_frontend_check(cfg, err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    mote_data_version v;
    MOTE_TRY(mote_stage_version(p, &a, &v, err));
    if (mote_frontend_wants_fit(cfg)) {
        MOTE_TRY(fit(p, &v, err));
        mote_stage_set(r, "front_end", mote_frontend_to_json(cfg));
    }
    MOTE_SCOPED_JSON *counts = json_object();
    double scales[MOTE_N_SPLITS];
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        MOTE_TRY(one_split(p, &v, (mote_split)s, &scales[s], counts, err));
        mote_stage_progress(p, r, s + 1, MOTE_N_SPLITS, mote_split_name((mote_split)s));
    }
    char text[96];
    mote_frontend_describe(cfg, text, sizeof text);
    mote_stage_set(r, "summary", json_string(text));
    mote_stage_set(r, "scale", json_real(scales[MOTE_SPLIT_TRAIN]));
    mote_stage_set(r, "classes", json_incref(counts));
    return MOTE_OK;
}
