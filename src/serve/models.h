/* SPDX-License-Identifier: Apache-2.0 */
/* The models that are loaded for serving: names, versions, exchange under load, counters.
 *
 * Readers never wait for a writer: the loaded models form an immutable set behind a counted
 * reference, and a change publishes a new set. A serving thread keeps the set it saw last and its
 * own predictors (serve/infer.h); a model goes when the last thread has let go of it. So an
 * exchange fails no request: each is answered by the old model or by the new one.
 *
 *     put(v2)   set 1 {kws v1}  --->  set 2 {kws v2 (default), kws v1}
 *     thread A  keeps set 1 until its next request or tick, then takes set 2
 *
 * Depends on base/, model/model.h. Used by serve/, monitor/, web/, cli/. Knows nothing of HTTP. */
#ifndef MOTE_SERVE_MODELS_H
#define MOTE_SERVE_MODELS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "model/model.h"

#define MOTE_SERVE_MAX_THREADS 128 /* serving threads and workers */
#define MOTE_SERVE_MAX_MODELS  256 /* versions in all */
#define MOTE_SERVE_NAME_BYTES  128

/* Counted by one serving thread for one model; other threads only read. */
typedef struct {
    _Atomic uint64_t success, fail; /* requests */
    _Atomic uint64_t inferences;    /* predictions of successful requests */
    _Atomic uint64_t request_ns, fail_ns, input_ns, infer_ns, output_ns;
    _Atomic int64_t last_ms; /* wall clock of the last prediction; 0 none */
} mote_serve_counters;

typedef struct {
    uint64_t success, fail, inferences;
    uint64_t request_ns, fail_ns, input_ns, infer_ns, output_ns;
    int64_t last_ms;
} mote_serve_counts;

typedef struct mote_intake mote_intake; /* serve/intake.h */

/* One loaded version of a model. Immutable but for the counters; lives as long as a set holds it.
 */
typedef struct {
    char name[MOTE_SERVE_NAME_BYTES]; /* as clients ask for it */
    char version[MOTE_SERVE_NAME_BYTES];
    char source[512]; /* where it came from: file, run, registry */
    mote_model *model;
    int64_t loaded_ms; /* wall clock */
    int64_t load_us;   /* how long loading took; 0 unknown */
    int32_t n_labels;
    int32_t n_numbers;        /* that an answer is: classes, values, 1 score */
    const char *numbers_name; /* "probabilities", "values", "score" */
    bool has_intervals;       /* of values: where the truth is said to lie */
    bool has_classes;
    bool has_verdict;              /* of scores: whether one is an anomaly */
    const mote_intake *intake;     /* how it is given its input */
    mote_shape sample;             /* one input, without a batch dimension */
    int64_t n_values;              /* elements of it */
    int32_t rate_hz;               /* of what runs in time; 0 */
    mote_serve_counters *counters; /* [MOTE_SERVE_MAX_THREADS] */
    _Atomic int32_t n_refs;        /* private */
} mote_served;

typedef struct {
    _Atomic int32_t n_refs; /* private */
    int32_t n;
    mote_served *items[]; /* newest first: the first of a name is its default version */
} mote_model_set;

typedef struct mote_models mote_models;

/* keep_versions: how many versions of a name stay loaded, for clients that ask for one; >= 1. */
MOTE_MUST_USE mote_status mote_models_create(int32_t keep_versions, mote_models **out,
                                             mote_err *err);
void mote_models_destroy(mote_models *ms); /* no thread may use it any more */

/* Load `m` under a name and version and make it the default of that name. The oldest version over
 * keep_versions is let go. Takes its own reference. A version that is there is replaced. ARG for an
 * empty or too long name or one with '/', LIMIT when there are too many. */
typedef struct {
    const char *name, *version, *source;
    int64_t now_ms;
    int64_t load_us;
} mote_model_entry;
MOTE_MUST_USE mote_status mote_models_put(mote_models *ms, const mote_model_entry *entry,
                                          mote_model *m, mote_err *err);

/* Let all versions of a name go. NOT_FOUND. */
MOTE_MUST_USE mote_status mote_models_remove(mote_models *ms, const char *name, mote_err *err);

/* The set of now, with a reference for the caller. */
mote_model_set *mote_models_get(mote_models *ms);
void mote_model_set_unref(mote_model_set *set);

/* Rises with every change: a thread that has seen it need not look again. */
uint64_t mote_models_generation(const mote_models *ms);
uint64_t mote_models_swaps(const mote_models *ms); /* puts that replaced the default of a name */

/* version NULL or "": the default. NULL when it is not there. Borrowed as long as the set. */
mote_served *mote_model_set_find(const mote_model_set *set, const char *name, const char *version);

void mote_served_counts(const mote_served *s, mote_serve_counts *out);

#endif
