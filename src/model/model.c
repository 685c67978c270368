/* SPDX-License-Identifier: Apache-2.0 */
/* A loaded bundle. See model.h; the file's layout is in bundle.c. */
#include "model/model.h"

#include <stdatomic.h>
#include <string.h>

#include "base/file.h"
#include "model/answer.h"
#include "model/bundle_internal.h"

#define MAX_BUNDLE_BYTES ((size_t)1 << 30)
#define WHAT             "model.json"

struct mote_model {
    atomic_int refs;
    mote_arena arena;
    json_t *document;
    const char *name;
    mote_bundle_words words;
    mote_graph *graph;
    mote_golden golden;
    mote_sha256 hash;
};

/* ---- loading ----------------------------------------------------------------------------- */

static mote_status read_words(mote_model *m, mote_err *err)
{
    json_t *signature = NULL;
    mote_bundle_words *w = &m->words;
    MOTE_TRY(mote_json_get_obj(m->document, WHAT, "signature", &signature, err));
    MOTE_TRY(mote_signature_from_json(signature, &m->arena, &w->signature, err));
    const json_t *front = json_object_get(m->document, "front_end"),
                 *decision = json_object_get(m->document, "decision");
    w->frontend = mote_frontend_none();
    if (front)
        MOTE_TRY(mote_frontend_from_json(front, WHAT ": front_end", &w->frontend, err));
    w->decision = mote_decision_default(&w->signature);
    return decision ? mote_decision_from_json(decision, &w->signature, &w->decision, err) : MOTE_OK;
}

static bool is_plain(const mote_tensor *t)
{
    return t->dtype == MOTE_F32 || (t->dtype == MOTE_I8 && t->quant.n_scales == 1);
}

static mote_status check_agreement(const mote_model *m, mote_err *err)
{
    const mote_bundle_words *w = &m->words;
    const mote_tensor *in = &m->graph->tensors[m->graph->inputs[0]],
                      *out = &m->graph->tensors[m->graph->outputs[0]];
    mote_shape features;
    if (!is_plain(in) || !is_plain(out) || in->dtype != out->dtype)
        return mote_fail(err, MOTE_PARSE,
                         "bundle: its graph takes and gives neither int8 nor "
                         "float32");
    mote_status st =
        mote_model_answer_of(w->signature.answer)->fits(&w->signature, &w->decision, in, out, err);
    if (st == MOTE_OK)
        st = mote_frontend_shape(&w->frontend, &w->signature.sample, &features, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "bundle");
    if (mote_tensor_elements(in) != mote_shape_elements(&features))
        return mote_fail(
            err, MOTE_SHAPE, "bundle: the front end gives %lld values, the graph takes %lld",
            (long long)mote_shape_elements(&features), (long long)mote_tensor_elements(in));
    return MOTE_OK;
}

static mote_status read_golden(mote_model *m, const mote_section *s, mote_err *err)
{
    mote_golden g = {.n = 0};
    const mote_tensor *in = &m->graph->tensors[m->graph->inputs[0]],
                      *out = &m->graph->tensors[m->graph->outputs[0]];
    mote_status st = mote_golden_read(s->data, s->len, &m->arena, &g, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "bundle");
    int64_t n = mote_shape_elements(&g.sample); /* the first version has none of tensors */
    bool has_sample = n > 0 || mote_frontend_is_given(&m->words.frontend);
    if ((has_sample && (n != mote_shape_elements(&m->words.signature.sample) ||
                        g.sample.dtype != m->words.signature.sample.dtype)) ||
        mote_shape_elements(&g.in) != mote_tensor_elements(in) || g.in.dtype != in->dtype ||
        mote_shape_elements(&g.out) != mote_tensor_elements(out) || g.out.dtype != out->dtype)
        return mote_fail(err, MOTE_PARSE, "bundle: the golden vectors do not fit the model");
    m->golden = g;
    return MOTE_OK;
}

static mote_status need(const mote_section *s, const char *what, mote_err *err)
{
    return s->data ? MOTE_OK
                   : mote_fail(err, MOTE_PARSE, "bundle: its section with the %s is missing", what);
}

