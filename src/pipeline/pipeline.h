/* SPDX-License-Identifier: Apache-2.0 */
/* The loop as stages: run what is out of date, in order, and remember what was done.
 *
 * A stage is a function of the outputs of earlier stages and of parts of mote.yaml, which are all
 * that it can see of it (settings.h). Its key is the SHA-256 of all that: the stage's name and
 * version, the keys of the stages it reads, the parts it sees, and whatever else it names (the
 * samples in the store). An attempt that ended well is kept under its key; a stage whose present
 * key has such an attempt is fresh and not run again, also when mote.yaml went back to what it was
 * before. A gate is a stage that must have ended well before another runs, without being in its
 * key: a budget that was mended is checked again, and what was trained under it stays.
 *
 * A stage that is stopped or killed leaves a 'running' attempt behind, which counts for nothing;
 * long stages keep their own checkpoint in the work folder and go on from there.
 *
 * schedule.retrain of mote.yaml bends two of these rules (retrain.c): new samples may wait until
 * there are enough of them, and a training that is too old is stale whatever its key.
 *
 * Depends on store/, project/ and every library that a stage uses (stage_*.c). Used by cli/. */
#ifndef MOTE_PIPELINE_PIPELINE_H
#define MOTE_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "project/project.h"
#include "project/verdict.h"
#include "store/store.h"

#define MOTE_STAGE_MAX_INPUTS  6
#define MOTE_STAGE_MAX_OBJECTS 48 /* the models of 20 folds and their front ends, and some */
#define MOTE_STAGE_NAME_BYTES  24 /* of an object of a stage */

/* STAGE(id, "inputs", ...) of stages.def, in the order of the loop. */
typedef enum {
#define STAGE(id, version, doc) MOTE_STAGE_##id,
#include "pipeline/stages.def"
#undef STAGE
    MOTE_N_STAGES
} mote_stage_id;

/* total 0: unknown. note may be empty. */
typedef void mote_pipeline_progress(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                                    const char *note);

/* A named object that a stage made. */
typedef struct {
    char name[MOTE_STAGE_NAME_BYTES];
    mote_sha256 object;
} mote_stage_object;

/* What a stage has done: read by later stages, `mote status` and reports. */
typedef struct {
    json_t *output; /* owned by the pipeline; NULL: not there */
    mote_stage_object objects[MOTE_STAGE_MAX_OBJECTS];
    size_t n_objects;
    int64_t started_ms, ended_ms;
} mote_stage_result;

typedef struct {
    mote_store *store;
    const mote_project *project;
    mote_pool *pool;                  /* NULL: one thread */
    const mote_cancel *cancel;        /* NULL: cannot be stopped */
    mote_pipeline_progress *progress; /* NULL: none */
    void *progress_arg;
    int64_t (*now_ms)(void);                   /* the wall clock */
    void (*warn)(void *arg, const char *text); /* NULL: not told; arg is progress_arg */
} mote_pipeline_config;

typedef struct mote_pipeline mote_pipeline;

MOTE_MUST_USE mote_status mote_pipeline_create(const mote_pipeline_config *cfg, mote_pipeline **out,
                                               mote_err *err);
void mote_pipeline_destroy(mote_pipeline *p);

/* STALE also when an object of the result is missing from the store, when an input is stale, and
 * for training when schedule.retrain.every_days has gone by: it then runs again under the same key,
 * and gives the same bytes when nothing changed. FAILED: the last attempt under the present key
 * failed. */
typedef enum { MOTE_STAGE_FRESH, MOTE_STAGE_STALE, MOTE_STAGE_FAILED } mote_stage_state;

typedef struct {
    mote_stage_state state;
    int64_t ended_ms; /* of the last good attempt under any key; 0: never */
    /* "never run", "mote.yaml: training changed", the error; FRESH: "", or what waits. Lives as
     * long as p. */
    const char *why;
} mote_stage_status;

MOTE_MUST_USE mote_status mote_pipeline_status(mote_pipeline *p,
                                               mote_stage_status out[MOTE_N_STAGES], mote_err *err);

/* Bring every stage up to and including `last` up to date. force: run `last` even when fresh. A
 * result of an earlier stage that turns out to be damaged is removed, with a warning, and made
 * again.
 * CANCELLED when stopped on request; nothing done is lost. */
MOTE_MUST_USE mote_status mote_pipeline_run(mote_pipeline *p, mote_stage_id last, bool force,
                                            mote_err *err);

/* The result of a stage under its present key; output NULL when it is not fresh. Borrowed from p
 * until the next run. */
MOTE_MUST_USE mote_status mote_pipeline_result(mote_pipeline *p, mote_stage_id stage,
                                               const mote_stage_result **out, mote_err *err);

/* Make settings (flags, settings.h) for the libraries that stages use, outside of any stage, as
 * cross-validation does. They stay until the next call that looks at stages. */
void mote_pipeline_use(mote_pipeline *p, unsigned settings);

/* schedule.retrain: what makes a trained model stale. */
typedef struct {
    bool on_drift;                   /* an open alert of the monitor; the monitor's readers ask */
    int32_t new_samples, every_days; /* 0: never */
} mote_retrain_rule;
mote_retrain_rule mote_retrain_rule_of(const mote_project *p);

/* Keep a number that was measured outside the stages (serving, the field), for the model that the
 * compress stage made. Of `m`, the id, the basis and the time are filled in here. NOT_FOUND when
 * that stage is not fresh. */
MOTE_MUST_USE mote_status mote_pipeline_measured(mote_pipeline *p, mote_metric metric,
                                                 mote_place where, const mote_measurement *m,
                                                 mote_err *err);

/* The measurements that were kept so for the present model, as a JSON array (project/verdict.h),
 * and what they are true of. New reference owned by the caller; basis lives as long as p, NULL when
 * there is no model yet. Judged with those of the stages by mote_pipeline_judge (judged.h). */
MOTE_MUST_USE mote_status mote_pipeline_recorded(mote_pipeline *p, json_t **out, const char **basis,
                                                 mote_err *err);

const char *mote_stage_name(mote_stage_id stage);
bool mote_stage_parse(const char *name, mote_stage_id *out);

#endif
