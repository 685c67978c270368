/* SPDX-License-Identifier: Apache-2.0 */
/* Experiments and runs: what was tried, from what, and what came of it.
 *
 * MLflow's model: an experiment holds runs; a run has a status, parameters (written once), metrics
 * (points with step and time), tags and artifacts (objects). Beyond that a run records the data
 * version, the git commit and the difference to it, the configuration, the machine and the version
 * of Mote, so that it can be made again.
 *
 * Every function that writes is durable when it returns (or with the caller's transaction). Times
 * come from the caller. Depends on base/, store/. Used by pipeline/, serve/, cli/. */
#ifndef MOTE_TRACK_RUN_H
#define MOTE_TRACK_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "store/store.h"

#define MOTE_RUN_ID_BYTES  33 /* 32 lower-case hex digits and the 0 */
#define MOTE_RUN_KEY_MAX   250
#define MOTE_RUN_PARAM_MAX 6000
#define MOTE_RUN_TAG_MAX   8000
/* The artifacts by which a run of Mote's own is known: what stage train keeps, and the model
 * itself, which the last stage makes. */
#define MOTE_RUN_TRAINED "model/graph.f32"
#define MOTE_RUN_BUNDLE  "model/bundle.mote"

typedef enum {
    MOTE_RUN_RUNNING,
    MOTE_RUN_SCHEDULED,
    MOTE_RUN_FINISHED,
    MOTE_RUN_FAILED,
    MOTE_RUN_KILLED,
    MOTE_RUN_ANY /* in queries only */
} mote_run_status;
const char *mote_run_status_name(mote_run_status st); /* "RUNNING"; ANY: "" */

/* ---- writing ---- */

/* What a run is made from. Everything is copied; NULL fields are unknown. */
typedef struct {
    const char *experiment; /* made if it is not there; NULL: "default" */
    const char *name;       /* NULL: "run-<n>" */
    const char *user;       /* NULL: "" */
    const char *parent;     /* run id */
    const char *data_version;
    const mote_sha256 *data_manifest; /* kept while the run is */
    const char *config_json;          /* NULL: "{}"; must be an object */
    const char *source_dir;           /* where to ask git; no repository there is fine */
} mote_run_spec;

/* Begin a run, status RUNNING. ARG: a name is empty or too long; PARSE: config_json;
 * NOT_FOUND: parent, manifest. */
MOTE_MUST_USE mote_status mote_run_create(mote_store *s, const mote_run_spec *spec, int64_t now_ms,
                                          char run_id[MOTE_RUN_ID_BYTES], mote_err *err);

/* st: FINISHED, FAILED or KILLED. */
MOTE_MUST_USE mote_status mote_run_finish(mote_store *s, const char *run_id, mote_run_status st,
                                          int64_t now_ms, mote_err *err);
/* Runs that say RUNNING though nobody can be running them (the caller holds the project's write
 * lock) become KILLED. *n: how many. */
MOTE_MUST_USE mote_status mote_run_close_abandoned(mote_store *s, int64_t now_ms, int64_t *n,
                                                   mote_err *err);
/* Deleted runs are hidden, not erased; restore brings them back. */
MOTE_MUST_USE mote_status mote_run_set_deleted(mote_store *s, const char *run_id, bool deleted,
                                               mote_err *err);

typedef struct {
    const char *key, *value;
} mote_run_pair;
typedef struct {
    const char *key;
    double value; /* inf is kept as the largest number, NaN as NaN */
    int64_t step, time_ms;
} mote_run_point;

/* Keys are 1..250 of letters, digits, "_-./: " (no "..", no leading '/'): ARG names a bad one.
 * All of a batch is written or nothing. Parameters never change: the same value again is fine,
 * another one is CONFLICT. Tags are replaced. A metric point that is there already is fine. */
MOTE_MUST_USE mote_status mote_run_log_params(mote_store *s, const char *run_id,
                                              const mote_run_pair *params, size_t n, mote_err *err);
MOTE_MUST_USE mote_status mote_run_log_metrics(mote_store *s, const char *run_id,
                                               const mote_run_point *points, size_t n,
                                               mote_err *err);
MOTE_MUST_USE mote_status mote_run_set_tags(mote_store *s, const char *run_id,
                                            const mote_run_pair *tags, size_t n, mote_err *err);
