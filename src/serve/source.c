/* SPDX-License-Identifier: Apache-2.0 */
/* The models that are served, and the thread that follows aliases. */
#include "serve/source.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "track/model_ref.h"
#include "track/registry.h"

#define MAX_KNOWN   64
#define RETRY_MS    10000 /* after a version that could not be loaded */
#define ARENA_BYTES ((size_t)16 << 20)

_Static_assert(MOTE_SERVE_NAME_BYTES == MOTE_MODEL_REF_NAME_BYTES, "a served name is cut");

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

/* ---- the served ones ---- */

static mote_status serve(mote_source *s, const char *reference, known *k, mote_err *err)
{
    int64_t start_us = mote_clock_mono_us();
    mote_resolved_model m = {.model = NULL};
    MOTE_TRY(mote_model_resolve(s->store, reference, &m, err));
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
