/* SPDX-License-Identifier: Apache-2.0 */
/* One serving thread's predictors. */
#include "serve/infer.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "serve/intake.h"
#include "serve/predlog.h"

#define MAX_PREDICTORS 16 /* kept at a time; the one used longest ago goes */

typedef struct {
    mote_served *served; /* held alive by the set */
    mote_predictor *predictor;
    mote_hearer *hearer; /* of the predictor; NULL until it is needed */
    uint64_t used;
} slot;

struct mote_infer {
    mote_models *models;
    mote_model_set *set;
    uint64_t generation;
    int32_t thread;
    mote_infer_hooks hooks;
    slot slots[MAX_PREDICTORS];
    uint64_t n_runs;
};

int64_t mote_infer_now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

mote_status mote_infer_create(mote_models *ms, int32_t thread, const mote_infer_hooks *hooks,
                              mote_infer **out, mote_err *err)
{
    MOTE_BUG_IF(thread < 0 || thread >= MOTE_SERVE_MAX_THREADS);
    mote_infer *t = mote_alloc_zero(1, sizeof *t);
    if (!t)
        return mote_fail(err, MOTE_NOMEM, "out of memory for serving thread %d", (int)thread);
    t->models = ms;
    t->thread = thread;
    if (hooks)
        t->hooks = *hooks;
    t->generation = mote_models_generation(ms);
    t->set = mote_models_get(ms);
    *out = t;
    return MOTE_OK;
}

static void drop(slot *s)
{
    mote_hearer_destroy(s->hearer);
    mote_predictor_destroy(s->predictor);
    *s = (slot){0};
}

void mote_infer_destroy(mote_infer *t)
{
    if (!t)
        return;
    for (int i = 0; i < MAX_PREDICTORS; i++)
        drop(&t->slots[i]);
    mote_model_set_unref(t->set);
    mote_free(t);
}

static bool set_has(const mote_model_set *set, const mote_served *s)
{
    for (int32_t i = 0; i < set->n; i++)
        if (set->items[i] == s)
            return true;
    return false;
}

void mote_infer_refresh(mote_infer *t)
{
    uint64_t generation = mote_models_generation(t->models);
    if (generation == t->generation)
        return;
    mote_model_set *old = t->set;
    t->generation = generation; /* read before the set: at worst one more look */
    t->set = mote_models_get(t->models);
    for (int i = 0; i < MAX_PREDICTORS; i++)
        if (t->slots[i].served && !set_has(t->set, t->slots[i].served))
            drop(&t->slots[i]);
    mote_model_set_unref(old);
}

mote_status mote_infer_find(mote_infer *t, const char *name, const char *version,
                            const mote_served **out, mote_err *err)
{
    mote_infer_refresh(t);
    const mote_served *s = mote_model_set_find(t->set, name, version);
    if (s) {
        *out = s;
        return MOTE_OK;
    }
    if (mote_model_set_find(t->set, name, NULL))
        return mote_fail(err, MOTE_NOT_FOUND,
                         "Request for unknown model: '%s' version '%s' is not found", name,
                         version);
    return mote_fail(err, MOTE_NOT_FOUND, "Request for unknown model: '%s' is not found", name);
}

mote_status mote_infer_first(mote_infer *t, bool only_files, const mote_served **out, mote_err *err)
{
    mote_infer_refresh(t);
    for (int32_t i = 0; i < t->set->n; i++)
        if (!only_files || t->set->items[i]->intake->reads_files) {
            *out = t->set->items[i];
            return MOTE_OK;
        }
    return mote_fail(err, MOTE_NOT_FOUND,
                     only_files ? "no model that reads files is loaded" : "no model is loaded");
}

/* This thread's predictor of a model, made when it is first needed. */
static mote_status slot_of(mote_infer *t, const mote_served *s, slot **out, mote_err *err)
{
    slot *oldest = &t->slots[0];
    for (int i = 0; i < MAX_PREDICTORS; i++) {
        slot *at = &t->slots[i];
        if (at->served == s) {
            at->used = ++t->n_runs;
            *out = at;
            return MOTE_OK;
        }
        if (at->used < oldest->used)
            oldest = at;
    }
    mote_predictor *p = NULL;
    MOTE_TRY(mote_predictor_create(s->model, &p, err));
    drop(oldest);
    for (int32_t i = 0; i < t->set->n; i++)
        if (t->set->items[i] == s)
            *oldest = (slot){t->set->items[i], p, NULL, ++t->n_runs};
    MOTE_BUG_IF(!oldest->served); /* `s` did not come from find */
    *out = oldest;
    return MOTE_OK;
}

