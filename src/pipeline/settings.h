/* SPDX-License-Identifier: Apache-2.0 */
/* From mote.yaml to the settings of the libraries: all of it, here and nowhere else.
 *
 * A setting (settings.def) is made from named parts of mote.yaml and sees no others. The row of a
 * stage (stages.c) lists its settings; the engine makes those, and no others, before the stage
 * runs, and puts their parts into the stage's key. So a stage cannot depend on what is not in its
 * key: reading a setting that its row does not list is a bug that stops the program.
 * tests/unit/pipeline/test_settings.c changes every key of mote.yaml and looks for it on both ends.
 *
 * Depends on project/ and the headers of the libraries. Used by the pipeline, and by commands that
 * use the same libraries. */
#ifndef MOTE_PIPELINE_SETTINGS_H
#define MOTE_PIPELINE_SETTINGS_H

#include "data/audio_augment.h"
#include "data/builtin.h"
#include "data/check.h"
#include "data/dataset.h"
#include "data/form.h"
#include "data/version.h"
#include "evaluate/stream_audio.h"
#include "feature/frontend.h"
#include "graph/arch.h"
#include "learn/trainer.h"
#include "pipeline/condition.h"
#include "project/project.h"
#include "project/schema.h"

#define MOTE_SETTING_MAX_PARTS 24
#define MOTE_MAX_SEEDS         16 /* of training.seeds, see config.def */

/* Everything that is borrowed here lives as long as the project. */
typedef struct {
    const char *name;
} mote_about_setting;

/* What is asked for: `labels`, which in streams are what reacts, and the classes that the model
 * tells apart, which are the labels, then _unknown_ and _silence_ where those exist. Where
 * mote.yaml names no labels they are those of the data version, and there before
 * mote_settings_complete is none. Of values the labels are what is measured, and there are no
 * classes. */
typedef struct {
    const mote_task *task;
    mote_input_kind input;
    mote_answer_kind answer;
    mote_names labels, classes;
    mote_names events; /* labels of the data that react; empty: all that are asked for */
    bool unknown, silence;
    bool is_stream;
    int32_t rate_hz; /* of what runs in time, and how long a sample is; 0: it is not said here */
    double length_ms;
} mote_task_setting;

typedef struct {
    mote_train_config config; /* class_weights, checkpoint, identity are the caller's */
    bool is_balanced;         /* class_weights: balanced */
    bool of_classes;          /* else there is no accuracy: the loss says how training goes */
    bool is_discriminant;     /* head: discriminant (learn/discriminant.h) */
    bool is_refit;            /* refit: all */
    int32_t n_folds;          /* that judge then */
    const char *start;        /* a model to begin with (start.h); "": none. With it: */
    const char *freeze;       /* mote_graph_find_cut */
    int32_t n_views, thaw_epochs;
    double thaw_rate;
    int32_t mining_rounds, mining_windows; /* mining.h */
    int32_t n_seeds;                       /* seeds.h; 1: none */
    mote_names teachers; /* models that teach (tutors.h); none: the next are not read */
    double teacher_weight, teacher_temperature;
} mote_training_setting;

typedef struct {
    mote_names events;         /* empty: the task says what they are */
    mote_stream_config config; /* the seed is the caller's */
    mote_stream_detector detector;
    int32_t hop_ms;
    size_t hop_samples;
    double max_false_accepts_per_hour;
} mote_stream_setting;

typedef struct {
    const char *target;
    double clock_mhz, energy_pj_per_instruction;
} mote_device_setting;

typedef struct {
    int64_t ram_bytes, flash_bytes; /* 0: no limit */
} mote_budget_setting;

typedef enum {
#define SETTING(id, type, doc, ...) MOTE_SETTING_##id,
#include "pipeline/settings.def"
#undef SETTING
    MOTE_N_SETTINGS
} mote_setting_id;

/* Flags for the rows of stages.c: MOTE_USES(features) | MOTE_USES(dataset). */
#define MOTE_USES(id) (1u << MOTE_SETTING_##id)

typedef struct {
    unsigned has; /* flags of what is there; the rest is zero */
    bool is_complete;
    mote_sample_form form;             /* when it is */
    const struct mote_start *start;    /* borrowed; NULL: there is none. The engine's to set */
    const struct mote_start *teachers; /* [training_.teachers.n], the same */
#define SETTING(id, type, doc, ...) type id##_;
#include "pipeline/settings.def"
#undef SETTING
} mote_settings;

/* Make the settings that `wanted` flags; every byte of *out is written, and equal parts give equal
 * bytes but for pointers. Points into `p`. */
void mote_settings_make(const mote_project *p, unsigned wanted, mote_settings *out);

/* What the data version says, where mote.yaml says nothing: labels and classes (task, dataset), the
 * rate (features); and the form of its samples, by data/form.h. Texts of `form` are borrowed. */
void mote_settings_complete(mote_settings *s, const mote_project *p, const mote_sample_form *form);

/* The front end of samples of that form, not fitted. */
mote_frontend mote_settings_frontend(const mote_project *p, const mote_sample_form *form);

/* The form of a sample; before mote_settings_complete it is a bug to ask. Lives as long as s. */
static inline const mote_sample_form *mote_setting_form(const mote_settings *s)
{
    MOTE_BUG_IF(!s || !s->is_complete);
    return &s->form;
}

/* const mote_frontend *mote_setting_features(const mote_settings *s), and so on: borrowed,
 * live as long as s. One that was not wanted, or s NULL, is a bug. */
#define SETTING(id, type, doc, ...)                                                                \
    static inline const type *mote_setting_##id(const mote_settings *s)                            \
    {                                                                                              \
        MOTE_BUG_IF(!s || !(s->has & MOTE_USES(id)));                                              \
        return &s->id##_;                                                                          \
    }
#include "pipeline/settings.def"
#undef SETTING

/* The parts that the flagged settings are made of, each once, in a fixed order; returns how many.
 * Static storage. */
#define MOTE_SETTINGS_MAX_PARTS (MOTE_N_SETTINGS * MOTE_SETTING_MAX_PARTS)
size_t mote_settings_parts(unsigned wanted, const char *out[MOTE_SETTINGS_MAX_PARTS]);

/* Is the setting made of the key of this row? */
bool mote_setting_holds(mote_setting_id id, const mote_schema_row *row);

/* The architecture for features of a sample (settings features, arch; complete). RANGE or ARG when
 * mote.yaml asks for the impossible. */
MOTE_MUST_USE mote_status mote_settings_arch(const mote_settings *s, mote_arch *out, mote_err *err);

#endif
