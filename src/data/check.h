/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the data: what is wrong with the recordings, how bad it is, and what to do about it.
 *
 * Every recording of the user is read again (so damage on disk is found), and the table of samples
 * is judged against the requirements of the project. Nothing is changed.
 *
 * Depends on base, store, data/sample, data/version. Used by cli, pipeline, dashboards. */
#ifndef MOTE_DATA_CHECK_H
#define MOTE_DATA_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "data/decoded.h"
#include "data/kind.h"
#include "project/project.h"
#include "store/store.h"

/* NOTE: worth knowing. WARNING: probably costs accuracy. ERROR: a requirement is not met, or a
 * result would mislead. */
typedef enum { MOTE_FINDING_NOTE, MOTE_FINDING_WARNING, MOTE_FINDING_ERROR } mote_finding_severity;

const char *mote_finding_severity_name(mote_finding_severity s); /* "note", .. */

#define MOTE_FINDING_EXAMPLES 5

typedef struct {
    const char *id; /* "clipping": stable, for scripts */
    mote_finding_severity severity;
    bool is_required;   /* a limit that training waits for is not kept: see below */
    size_t count;       /* recordings, groups or classes, as the text says */
    const char *text;   /* "3 recordings are clipped (more than 0.1 % at full scale)" */
    const char *remedy; /* "record again with a lower gain, or .." */
    const char *examples[MOTE_FINDING_EXAMPLES];
    size_t n_examples;
} mote_finding;

/* What must hold. Limits of 0 are off. */
typedef struct {
    const char *const *labels; /* [n_labels] asked for */
    size_t n_labels;
    bool of_words;       /* they are words that people say: for messages */
    bool of_classes;     /* that are what is said; else values or scores */
    bool silence;        /* the class _silence_ exists: backgrounds are needed */
    bool unknown;        /* the class _unknown_ exists: other words are needed */
    const char *builtin; /* data.builtin: what takes the place of what is missing */
    int32_t few_words;   /* data.few_words: different other words, likewise; 0: not counted */
    const char *spoken;  /* data.spoken: of keywords that are missing; NULL: "off" */
    mote_cut_config cut; /* how samples are read, and how long they are */
    int32_t min_per_class, min_groups;
    double min_clip_s, min_total_s;
    double max_clipping; /* share of recordings that may clip */
    double coverage;     /* share of (label, group) pairs that have a sample */

    double full_scale_share;   /* of samples, from which a recording counts as clipped */
    double silence_dbfs;       /* a word below this level counts as silence */
    double dc_share;           /* mean, as a share of full scale, that counts as an offset */
    mote_decoded_cache *cache; /* of the lap; NULL: none */
    const mote_cancel *cancel;
    void (*progress)(void *arg, size_t done, size_t total); /* NULL: none */
    void *progress_arg;
} mote_check_config;

/* Everything from mote.yaml, the rest as usual: 0.1 % at full scale, -60 dBFS, 2 %. Borrows the
 * labels of the project. */
mote_check_config mote_check_config_of(const mote_project *p);

typedef struct {
    mote_finding *findings; /* [n], worst first */
    size_t n;
    size_t n_errors, n_warnings;
    size_t n_required; /* of the errors: what must be there before training starts: the
                          limits of data.require, a recording of every class, and that
                          what is stored can be read */
    size_t n_samples;  /* looked at */
    const char *many;  /* what people call them */
} mote_check_report;

/* Check what is in the store now; *out lives as long as `a`. Findings are not a failure.
 * Errors: NOT_FOUND no data; CANCELLED; NOMEM; those of the store. Cost: reads every object. */
MOTE_MUST_USE mote_status mote_data_check(mote_store *s, const mote_check_config *cfg,
                                          mote_arena *a, mote_check_report *out, mote_err *err);

#endif
