/* SPDX-License-Identifier: Apache-2.0 */
/* From a reference to the model that it means. See model_ref.h. */
#include "track/model_ref.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "import/tflite.h"
#include "model/bundle.h"
#include "track/registry.h"
#include "track/run.h"

#define ARENA_BYTES ((size_t)16 << 20)

static mote_status load_object(mote_store *s, const mote_sha256 *id, mote_model **out,
                               mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_get(s, id, MOTE_MODEL_REF_MAX_BYTES, &bytes, &n, err));
    return mote_model_load(bytes, n, out, err);
}

/* A .tflite file as a bundle: what a bundle says beyond the network is left empty. */
static mote_status wrap_tflite(const mote_graph *g, const char *name, mote_model **out,
                               mote_err *err)
{
    const mote_tensor *y = &g->tensors[g->outputs[0]];
    int64_t n_out = mote_tensor_elements(y);
    char text[MOTE_MODEL_MAX_LABELS][4];
    const char *labels[MOTE_MODEL_MAX_LABELS];
    const mote_decision decision = {.op = {.smooth_hops = 1, .hop_ms = 100, .temperature = 1.0f}};
    const bool are_shares = y->dtype == MOTE_F32
                                ? mote_graph_answers(g)
                                : y->quant.zero_point == -128 && y->quant.scales[0] == 0x1p-8f;
    if (n_out < 1 || n_out > MOTE_MODEL_MAX_LABELS || !are_shares)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "its %lld outputs are not the probabilities of 1 to %d classes (of a "
                         "softmax; as int8 scale 1/256, zero point -128): there is no label to "
                         "predict",
                         (long long)n_out, MOTE_MODEL_MAX_LABELS);
    for (int32_t i = 0; i < n_out; i++) {
        (void)mote_format(text[i], sizeof text[i], "%d", (int)i);
        labels[i] = text[i];
    }
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MOTE_MODEL_REF_MAX_BYTES);
    const mote_tensor *x = &g->tensors[g->inputs[0]];
    int32_t skip = x->n_dims > 1 && x->dims[0] == 1 ? 1 : 0; /* the batch */
    mote_bundle_parts parts = {.name = name,
                               .signature = mote_signature_of_tensor(
                                   x->n_dims - skip, x->dims + skip, (int32_t)n_out, labels),
                               .graph = g,
                               .decision = &decision};
    parts.signature.events = 0;
    MOTE_TRY(mote_bundle_write(&parts, &b, err));
    return mote_model_load(b.data, b.len, out, err);
}

static mote_status load_tflite(const char *path, const char *bytes, size_t n, mote_model **out,
                               mote_err *err)
{
    char name[MOTE_MODEL_REF_NAME_BYTES];
    const char *base = mote_path_base(path);
    size_t len = strlen(base);
    mote_graph *g = NULL;
    if (len > 7 && mote_str_ends(base, ".tflite"))
        len -= 7;
    if (!mote_format(name, sizeof name, "%.*s", (int)(len < 1000 ? len : 1000), base))
        return mote_fail(err, MOTE_ARG, "its name is too long for a model");
    MOTE_TRY(mote_import_tflite(bytes, n, &g, err));
    mote_status st = wrap_tflite(g, name, out, err);
    mote_graph_destroy(g);
    return st;
}

/* What a file is, by its content. */
static mote_status load_file(const char *path, const char *bytes, size_t n, mote_model **out,
                             mote_err *err)
{
    static const char lfs[] = "version https://git-lfs";
    if (mote_is_tflite(bytes, n))
        return load_tflite(path, bytes, n, out, err);
    if (n >= sizeof lfs - 1 && memcmp(bytes, lfs, sizeof lfs - 1) == 0)
        return mote_fail(err, MOTE_PARSE,
                         "it is a Git LFS pointer, not the model: 'git lfs pull' fetches that");
    if (n < 4 || memcmp(bytes, "MOTB", 4) != 0)
        return mote_fail(err, MOTE_PARSE,
                         "it is neither a model bundle (which begins with 'MOTB') nor a .tflite "
                         "file ('TFL3' at byte 4)");
    return mote_model_load(bytes, n, out, err);
}

static mote_status from_file(const char *path, mote_resolved_model *out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_MODEL_REF_MAX_BYTES, &bytes, &n, err));
    mote_status st = load_file(path, bytes, n, &out->model, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "load '%s'", path);
    char hash[MOTE_SHA256_HEX_BYTES];
    mote_sha256 of = mote_sha256_of(bytes, n);
    mote_sha256_hex(&of, hash);
    (void)mote_format(out->name, sizeof out->name, "%s", mote_model_name(out->model));
    (void)mote_format(out->version, sizeof out->version, "%.12s", hash);
    (void)mote_format(out->source, sizeof out->source, "file %s", path);
    return MOTE_OK;
}

