/* SPDX-License-Identifier: Apache-2.0 */
/* How the model does outside of the project's own test, for every door: another labelled folder
 * (pipeline/elsewhere.h), the user's own hours (hours.h), people of a collection that training has
 * heard nobody of (strangers.h). The last of each place is kept, for the report and for programs.
 *
 * Depends on pipeline/, track/model_ref, importing.h. Used by cli/ and web/. */
#ifndef MOTE_LOOP_OUTSIDE_H
#define MOTE_LOOP_OUTSIDE_H

#include "loop/importing.h"
#include "pipeline/pipeline.h"

typedef enum {
    MOTE_OUTSIDE_FOLDER,
    MOTE_OUTSIDE_HOURS,
    MOTE_OUTSIDE_STRANGERS,
    MOTE_N_OUTSIDE
} mote_outside_kind;

const char *mote_outside_name(mote_outside_kind kind); /* "on", "hours", "strangers" */

/* All borrowed. */
typedef struct {
    mote_outside_kind kind;
    const char *place; /* the folder; of strangers what a collection is, NULL: "collector" */
    const char *model; /* a reference (track/model_ref.h); NULL: the project's present one */
    double threshold;  /* of hours; 0: that of the model */
    /* How far, and in words. NULL: none. */
    void (*progress)(void *arg, int64_t done, int64_t total, const char *note);
    void *arg;
} mote_outside_wish;

/* Judge, and keep what was found. The stages that it rests on must be fresh (mote_outside_needs).
 * `of`: what `p` was made with. *out, a new reference: the document of elsewhere.h, hours.h or
 * strangers.h. Errors: theirs; those of the model and of the store. */
MOTE_MUST_USE mote_status mote_outside_judge(mote_pipeline *p, const mote_pipeline_config *of,
                                             const mote_outside_wish *wish, json_t **out,
                                             mote_err *err);

/* The last stage that must be fresh; false: none. */
bool mote_outside_needs(const mote_outside_wish *wish, mote_stage_id *last);

/* What was found last, by kind and place: [{"kind", "place", "model", "judged_ms", "found": the
 * document; of hours without its single detections and misses}, ..]. New reference. */
MOTE_MUST_USE mote_status mote_outside_kept(mote_store *s, json_t **out, mote_err *err);

#endif