/* `path` is relative, "model/bundle.mote"; replaced when it is there. */
MOTE_MUST_USE mote_status mote_run_add_artifact(mote_store *s, const char *run_id, const char *path,
                                                const mote_sha256 *object, mote_err *err);

/* ---- reading; everything lives as long as the arena ---- */

typedef struct {
    const char *run_id, *name, *experiment, *user;
    mote_run_status status;
    bool is_deleted;
    int64_t start_ms;
    int64_t end_ms;           /* 0: not ended */
    const char *parent;       /* NULL: none */
    const char *data_version; /* NULL: none */
    const char *config_json;
    const char *git_commit, *git_branch; /* NULL: no repository */
    bool git_dirty;
    bool has_git_diff;
    mote_sha256 git_diff;
    const char *machine_json, *mote_version;
    double order_value; /* of a query's order_metric; NaN: it has none */
} mote_run_info;

typedef struct {
    const char *key;
    double last, lowest, highest; /* NaN when all points are */
    int64_t last_step, last_time_ms;
    int64_t n_points;
} mote_run_metric;

typedef struct {
    const char *path;
    mote_sha256 object;
    int64_t size_bytes;
} mote_run_artifact;

typedef struct {
    mote_run_info info;
    mote_run_pair *params;
    size_t n_params; /* all in order of key */
    mote_run_metric *metrics;
    size_t n_metrics;
    mote_run_pair *tags;
    size_t n_tags;
    mote_run_artifact *artifacts;
    size_t n_artifacts;
} mote_run;

/* A run id, at least 4 leading digits of one, a run's name, or "latest" (the newest that is not
 * deleted). CONFLICT when several fit; NOT_FOUND when none does. */
MOTE_MUST_USE mote_status mote_run_find(mote_store *s, const char *what,
                                        char run_id[MOTE_RUN_ID_BYTES], mote_err *err);
MOTE_MUST_USE mote_status mote_run_get(mote_store *s, const char *run_id, mote_arena *a,
                                       mote_run *out, mote_err *err);
/* A metric over the run; lives as long as the arena. */
typedef struct {
    mote_run_point *points; /* [n], in order of step, then time */
    size_t n;
} mote_run_series;
MOTE_MUST_USE mote_status mote_run_history(mote_store *s, const char *run_id, const char *key,
                                           mote_arena *a, mote_run_series *out, mote_err *err);

typedef struct {
    const char *experiment; /* NULL: all; NOT_FOUND when there is none of the name */
    mote_run_status status; /* MOTE_RUN_ANY: all */
    bool with_deleted;
    const char *order_metric; /* NULL: newest first. By last value; runs without last */
    bool ascending;           /* of order_metric */
    int64_t limit;            /* 0: all */
} mote_run_query;

MOTE_MUST_USE mote_status mote_run_search(mote_store *s, const mote_run_query *q, mote_arena *a,
                                          mote_run_info **out, size_t *n, mote_err *err);

/* Side by side: one row per parameter or metric. Text is as for a person and for JSON; NULL where a
 * run has none. Metrics give two rows: the last value and the best, where low is better for names
 * that hold "loss", "error", "false", "latency", "_ms", "_bytes", "ece". */
typedef struct {
    const char *kind; /* "param", "metric", "best", "run" */
    const char *key;
    const char **values; /* [n_runs] */
    bool differs;
} mote_run_compare_row;
typedef struct {
    mote_run_info *runs;
    size_t n_runs;
    mote_run_compare_row *rows;
    size_t n_rows;
} mote_run_comparison;

MOTE_MUST_USE mote_status mote_run_compare(mote_store *s, const char *const *run_ids, size_t n_runs,
                                           mote_arena *a, mote_run_comparison *out, mote_err *err);
/* Of the name of a run's metric. The first part that metrics.def has decides ("mae.test/casual",
 * "baseline/energy/accuracy"); of others, which clients name as they like, words in it do. */
bool mote_run_lower_is_better(const char *metric);

/* In order of name. */
typedef struct {
    const char *name;
    bool is_deleted;
    int64_t created_ms, n_runs;
} mote_experiment;
MOTE_MUST_USE mote_status mote_experiment_list(mote_store *s, mote_arena *a, mote_experiment **out,
                                               size_t *n, mote_err *err);

#endif
