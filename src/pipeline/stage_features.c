/* SPDX-License-Identifier: Apache-2.0 */
/* Stage features: the features of every clip into the cache, and the scale of what training sees.
 *
 * Training divides features by their standard deviation over the training split (one number, about
 * zero mean): first layers then see values near one whatever the front end. No mean is taken off,
 * so that the padding of a convolution, 0, means the same before and after; the division is put
 * into the first layer's weights when training is done, and the device never knows of it. */
#include <math.h>

#include "pipeline/keyword.h"
#include "pipeline/stages_internal.h"

static mote_status one_split(mote_pipeline *p, mote_stage_run *r, const mote_data_version *v,
                             mote_split split, double *scale, json_t *counts, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)8 << 30);
    mote_dataset d;
    MOTE_TRY(mote_keyword_split(p, v, split, &d, err));
    float *x = NULL;
    mote_status st = mote_keyword_clip_features(p, &d, &a, &x, err);
    if (st == MOTE_OK) {
        mote_feature_config cfg = mote_keyword_features(p->cfg.project);
        size_t n = d.n * (size_t)mote_feature_frames(&cfg, d.clip_samples) *
                   (size_t)mote_feature_values(&cfg);
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += (double)x[i] * (double)x[i];
        *scale = sqrt(sum / (double)n);
        json_t *classes = json_object();
        for (size_t c = 0; c < d.n_classes; c++)
            json_object_set_new(classes, d.classes[c], json_integer((json_int_t)d.n_per_class[c]));
        json_object_set_new(counts, mote_split_name(split), classes);
        mote_stage_progress(p, r, (int64_t)split + 1, MOTE_N_SPLITS, mote_split_name(split));
    }
    mote_dataset_release(&d);
    return st;
}

mote_status mote_stage_features_run(mote_pipeline *p, mote_stage_run *r, mote_err *err)
{
    mote_feature_config cfg = mote_keyword_features(p->cfg.project);
    MOTE_TRY(mote_feature_config_check(&cfg, err));
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    mote_data_version v;
    MOTE_TRY(mote_keyword_version(p, &a, &v, err));
    MOTE_SCOPED_JSON *counts = json_object();
    double scales[MOTE_N_SPLITS];
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        MOTE_TRY(one_split(p, r, &v, (mote_split)s, &scales[s], counts, err));
    if (!(scales[MOTE_SPLIT_TRAIN] > 0.0) || !isfinite(scales[MOTE_SPLIT_TRAIN]))
        return mote_fail(err, MOTE_RANGE, "the features of the training split are all zero");
    char text[96];
    mote_feature_config_describe(&cfg, text, sizeof text);
    json_object_set_new(r->output, "summary", json_string(text));
    json_object_set_new(r->output, "scale", json_real(scales[MOTE_SPLIT_TRAIN]));
    json_object_set(r->output, "classes", counts);
    return MOTE_OK;
}
