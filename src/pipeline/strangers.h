/* SPDX-License-Identifier: Apache-2.0 */
/* The strangers test: how much worse the recipe of mote.yaml is on people of a collection that
 * training has heard nobody of. Groups (a speaker) never cross splits, but collections do: a test
 * split has other people from the same rooms, microphones and instructions.
 *
 * A level says what a collection is:
 *   collector   the folder that holds the label's folder: recordings/LABEL/x.wav is of 'recordings'
 *   engine      of synthetic speech, the engine that spoke; what was recorded is of none
 *   PATTERN     what {group} stands for in the file's name (data/pattern.h): a room, a microphone
 *
 * For each collection of the test split the recipe is trained without it (training and validation
 * have nothing of it), and judges what the test split has of it; the ordinary model, trained by the
 * same recipe on the whole split, judges the same samples. The loss is the difference of the two by
 * the task's chief metric, all collections together, with an interval over groups. Nobody in the
 * test split is in training either way. Cost: one training for each collection, and one more.
 *
 * Used by cli/. */
#ifndef MOTE_PIPELINE_STRANGERS_H
#define MOTE_PIPELINE_STRANGERS_H

#include "base/json.h"
#include "pipeline/pipeline.h"

#define MOTE_MAX_STRANGERS 20

typedef struct {
    const char *by; /* "collector", "engine", or a pattern */
    /* Collection `index` of n (the last is the ordinary model), how far, and in words. NULL: none.
     */
    void (*progress)(void *arg, int32_t index, int32_t n, double part, const char *note);
    void *arg;
} mote_strangers_job;

/* `p` has run its data stage. *out, a new reference:
 *   {"by", "metric", "n", "ordinary", "strangers", "loss": intervals, "text",
 *    "collections": [{"name", "n", "ordinary", "strangers"}, ..]}
 * Errors: ARG fewer than two collections, or a pattern that is none; LIMIT more than
 * MOTE_MAX_STRANGERS; UNSUPPORTED the answer is a score, or splits are by time; those of training,
 * with the collection. */
MOTE_MUST_USE mote_status mote_strangers_run(mote_pipeline *p, const mote_strangers_job *job,
                                             json_t **out, mote_err *err);

#endif