static mote_status load(mote_model *m, const void *bytes, size_t n, mote_err *err)
{
    mote_bundle b;
    MOTE_TRY(mote_bundle_open(bytes, n, &b, err));
    const mote_section *s = b.sections;
    MOTE_TRY(need(&s[MOTE_SECTION_DOCUMENT], "document", err));
    MOTE_TRY(need(&s[MOTE_SECTION_GRAPH], "graph", err));
    MOTE_TRY(mote_json_parse(WHAT, (const char *)s[MOTE_SECTION_DOCUMENT].data,
                             s[MOTE_SECTION_DOCUMENT].len, &m->document, err));
    MOTE_TRY(mote_json_get_str(m->document, WHAT, "name", &m->name, err));
    MOTE_TRY(
        mote_graph_load(s[MOTE_SECTION_GRAPH].data, s[MOTE_SECTION_GRAPH].len, &m->graph, err));
    MOTE_TRY(b.version == 1
                 ? mote_bundle_read_v1(m->document, &m->graph->tensors[m->graph->inputs[0]],
                                       &m->words, err)
                 : read_words(m, err));
    MOTE_TRY(check_agreement(m, err));
    if (s[MOTE_SECTION_GOLDEN].data)
        MOTE_TRY(read_golden(m, &s[MOTE_SECTION_GOLDEN], err));
    m->hash = mote_sha256_of(bytes, n);
    return MOTE_OK;
}

mote_status mote_model_load(const void *bytes, size_t n, mote_model **out, mote_err *err)
{
    mote_model *m = mote_alloc_zero(1, sizeof *m);
    if (!m)
        return mote_fail(err, MOTE_NOMEM, "no memory for a model");
    atomic_init(&m->refs, 1);
    mote_arena_init(&m->arena, MAX_BUNDLE_BYTES);
    mote_status st = load(m, bytes, n, err);
    if (st != MOTE_OK) {
        mote_model_unref(m);
        return st;
    }
    *out = m;
    return MOTE_OK;
}

mote_status mote_model_load_file(const char *path, mote_model **out, mote_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MAX_BUNDLE_BYTES, &bytes, &n, err));
    mote_status st = mote_model_load(bytes, n, out, err);
    mote_free(bytes);
    return st == MOTE_OK ? st : mote_wrap(err, st, "load '%s'", path);
}

mote_model *mote_model_ref(mote_model *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void mote_model_unref(mote_model *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    mote_graph_destroy(m->graph);
    json_decref(m->document);
    mote_arena_release(&m->arena);
    mote_free(m);
}

/* ---- what it is -------------------------------------------------------------------------- */

const char *mote_model_name(const mote_model *m)
{
    return m->name;
}

const mote_signature *mote_model_signature(const mote_model *m)
{
    return &m->words.signature;
}

const mote_frontend *mote_model_frontend(const mote_model *m)
{
    return &m->words.frontend;
}

const mote_decision *mote_model_decision(const mote_model *m)
{
    return &m->words.decision;
}

const mote_graph *mote_model_graph(const mote_model *m)
{
    return m->graph;
}

int32_t mote_model_n_labels(const mote_model *m)
{
    return m->words.signature.n_labels;
}

const char *mote_model_label(const mote_model *m, int32_t class_id)
{
    MOTE_BUG_IF(class_id < 0 || class_id >= m->words.signature.n_labels);
    return m->words.signature.labels[class_id];
}

const mote_operating_point *mote_model_operating_point(const mote_model *m)
{
    return &m->words.decision.op;
}

int32_t mote_model_clip_samples(const mote_model *m)
{
    return mote_frontend_is_given(&m->words.frontend) ? m->words.signature.sample.dims[0] : 0;
}

const mote_shape *mote_model_sample(const mote_model *m)
{
    return &m->words.signature.sample;
}

bool mote_model_has_stream(const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    mote_frontend_pace pace;
    return mote_model_answer_of(s->answer)->has_classes && s->events != 0 &&
           mote_frontend_pace_of(mote_model_frontend(m), &s->sample, &pace);
}

const mote_frontend *mote_model_features(const mote_model *m)
{
    return mote_frontend_is_given(&m->words.frontend) ? &m->words.frontend : NULL;
}

const json_t *mote_model_drift_reference(const mote_model *m)
{
    return json_object_get(m->document, "drift_reference");
}

const json_t *mote_model_document(const mote_model *m)
{
    return m->document;
}

const mote_golden *mote_model_golden(const mote_model *m)
{
    return m->golden.n > 0 ? &m->golden : NULL;
}

const mote_sha256 *mote_model_hash(const mote_model *m)
{
    return &m->hash;
}