static mote_status predict(mote_infer *t, const mote_served *s, const mote_infer_input *in,
                           mote_prediction *out, mote_err *err)
{
    slot *at = NULL;
    MOTE_TRY(slot_of(t, s, &at, err));
    return s->intake->predict(at->predictor, in->x, in->n, out, err);
}

mote_status mote_infer_try(mote_infer *t, const mote_served *s, const void *x, size_t n,
                           mote_prediction *out, mote_err *err)
{
    mote_infer_input in = {.x = x, .n = n};
    return predict(t, s, &in, out, err);
}

mote_status mote_infer_hearer(mote_infer *t, const mote_served *s, mote_hearer **out, mote_err *err)
{
    slot *at = NULL;
    MOTE_TRY(slot_of(t, s, &at, err));
    if (!at->hearer)
        MOTE_TRY(mote_hearer_create(at->predictor, &at->hearer, err));
    *out = at->hearer;
    return MOTE_OK;
}

/* Everything that the observer and the log are told of a prediction, but for what is watched. */
static mote_serve_event event_of(const mote_infer *t, const mote_served *s,
                                 const mote_infer_input *in, const mote_prediction *p)
{
    return (mote_serve_event){
        .served = s,
        .prediction = p,
        .x = in->x,
        .n_in = in->n,
        .wall_ms = mote_clock_wall_ms(),
        .thread = t->thread,
        .request_id = in->request_id ? in->request_id : "",
        .consent = in->consent,
        .kept = in->kept,
    };
}

/* Tell the observer of the samples that stand for the request; what is watched of them goes into
 * logged[MOTE_SERVE_MAX_TOLD * MOTE_SERVE_MAX_WATCHED]. */
static mote_status tell_all(mote_infer *t, const mote_served *s, const mote_infer_input *in,
                            float *logged, int32_t *n_logged, mote_err *err)
{
    MOTE_BUG_IF(in->told->n < 1 || in->told->n > MOTE_SERVE_MAX_TOLD);
    const int64_t wall_ms = mote_clock_wall_ms(); /* of all: whoever counts them sees one request */
    *n_logged = 0;
    for (size_t i = 0; i < in->told->n; i++) {
        const mote_infer_input one = {.x = in->told->items[i],
                                      .n = in->n,
                                      .request_id = in->request_id,
                                      .consent = in->consent};
        mote_prediction p;
        MOTE_TRY(predict(t, s, &one, &p, err));
        mote_serve_event e = event_of(t, s, &one, &p);
        e.wall_ms = wall_ms;
        t->hooks.observer(t->hooks.observer_arg, &e);
        memcpy(logged + *n_logged, e.watched, (size_t)e.n_watched * sizeof *logged);
        *n_logged += e.n_watched;
    }
    return MOTE_OK;
}

mote_status mote_infer_run(mote_infer *t, const mote_served *s, const mote_infer_input *in,
                           mote_prediction *out, mote_err *err)
{
    const bool is_told_apart = in->told && t->hooks.observer;
    float logged[MOTE_SERVE_MAX_TOLD * MOTE_SERVE_MAX_WATCHED];
    int32_t n_logged = 0;
    if (is_told_apart)
        MOTE_TRY(tell_all(t, s, in, logged, &n_logged, err));
    int64_t start_ns = mote_infer_now_ns();
    MOTE_TRY(predict(t, s, in, out, err));
    mote_serve_event e = event_of(t, s, in, out);
    e.infer_ns = mote_infer_now_ns() - start_ns;
    atomic_store_explicit(&s->counters[t->thread].last_ms, e.wall_ms, memory_order_relaxed);
    if (t->hooks.observer && !is_told_apart)
        t->hooks.observer(t->hooks.observer_arg, &e);
    e.logged = is_told_apart ? logged : e.watched;
    e.n_logged = is_told_apart ? n_logged : e.n_watched;
    if (t->hooks.log)
        mote_predlog_submit(t->hooks.log, &e);
    return MOTE_OK;
}

static void add(_Atomic uint64_t *counter, int64_t n)
{
    uint64_t x = n > 0 ? (uint64_t)n : 0;
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + x,
                          memory_order_relaxed);
}

void mote_infer_count(mote_infer *t, const mote_served *s, const mote_infer_cost *cost)
{
    mote_serve_counters *c = &s->counters[t->thread];
    if (!cost->ok) {
        add(&c->fail, 1);
        add(&c->fail_ns, cost->request_ns);
        return;
    }
    add(&c->success, 1);
    add(&c->inferences, (int64_t)cost->n);
    add(&c->request_ns, cost->request_ns);
    add(&c->input_ns, cost->input_ns);
    add(&c->infer_ns, cost->infer_ns);
    add(&c->output_ns, cost->output_ns);
}
