/* SPDX-License-Identifier: Apache-2.0 */
/* Loading of models by reference, and the thread that follows aliases. */
#include "serve/source.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "graph/import_tflite.h"
#include "track/registry.h"
#include "track/run.h"

#define MAX_KNOWN   64
#define RETRY_MS    10000 /* after a version that could not be loaded */
#define ARENA_BYTES ((size_t)16 << 20)

/* A reference and what it meant when it was looked at last. */
typedef struct {
    char reference[512];
    char name[MOTE_SERVE_NAME_BYTES];
    bool is_followed;
    mote_sha256 object;
    int64_t version;  /* in the registry */
    int64_t retry_ms; /* monotonic; 0: nothing has failed */
} known;

struct mote_source {
    mote_models *models;
    mote_store *store; /* NULL: files only */
    int64_t poll_ms;
    pthread_mutex_t lock; /* guards all: the store handle is for one thread at a time */
    pthread_cond_t stop_cond;
    pthread_t thread;
    bool has_thread, is_stopping;
    known items[MAX_KNOWN];
    int32_t n_items;
};

/* ---- one reference ---- */

static mote_status load_object(mote_store *s, const mote_sha256 *id, mote_model **out,
                               mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_get(s, id, MOTE_SOURCE_MAX_BUNDLE_BYTES, &bytes, &n, err));
    return mote_model_load(bytes, n, out, err);
}

/* A .tflite file as a bundle: what a bundle says beyond the network is left empty. */
static mote_status wrap_tflite(const mote_graph *g, const char *name, mote_model **out,
                               mote_err *err)
{
    const mote_tensor *y = &g->tensors[g->output];
    int64_t n_out = mote_tensor_elements(y);
    char text[MOTE_MODEL_MAX_LABELS][4];
    const char *labels[MOTE_MODEL_MAX_LABELS];
    mote_operating_point op = {.smooth_hops = 1, .hop_ms = 100, .temperature = 1.0f};
    if (n_out < 1 || n_out > MOTE_MODEL_MAX_LABELS || y->quant.zero_point != -128 ||
        y->quant.scales[0] != 0x1p-8f)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "its %lld outputs are not the probabilities of 1 to %d classes (int8 of a "
                         "softmax, scale 1/256, zero point -128): there is no label to predict",
                         (long long)n_out, MOTE_MODEL_MAX_LABELS);
    for (int32_t i = 0; i < n_out; i++) {
        (void)mote_format(text[i], sizeof text[i], "%d", (int)i);
        labels[i] = text[i];
    }
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MOTE_SOURCE_MAX_BUNDLE_BYTES);
    mote_bundle_parts parts = {.name = name,
                               .n_labels = (int32_t)n_out,
                               .labels = labels,
                               .graph_s8 = g,
                               .operating_point = &op};
    MOTE_TRY(mote_bundle_write(&parts, &b, err));
    return mote_model_load(b.data, b.len, out, err);
}

static mote_status load_tflite(const char *path, const char *bytes, size_t n, mote_model **out,
                               mote_err *err)
{
    char name[MOTE_SERVE_NAME_BYTES];
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

static mote_status from_file(const char *path, mote_source_model *out, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MOTE_SOURCE_MAX_BUNDLE_BYTES, &bytes, &n, err));
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
                                 mote_source_model *out, mote_err *err)
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

static mote_status from_run(mote_store *s, const char *run_id, mote_arena *a,
                            mote_source_model *out, mote_err *err)
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
    return mote_fail(err, MOTE_NOT_FOUND, "run '%s' has no model: it was not compressed to int8",
                     run.info.name);
}

