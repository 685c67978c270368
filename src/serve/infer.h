/* SPDX-License-Identifier: Apache-2.0 */
/* Inference on one serving thread: its view of the loaded models, its own predictors, and what
 * happens around each prediction (counting, watching, logging).
 *
 * Depends on model/hear.h, serve/models.h, serve/predlog.h. Used by web/, cli/. */
#ifndef MOTE_SERVE_INFER_H
#define MOTE_SERVE_INFER_H

#include "model/hear.h"
#include "serve/consent.h"
#include "serve/models.h"

#define MOTE_SERVE_MAX_WATCHED 64 /* as many as evaluate/reference_profile.h watches */
#define MOTE_SERVE_MAX_TOLD    8  /* samples of one request that the observer is told of */

/* An input as the log keeps it, where the text that came says more than its numbers do. */
typedef struct {
    const char *s;
    size_t n;
} mote_kept_text;

/* One prediction, as told to the observer and to the prediction log. All borrowed. */
typedef struct {
    const mote_served *served;
    const mote_prediction *prediction;
    const void *x; /* the input: elements of served->sample's type */
    size_t n_in;   /* of them */
    int64_t wall_ms;
    int64_t infer_ns;
    const mote_kept_text *kept;            /* NULL: intake->encode makes it from x */
    int32_t thread;                        /* serving thread, [0, MOTE_SERVE_MAX_THREADS) */
    const char *request_id;                /* "" when the client gave none */
    const mote_consent *consent;           /* NULL: none was given */
    float watched[MOTE_SERVE_MAX_WATCHED]; /* summary values that the observer fills */
    int32_t n_watched;
    const float *logged; /* to the log: those of every sample that the observer was told of, one */
    int32_t n_logged;    /* behind the other; NULL to the observer */
} mote_serve_event;

/* Called after each prediction (of several samples, mote_infer_told, for each of them) on the
 * serving thread that made it, so at the same time on several: state belongs into one place per
 * event->thread. Must not wait. */
typedef void mote_serve_observer(void *arg, mote_serve_event *event);

typedef struct mote_predlog mote_predlog;

typedef struct {
    mote_serve_observer *observer; /* NULL: none */
    void *observer_arg;
    mote_predlog *log; /* NULL: none; borrowed */
} mote_infer_hooks;

typedef struct mote_infer mote_infer;

/* thread: which counters it writes; one mote_infer per number. `ms` is borrowed. */
MOTE_MUST_USE mote_status mote_infer_create(mote_models *ms, int32_t thread,
                                            const mote_infer_hooks *hooks, mote_infer **out,
                                            mote_err *err);
void mote_infer_destroy(mote_infer *t);

/* Take the newest set of models, let go of predictors whose model is gone. Cheap when nothing has
 * changed. find does it; call it also now and then on idle threads, so that old models can go. */
void mote_infer_refresh(mote_infer *t);

/* version NULL or "": the default one. NOT_FOUND. Borrowed until the next find or refresh. */
MOTE_MUST_USE mote_status mote_infer_find(mote_infer *t, const char *name, const char *version,
                                          const mote_served **out, mote_err *err);
/* The model to use where the client names none: the newest (of those that read files, if
 * only_files). NOT_FOUND when there is none. */
MOTE_MUST_USE mote_status mote_infer_first(mote_infer *t, bool only_files, const mote_served **out,
                                           mote_err *err);

/* The samples of a request that stand for it before the observer: those that training would have
 * cut from it. The one that it was answered by does not: it was chosen for being sure, or unusual,
 * and what is normal was not. All borrowed. */
typedef struct {
    const void *items[MOTE_SERVE_MAX_TOLD];
    size_t n; /* at least 1 */
} mote_infer_told;

typedef struct {
    const void *x;               /* one sample: elements of served->sample's type */
    size_t n;                    /* of them */
    const char *request_id;      /* NULL: none */
    const mote_consent *consent; /* NULL: none */
    const mote_kept_text *kept;  /* NULL: as intake->encode makes it of x */
    const mote_infer_told *told; /* NULL: x */
} mote_infer_input;

/* One prediction. `s` came from find or first on this object. The result lives until the next run
 * with the same model. SHAPE when the input does not fit the model. */
MOTE_MUST_USE mote_status mote_infer_run(mote_infer *t, const mote_served *s,
                                         const mote_infer_input *in, mote_prediction *out,
                                         mote_err *err);

/* The same of which nobody is told: one of several windows, before it is known which is the answer.
 */
MOTE_MUST_USE mote_status mote_infer_try(mote_infer *t, const mote_served *s, const void *x,
                                         size_t n, mote_prediction *out, mote_err *err);

/* What hears streams of the model's sample as the device does (model/hear.h), this thread's;
 * observer and log are not told of what it hears. Borrowed until the next find, first, refresh or
 * run. */
MOTE_MUST_USE mote_status mote_infer_hearer(mote_infer *t, const mote_served *s, mote_hearer **out,
                                            mote_err *err);

/* What a whole request cost, for the counters of its model: reading the input, `n` predictions,
 * writing the output. */
typedef struct {
    bool ok;
    uint64_t n;
    int64_t request_ns, input_ns, infer_ns, output_ns;
} mote_infer_cost;
void mote_infer_count(mote_infer *t, const mote_served *s, const mote_infer_cost *cost);

int64_t mote_infer_now_ns(void); /* monotonic, for the costs */

#endif
