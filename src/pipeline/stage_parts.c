/* SPDX-License-Identifier: Apache-2.0 */
/* What several stages share. See stage_parts.h. */
#include "pipeline/stage_parts.h"

#include <string.h>

#include "pipeline/features.h"

/* ---- data -------------------------------------------------------------------------------- */

mote_status mote_stage_version(mote_pipeline *p, mote_arena *a, mote_data_version *out,
                               mote_err *err)
{
    const char *id = NULL;
    MOTE_TRY(
        mote_json_get_str(p->results[MOTE_STAGE_data].output, "data stage", "version", &id, err));
    return mote_version_load(p->cfg.store, id, a, out, err);
}

mote_status mote_stage_load(mote_pipeline *p, const mote_data_version *v,
                            const mote_dataset_config *cfg, mote_dataset *out, mote_err *err)
{
    mote_dataset_config c = *cfg;
    c.cancel = p->cfg.cancel;
    c.cache = p->decoded;
    return mote_dataset_load(p->cfg.store, v, &c, out, err);
}

mote_status mote_stage_split(mote_pipeline *p, const mote_data_version *v, mote_split split,
                             mote_dataset *out, mote_err *err)
{
    mote_dataset_config c = *mote_setting_dataset(p->settings);
    c.split = split;
    return mote_stage_load(p, v, &c, out, err);
}

mote_status mote_stage_everybody(mote_pipeline *p, const mote_data_version *v, mote_dataset *out,
                                 mote_err *err)
{
    mote_dataset_config c = *mote_setting_dataset(p->settings);
    c.all_splits = true;
    if (c.is_score) /* what is unusual is not learned from, whoever it is of */
        c.other = false;
    return mote_stage_load(p, v, &c, out, err);
}

/* ---- what is fitted ---------------------------------------------------------------------- */

/* A frame is what lies in the last dimension: values over time, channels over a picture. */
static size_t frames_of(const mote_shape *out)
{
    return (size_t)(mote_shape_elements(out) / out->dims[out->n_dims - 1]);
}

mote_status mote_stage_fit(mote_pipeline *p, const mote_dataset *train, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)8 << 30);
    mote_shape out;
    float *x = NULL;
    mote_frontend fitted;
    MOTE_TRY(mote_stage_frontend(p, mote_setting_form(p->settings), &fitted, err));
    p->made.features_ = fitted;
    if (!mote_frontend_wants_fit(&fitted))
        return MOTE_OK;
    MOTE_TRY(mote_frontend_shape(&fitted, &train->shape, &out, err));
    MOTE_TRY(mote_features_of(p, train, &a, &x, err));
    const mote_frames frames = {x, train->n * frames_of(&out), out.dims[out.n_dims - 1]};
    MOTE_TRY(mote_frontend_fit(&fitted, &frames, &fitted, err));
    p->made.features_ = fitted;
    return MOTE_OK;
}

/* ---- the run ----------------------------------------------------------------------------- */

mote_status mote_stage_log_points(mote_pipeline *p, const mote_run_point *points, size_t n,
                                  mote_err *err)
{
    const char *run_id = NULL;
    MOTE_TRY(
        mote_json_get_str(p->results[MOTE_STAGE_train].output, "train stage", "run", &run_id, err));
    return mote_run_log_metrics(p->cfg.store, run_id, points, n, err);
}

mote_status mote_stage_log(mote_pipeline *p, const mote_measurements *all, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 20);
    mote_run_point *points = NULL;
    MOTE_TRY(mote_arena_take(&a, all->n + 1, sizeof *points, &points, err));
    for (size_t i = 0; i < all->n; i++) {
        char *key = mote_arena_strdup(&a, all->items[i].id);
        if (!key)
            return mote_fail(err, MOTE_NOMEM, "no memory for metrics");
        for (char *c = key; *c; c++)
            *c = *c == '@' ? '.' : *c == ':' ? '/' : *c;
        points[i] = (mote_run_point){key, all->items[i].value, 0, p->cfg.now_ms()};
    }
    return mote_stage_log_points(p, points, all->n, err);
}

/* ---- graphs ------------------------------------------------------------------------------ */

mote_status mote_stage_graph(mote_pipeline *p, mote_stage_id from, const char *name,
                             mote_graph **out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_stage_get(p, from, name, &bytes, &n, err));
    return mote_graph_load(bytes, n, out, err);
}

/* ---- form and signature ------------------------------------------------------------------ */

mote_status mote_stage_form(mote_pipeline *p, const mote_data_version *v, mote_sample_form *out,
                            mote_err *err)
{
    if (!p->has_form || !mote_sha256_equal(&p->form_of, &v->id)) {
        mote_settings s;
        mote_settings_make(p->whole, MOTE_USES(dataset), &s);
        mote_dataset_config c = *mote_setting_dataset(&s);
        c.cache = p->decoded;
        MOTE_TRY(mote_form_of(p->cfg.store, v, &c, &p->arena, &p->form, err));
        p->form_of = v->id;
        p->has_form = true;
    }
    *out = p->form;
    return MOTE_OK;
}

mote_signature mote_stage_signature(const mote_task_setting *task, const mote_sample_form *form)
{
    const mote_names *names = form->values.n > 0 ? &form->values : &form->classes;
    mote_signature s = {.input = task->input,
                        .sample = form->shape,
                        .rate_hz = form->rate_hz,
                        .n_columns = form->n_columns,
                        .columns = form->columns,
                        .fit = form->fit,
                        .fields = form->fields,
                        .answer = form->answer,
                        .n_outputs = names->n > 0 ? (int32_t)names->n : 1, /* a score */
                        .n_labels = (int32_t)names->n};
    for (size_t i = 0; i < names->n && i < MOTE_MODEL_MAX_LABELS; i++) {
        s.labels[i] = names->items[i];
        s.units[i] = form->units ? form->units[i] : NULL;
        if (task->is_stream && i < task->labels.n && i < MOTE_MODEL_MAX_EVENTS)
            s.events |= (uint64_t)1 << i; /* they come first */
    }
    return s;
}
