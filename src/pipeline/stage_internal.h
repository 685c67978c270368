/* SPDX-License-Identifier: Apache-2.0 */
/* What a stage is to the engine (pipeline.c), and what the engine gives a stage (stage_*.c). */
#ifndef MOTE_PIPELINE_STAGE_INTERNAL_H
#define MOTE_PIPELINE_STAGE_INTERNAL_H

#include "pipeline/pipeline.h"
#include "pipeline/settings.h"
#include "pipeline/start.h"

/* The graph of stage compress that ships: int8, or float32 where int8 loses too much. The name is
 * that of the first version, when there was but one type. */
#define MOTE_SHIPPED_GRAPH "graph.s8"

/* One attempt, while it runs. */
typedef struct {
    mote_stage_id id;
    mote_sha256 key;
    int64_t attempt; /* row of stage_attempt */
    json_t *output;  /* what the stage has to say; filled by mote_stage_set */
    bool is_cut;     /* a member had no memory: the attempt fails */
    mote_stage_object objects[MOTE_STAGE_MAX_OBJECTS];
    size_t n_objects;
} mote_stage_run;

typedef struct {
    size_t n_inputs;
    mote_stage_id inputs[MOTE_STAGE_MAX_INPUTS]; /* their keys are in its key */
    size_t n_gates;
    mote_stage_id gates[MOTE_STAGE_MAX_INPUTS]; /* must have ended well before it runs, but change
                                                   nothing in what it makes: not in its key */
    unsigned settings; /* MOTE_USES(..) | ..: all that it can see of mote.yaml */
    /* Whatever else the result depends on, as JSON value strings; NULL: nothing. Sees the settings
     * of the stage. */
    mote_status (*more)(mote_pipeline *p, json_t *components, mote_err *err);
    mote_status (*run)(mote_pipeline *p, mote_stage_run *r, mote_err *err);
    /* It does something beyond its output (registers, promotes): when mote.yaml goes back to what
     * it was, what was done then has been undone since, and it runs again. */
    bool is_deed;
} mote_stage_def;

extern const mote_stage_def mote_stage_defs[MOTE_N_STAGES]; /* stages.c */

struct mote_pipeline {
    struct { /* mote_pipeline_config but for the project */
        mote_store *store;
        mote_pool *pool;
        const mote_cancel *cancel;
        mote_pipeline_progress *progress;
        void *progress_arg;
        int64_t (*now_ms)(void);
        void (*warn)(void *arg, const char *text);
    } cfg;
    const mote_project *whole; /* mote.yaml, for the engine (keys, schedule.retrain, the name that
                                  runs are recorded under) and for no stage */
    const mote_settings *settings; /* of the stage at hand, as its row says; NULL: no stage is */
    mote_settings made;            /* what it points to */
    mote_arena arena;              /* of the pipeline; texts of `why` */
    mote_decoded_cache *decoded;   /* samples that a stage of this lap has decoded */
    bool has_form;
    mote_sha256 form_of;   /* the data version that it is of */
    mote_sample_form form; /* of its samples; texts live in `arena` */
    mote_start start;      /* what training begins with, as of this lap; graph NULL: not read yet */
    mote_start teachers[MOTE_MAX_TEACHERS]; /* whom it learns from, the same */
    const char *work_dir; /* "<project>/.mote/work": checkpoints, generated projects */
    mote_stage_result results[MOTE_N_STAGES]; /* output NULL: not fresh */
    mote_sha256 keys[MOTE_N_STAGES];
    char lost[MOTE_N_STAGES][MOTE_STAGE_NAME_BYTES]; /* a result that is missing from the store; ""
                                                        : none */
    bool dropped;      /* a damaged result was removed in this run; what made it runs again */
    bool takes_all;    /* samples do not wait: the data stage is forced */
    int64_t n_waiting; /* samples that the data stage leaves for later (retrain.c) */
};

/* What schedule.retrain of mote.yaml asks for (retrain.c). */

/* Has every_days gone by since the training that ended at trained_ms? *why is NULL when not, else
 * the reason in words; lives as long as p. */
MOTE_MUST_USE mote_status mote_retrain_by_age(mote_pipeline *p, int64_t trained_ms,
                                              const char **why, mote_err *err);
/* The component "samples" of the data stage: the samples in the store, or, as long as fewer than
 * new_samples came since the last version and no training is due by age, those of that version.
 * `others`: the other components of its key. Sets p->n_waiting. */
MOTE_MUST_USE mote_status mote_retrain_samples(mote_pipeline *p, const json_t *others,
                                               char out[static 96], mote_err *err);

/* Make p->settings for the stage. */
void mote_stage_settings(mote_pipeline *p, mote_stage_id id);

/* Add to p->settings what the data version says (mote_settings_complete); and, where it is wanted,
 * the front end as the features stage fitted it. The data stage must have its result. Errors: those
 * of reading the version and one object of it. */
MOTE_MUST_USE mote_status mote_stage_complete(mote_pipeline *p, bool is_fitted, mote_err *err);

/* For stages. */

/* The front end of samples of that form, not fitted: that of mote.yaml, or of the model that
 * training begins with, which then is in p->made.start, too. Errors: those of start.h. */
MOTE_MUST_USE mote_status mote_stage_frontend(mote_pipeline *p, const mote_sample_form *form,
                                              mote_frontend *out, mote_err *err);

/* What the settings of the stage at hand are made of, as JSON by section, for the record of a run.
 * New reference owned by the caller. */
MOTE_MUST_USE mote_status mote_stage_config_json(const mote_pipeline *p, json_t **out,
                                                 mote_err *err);
/* The same for a stage and all the stages that it is made from, of the whole mote.yaml. */
MOTE_MUST_USE mote_status mote_stage_lineage_json(const mote_pipeline *p, mote_stage_id id,
                                                  json_t **out, mote_err *err);
/* The name that runs are recorded under. A label, part of no result and so of no key: renaming a
 * project does not train it again. */
const char *mote_stage_experiment(const mote_pipeline *p);

/* A member of the stage's output; takes the reference. That there was no memory (value NULL
 * included) is remembered, and the attempt fails with NOMEM when the stage is done. */
void mote_stage_set(mote_stage_run *r, const char *member, json_t *value);
void mote_stage_progress(mote_pipeline *p, const mote_stage_run *r, int64_t done, int64_t total,
                         const char *note);
/* A checkpoint could not be used and was removed: warn. */
void mote_stage_lost_checkpoint(mote_pipeline *p, const char *why);
/* Say something that the user should know and that stops nothing. */
void mote_stage_warn(mote_pipeline *p, const char *text);
/* Put bytes into the store and name them as made by this attempt. */
MOTE_MUST_USE mote_status mote_stage_put(mote_pipeline *p, mote_stage_run *r, const char *name,
                                         const void *bytes, size_t n, mote_err *err);
/* An object that an earlier stage made: its bytes, owned by the caller (mote_free). */
MOTE_MUST_USE mote_status mote_stage_get(mote_pipeline *p, mote_stage_id from, const char *name,
                                         char **bytes, size_t *n, mote_err *err);
/* The name of such an object; NULL when there is none. */
const mote_sha256 *mote_stage_find(const mote_pipeline *p, mote_stage_id from, const char *name);

#endif
