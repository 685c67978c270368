/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and checking the model that training begins with. See start.h. */
#include "pipeline/start.h"

#include <string.h>

#include "base/file.h"
#include "import/tflite.h"
#include "model/bundle.h"
#include "pipeline/settings.h"
#include "track/model_ref.h"

#define MAX_BYTES MOTE_MODEL_REF_MAX_BYTES

/* ---- loading ----------------------------------------------------------------------------- */

/* The float graph of a bundle: the one that was trained, or what ships where that is float32. */
static mote_status take_graph(const char *bytes, size_t n, mote_start *s, mote_err *err)
{
    mote_graph *g = NULL;
    MOTE_TRY(mote_bundle_training(bytes, n, &g, err));
    if (!g && mote_graph_is_f32(mote_model_graph(s->model)))
        MOTE_TRY(mote_graph_clone(mote_model_graph(s->model), &g, err));
    if (!g)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "it has no float graph to begin with: a model that 'mote run' made has");
    s->graph = g;
    return MOTE_OK;
}

static mote_status take_bundle(const char *bytes, size_t n, mote_start *s, mote_err *err)
{
    if (!s->model)
        MOTE_TRY(mote_model_load(bytes, n, &s->model, err));
    return take_graph(bytes, n, s, err);
}

static mote_status take_bytes(const char *name, const char *bytes, size_t n, mote_start *s,
                              mote_err *err)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    s->hash = mote_sha256_of(bytes, n);
    mote_sha256_hex(&s->hash, hex);
    MOTE_TRY(mote_is_tflite(bytes, n) ? mote_import_tflite(bytes, n, &s->graph, err)
                                      : take_bundle(bytes, n, s, err));
    if (!mote_graph_is_f32(s->graph))
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "it is int8: training begins with float weights, as an export of float32 "
                         "has them");
    if (!s->name[0])
        (void)mote_format(s->name, sizeof s->name, "%s",
                          s->model ? mote_model_name(s->model) : mote_path_base(name));
    if (!s->version[0])
        (void)mote_format(s->version, sizeof s->version, "%.12s", hex);
    return MOTE_OK;
}

static mote_status from_file(const char *path, mote_start *s, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MAX_BYTES, &bytes, &n, err));
    return take_bytes(path, bytes, n, s, err);
}

static mote_status from_store(mote_store *store, const mote_project *p, const char *reference,
                              mote_start *s, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_resolved_model m;
    MOTE_TRY(mote_model_resolve(store, reference, &m, err));
    s->model = m.model;
    (void)mote_format(s->name, sizeof s->name, "%s", m.name);
    (void)mote_format(s->version, sizeof s->version, "%s", m.version);
    if (m.is_followed && strcmp(m.name, p->name) == 0)
        return mote_fail(err, MOTE_ARG,
                         "it is the project's own model by a name that moves on, so that every "
                         "training would call for another: name a version, such as '%s/%s'",
                         m.name, m.version);
    MOTE_TRY(mote_object_get(store, &m.object, MAX_BYTES, &bytes, &n, err));
    return take_bytes(reference, bytes, n, s, err);
}

static mote_status load(mote_store *store, const mote_project *p, const char *reference,
                        mote_start *s, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 16);
    const char *beside = mote_arena_printf(&a, "%s/%s", p->dir, reference);
    if (!beside)
        return mote_fail(err, MOTE_NOMEM, "no memory for a path");
    if (p->dir[0] && *reference != '/' && mote_path_exists(beside) && !mote_path_is_dir(beside))
        return from_file(beside, s, err);
    if (mote_path_exists(reference) && !mote_path_is_dir(reference))
        return from_file(reference, s, err);
    return from_store(store, p, reference, s, err);
}

