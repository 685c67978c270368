/* SPDX-License-Identifier: Apache-2.0 */
/* From a MODEL argument to the input of the C generator. See device_input.h. */
#include "loop/device_input.h"

#include <string.h>

#include "base/file.h"
#include "import/tflite.h"
#include "track/model_ref.h"

/* The network of a .tflite file alone. *is_tflite: the file is one, by its content. */
static mote_status load_tflite(const char *path, mote_device_input *m, bool *is_tflite,
                               mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_MODEL_REF_MAX_BYTES, &bytes, &n, err));
    *is_tflite = mote_is_tflite(bytes, n);
    if (!*is_tflite)
        return MOTE_OK;
    mote_status st = mote_import_tflite(bytes, n, &m->graph, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "'%s'", path);
    (void)mote_format(m->name, sizeof m->name, "%s", mote_path_base(path));
    m->input.graph = m->graph;
    m->input.is_float = mote_graph_is_f32(m->graph);
    return MOTE_OK;
}

static mote_status load_bundle(mote_store *store, const char *model, mote_device_input *m,
                               mote_err *err)
{
    mote_resolved_model source;
    MOTE_TRY(mote_model_resolve(store, model, &source, err));
    m->model = source.model;
    (void)mote_format(m->name, sizeof m->name, "%s", source.name);
    mote_compile_input *in = &m->input;
    const mote_operating_point *op = mote_model_operating_point(m->model);
    in->graph = mote_model_graph(m->model);
    in->n_labels = mote_model_n_labels(m->model);
    for (int32_t i = 0; i < in->n_labels; i++)
        m->labels[i] = mote_model_label(m->model, i);
    in->labels = m->labels;
    in->signature = mote_model_signature(m->model);
    in->decision = mote_model_decision(m->model);
    in->sample = *mote_model_sample(m->model);
    in->is_float = mote_graph_is_f32(in->graph);
    in->features = mote_model_features(m->model);
    in->smooth_hops = op->smooth_hops;
    in->suppress_ms = op->suppress_ms;
    in->hop_ms = op->hop_ms;
    in->thresholds = mote_model_has_stream(m->model) ? op->thresholds : NULL;
    return MOTE_OK;
}

mote_status mote_device_input_load(mote_store *store, const char *model, mote_device_input *out,
                                   mote_err *err)
{
    memset(out, 0, sizeof *out);
    bool is_tflite = false;
    mote_status st = MOTE_OK;
    if (mote_path_exists(model) && !mote_path_is_dir(model))
        st = load_tflite(model, out, &is_tflite, err);
    if (st == MOTE_OK && !is_tflite)
        st = load_bundle(store, model, out, err);
    out->input.name = out->name;
    if (st != MOTE_OK)
        mote_device_input_release(out);
    return st;
}

void mote_device_input_release(mote_device_input *m)
{
    mote_model_unref(m->model);
    mote_graph_destroy(m->graph);
    m->model = NULL;
    m->graph = NULL;
}