static mote_status from_registry(mote_store *s, const mote_model_version *v, const char *reference,
                                 mote_resolved_model *out, mote_err *err)
{
    mote_err why = {0};
    mote_status st = load_object(s, &v->bundle, &out->model, &why);
    if (st == MOTE_CORRUPT) /* in words that say the ways back */
        MOTE_TRY(mote_registry_check_version(s, v, false, err));
    if (st != MOTE_OK)
        return mote_fail(err, st, "model '%s' version %lld: %s", v->model, (long long)v->version,
                         why.text);
    (void)mote_format(out->name, sizeof out->name, "%s", v->model);
    (void)mote_format(out->version, sizeof out->version, "%lld", (long long)v->version);
    (void)mote_format(out->source, sizeof out->source, "registry %s", reference);
    out->object = v->bundle;
    out->is_followed = strchr(reference, '/') == NULL;
    return MOTE_OK;
}

/* Why a run without a bundle has none, and what would give it one. The bundle is the last thing
 * that a lap makes: thresholds, proof on the device and the reference for drift belong to it. */
static mote_status no_model(const mote_run *run, mote_err *err)
{
    const char *name = run->info.name;
    bool is_trained = false;
    for (size_t i = 0; i < run->n_artifacts; i++)
        is_trained |= strcmp(run->artifacts[i].path, MOTE_RUN_TRAINED) == 0;
    if (is_trained)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "run '%s' is trained, but has no model to use yet: the last stage makes "
                         "it; 'mote run' runs the stages that are missing, with the data and the "
                         "mote.yaml of that run",
                         name);
    if (run->info.status == MOTE_RUN_RUNNING || run->info.status == MOTE_RUN_SCHEDULED)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "run '%s' has no model yet: its training is not finished; the last stage "
                         "of 'mote run' makes the model",
                         name);
    if (run->info.status != MOTE_RUN_FINISHED)
        return mote_fail(
            err, MOTE_NOT_FOUND,
            "run '%s' has no model: its training %s; 'mote run' trains again, as a "
            "run of its own",
            name, run->info.status == MOTE_RUN_KILLED ? "was stopped before its end" : "failed");
    return mote_fail(err, MOTE_NOT_FOUND,
                     "run '%s' has no model: none of what it keeps is a bundle (.mote), as if "
                     "another program had recorded it; 'mote runs %s' shows it",
                     name, name);
}

static mote_status from_run(mote_store *s, const char *run_id, mote_arena *a,
                            mote_resolved_model *out, mote_err *err)
{
    mote_run run;
    MOTE_TRY(mote_run_get(s, run_id, a, &run, err));
    for (size_t i = 0; i < run.n_artifacts; i++) {
        if (!mote_str_ends(run.artifacts[i].path, ".mote"))
            continue;
        MOTE_TRY(load_object(s, &run.artifacts[i].object, &out->model, err));
        (void)mote_format(out->name, sizeof out->name, "%s", mote_model_name(out->model));
        (void)mote_format(out->version, sizeof out->version, "%.8s", run_id);
        (void)mote_format(out->source, sizeof out->source, "run %s", run_id);
        out->object = run.artifacts[i].object;
        return MOTE_OK;
    }
    return no_model(&run, err);
}

mote_status mote_model_resolve(mote_store *store, const char *reference, mote_resolved_model *out,
                               mote_err *err)
{
    mote_resolved_model m = {.model = NULL};
    if (mote_path_exists(reference) && !mote_path_is_dir(reference)) {
        MOTE_TRY(from_file(reference, &m, err));
        *out = m;
        return MOTE_OK;
    }
    if (!store)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "there is no file '%s', and no project whose registry might have it",
                         reference);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, ARENA_BYTES);
    mote_model_version v;
    mote_err why = {0};
    mote_status st = mote_registry_resolve(store, reference, &a, &v, &why);
    if (st == MOTE_OK) {
        MOTE_TRY(from_registry(store, &v, reference, &m, err));
        *out = m;
        return MOTE_OK;
    }
    if (st != MOTE_NOT_FOUND && st != MOTE_ARG)
        return mote_fail(err, st, "%s", why.text);
    char run_id[MOTE_RUN_ID_BYTES];
    st = mote_run_find(store, reference, run_id, err);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st, "no model '%s': no file, no run, and in the registry: %s",
                         reference, why.text);
    if (st != MOTE_OK)
        return st;
    MOTE_TRY(from_run(store, run_id, &a, &m, err));
    *out = m;
    return MOTE_OK;
}