mote_status mote_start_open(mote_store *store, const mote_project *p, const char *key,
                            const char *reference, mote_start *out, mote_err *err)
{
    mote_start s = {.graph = NULL};
    const mote_status st = load(store, p, reference, &s, err);
    if (st != MOTE_OK) {
        mote_start_release(&s);
        return mote_wrap(err, st, "'%s' '%s'", key, reference);
    }
    *out = s;
    return MOTE_OK;
}

void mote_start_release(mote_start *s)
{
    mote_graph_destroy(s->graph);
    mote_model_unref(s->model);
    *s = (mote_start){.graph = NULL};
}

json_t *mote_start_to_json(const mote_start *s)
{
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&s->hash, hex);
    json_t *j = json_pack("{s:s, s:s, s:s}", "name", s->name, "version", s->version, "sha256", hex);
    const json_t *own = s->model ? json_object_get(mote_model_document(s->model), "lineage") : NULL;
    if (j && own && json_object_set_new(j, "lineage", json_deep_copy(own)) != 0) {
        json_decref(j);
        return NULL;
    }
    return j;
}

/* ---- what it hears ----------------------------------------------------------------------- */

/* The settings in which two front ends differ, in words: "n_mels 13 (the start has 40)". */
static mote_status differences(const mote_frontend *theirs, const mote_frontend *ours,
                               mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_JSON *a = mote_frontend_to_json(theirs);
    MOTE_SCOPED_JSON *b = mote_frontend_to_json(ours);
    const char *key;
    json_t *value;
    if (!a || !b)
        return mote_fail(err, MOTE_NOMEM, "no memory for a front end");
    json_object_foreach(a, key, value)
    {
        const json_t *here = json_object_get(b, key);
        const bool is_fitted = strcmp(key, "offset") == 0 || strcmp(key, "scale") == 0;
        if (is_fitted || (here && json_equal(value, here)))
            continue;
        mote_buf_printf(out, "%s%s ", out->len > 0 ? ", " : "", key);
        if (here)
            mote_json_write(out, here, false);
        mote_buf_str(out, here ? " (the start has " : "is not said (the start has ");
        mote_json_write(out, value, false);
        mote_buf_str(out, ")");
    }
    return mote_buf_status(out, err);
}

static mote_status check_features(const mote_start *s, const mote_project *p, double rate_hz,
                                  mote_err *err)
{
    const mote_frontend ours = mote_frontend_of_project(&p->features, rate_hz);
    MOTE_SCOPED_BUF words;
    mote_buf_init(&words, 1 << 14);
    if (!p->features.is_stated)
        return MOTE_OK;
    MOTE_TRY(differences(mote_model_frontend(s->model), &ours, &words, err));
    if (words.len == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_ARG,
                     "'features' of mote.yaml and of 'training.start' ('%s') differ: %s; take the "
                     "section out, and the front end of the start is taken over",
                     s->name, words.data);
}

mote_status mote_start_frontend(const mote_start *s, const mote_project *p,
                                const mote_sample_form *form, mote_frontend *out, mote_err *err)
{
    if (!s->model || !mote_frontend_is_given(mote_model_frontend(s->model))) {
        *out = mote_settings_frontend(p, form);
        return MOTE_OK;
    }
    const mote_signature *known = mote_model_signature(s->model);
    char theirs[MOTE_SHAPE_TEXT_BYTES], ours[MOTE_SHAPE_TEXT_BYTES];
    if (!mote_shape_equal(&known->sample, &form->shape) || known->rate_hz > form->rate_hz ||
        known->rate_hz < form->rate_hz) {
        mote_shape_text(&known->sample, theirs);
        mote_shape_text(&form->shape, ours);
        return mote_fail(err, MOTE_ARG,
                         "samples are %s at %g Hz, and 'training.start' ('%s') knows %s at %g Hz: "
                         "clip_ms, rate_hz or data.window_ms say which",
                         ours, form->rate_hz, s->name, theirs, known->rate_hz);
    }
    MOTE_TRY(check_features(s, p, form->rate_hz, err));
    *out = *mote_model_frontend(s->model);
    return MOTE_OK;
}