mote_status mote_source_resolve(mote_store *store, const char *reference, mote_source_model *out,
                                mote_err *err)
{
    mote_source_model m = {.model = NULL};
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

/* ---- the served ones ---- */

static mote_status serve(mote_source *s, const char *reference, known *k, mote_err *err)
{
    int64_t start_us = mote_clock_mono_us();
    mote_source_model m = {.model = NULL};
    MOTE_TRY(mote_source_resolve(s->store, reference, &m, err));
    mote_model_entry e = {.name = m.name,
                          .version = m.version,
                          .source = m.source,
                          .now_ms = mote_clock_wall_ms(),
                          .load_us = mote_clock_mono_us() - start_us};
    mote_status st = mote_models_put(s->models, &e, m.model, err);
    mote_model_unref(m.model);
    if (st != MOTE_OK)
        return st;
    (void)mote_format(k->reference, sizeof k->reference, "%s", reference);
    (void)mote_format(k->name, sizeof k->name, "%s", m.name);
    k->is_followed = m.is_followed;
    k->object = m.object;
    k->version = 0;
    k->retry_ms = 0;
    if (m.is_followed) {
        int64_t version = 0;
        (void)mote_parse_i64(m.version, strlen(m.version), &version);
        k->version = version;
    }
    mote_log(s->has_thread ? MOTE_LOG_INFO : MOTE_LOG_DEBUG, "serve",
             "serving %s version %s from %s", m.name, m.version, m.source);
    return MOTE_OK;
}

static known *find_known(mote_source *s, const char *name)
{
    for (int32_t i = 0; i < s->n_items; i++)
        if (strcmp(s->items[i].name, name) == 0)
            return &s->items[i];
    return NULL;
}

static mote_status add_locked(mote_source *s, const char *reference, mote_err *err)
{
    known k = {.version = 0};
    if (s->n_items == MAX_KNOWN)
        return mote_fail(err, MOTE_LIMIT, "at most %d models can be served", MAX_KNOWN);
    MOTE_TRY(serve(s, reference, &k, err));
    known *old = find_known(s, k.name);
    if (!old)
        old = &s->items[s->n_items++];
    *old = k;
    return MOTE_OK;
}

mote_status mote_source_add(mote_source *s, const char *reference, mote_err *err)
{
    (void)pthread_mutex_lock(&s->lock);
    mote_status st = add_locked(s, reference, err);
    (void)pthread_mutex_unlock(&s->lock);
    return st;
}

mote_status mote_source_load(void *source, const char *name, mote_err *err)
{
    mote_source *s = source;
    (void)pthread_mutex_lock(&s->lock);
    known *k = find_known(s, name);
    mote_status st;
    if (k) {
        char reference[sizeof k->reference];
        (void)mote_format(reference, sizeof reference, "%s", k->reference);
        st = serve(s, reference, k, err);
    } else if (!s->store || strchr(name, '/') || mote_path_exists(name)) {
        /* A client must not make the server open files by their names. */
        st = mote_fail(err, MOTE_NOT_FOUND, "no model '%s' is known to this server", name);
    } else {
        st = add_locked(s, name, err);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return st;
}

/* ---- following ---- */

/* Has a reference come to mean something else? Then serve that. */
static void look_at(mote_source *s, known *k)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, ARENA_BYTES);
    mote_model_version v;
    mote_err err = {0};
    int64_t now_ms = mote_clock_mono_us() / 1000;
    if (k->retry_ms && now_ms < k->retry_ms)
        return;
    mote_status st = mote_registry_resolve(s->store, k->reference, &a, &v, &err);
    if (st == MOTE_OK && v.version == k->version && mote_sha256_equal(&v.bundle, &k->object)) {
        k->retry_ms = 0;
        return;
    }
    mote_model_set *set = mote_models_get(s->models);
    bool is_unloaded = !mote_model_set_find(set, k->name, NULL);
    mote_model_set_unref(set);
    if (st == MOTE_OK && is_unloaded)
        return; /* unloaded on request: only a request brings it back */
    if (st == MOTE_OK) {
        char reference[sizeof k->reference];
        (void)mote_format(reference, sizeof reference, "%s", k->reference);
        st = serve(s, reference, k, &err);
    }
    if (st != MOTE_OK) {
        k->retry_ms = now_ms + RETRY_MS;
        mote_log(MOTE_LOG_WARN, "serve", "'%s' stays as it is: %s", k->reference, err.text);
    }
}

static void *follow(void *arg)
{
    mote_source *s = arg;
    (void)pthread_mutex_lock(&s->lock);
    while (!s->is_stopping) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        int64_t ns = until.tv_nsec + s->poll_ms * 1000000;
        until.tv_sec += (time_t)(ns / 1000000000);
        until.tv_nsec = (long)(ns % 1000000000);
        (void)pthread_cond_timedwait(&s->stop_cond, &s->lock, &until);
        for (int32_t i = 0; i < s->n_items && !s->is_stopping; i++)
            if (s->items[i].is_followed)
                look_at(s, &s->items[i]);
    }
    (void)pthread_mutex_unlock(&s->lock);
    return NULL;
}

mote_status mote_source_watch(mote_source *s, mote_err *err)
{
    if (s->has_thread)
        return MOTE_OK;
    (void)pthread_mutex_lock(&s->lock); /* the thread reads has_thread */
    s->has_thread = pthread_create(&s->thread, NULL, follow, s) == 0;
    (void)pthread_mutex_unlock(&s->lock);
    return s->has_thread ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "a thread to follow the registry");
}

/* ---- opening, closing ---- */

mote_status mote_source_create(mote_models *models, const char *project, int64_t poll_ms,
                               mote_source **out, mote_err *err)
{
    mote_store *store = NULL;
    if (project)
        MOTE_TRY(mote_store_open(project, false, &store, err));
    mote_source *s = mote_alloc_zero(1, sizeof *s);
    if (!s || pthread_mutex_init(&s->lock, NULL) != 0) {
        mote_free(s);
        mote_store_close(store);
        return mote_fail(err, MOTE_NOMEM, "out of memory for the models' source");
    }
    pthread_condattr_t attr;
    (void)pthread_condattr_init(&attr);
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&s->stop_cond, &attr);
    (void)pthread_condattr_destroy(&attr);
    s->models = models;
    s->store = store;
    s->poll_ms = poll_ms > 0 ? poll_ms : 250;
    *out = s;
    return MOTE_OK;
}

void mote_source_destroy(mote_source *s)
{
    if (!s)
        return;
    if (s->has_thread) {
        (void)pthread_mutex_lock(&s->lock);
        s->is_stopping = true;
        (void)pthread_cond_signal(&s->stop_cond);
        (void)pthread_mutex_unlock(&s->lock);
        (void)pthread_join(s->thread, NULL);
    }
    (void)pthread_cond_destroy(&s->stop_cond);
    (void)pthread_mutex_destroy(&s->lock);
    mote_store_close(s->store);
    mote_free(s);
}
