/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own hours: recordings as a device would hear them where it is to live, with a label
 * track where somebody wrote down what is said, and without one where nothing is.
 *
 *     hours/
 *       kitchen/monday.wav      a sub-folder of the first level is a condition
 *       kitchen/monday.txt      its label track (data/label_track.h)
 *       television/news.mp3     no track: nothing that reacts is said in it, so every detection
 *       labels.csv              is a false accept; or a table: file,start,end,label
 *
 * Every recording is heard by the device's code (model/hear.h), in quiet, one behind the other;
 * detections are counted by the firmware's detector (evaluate/stream.h). Nothing of it is kept.
 *
 * Depends on data/label_track, model/hear, evaluate/stream. Used by cli/. */
#ifndef MOTE_PIPELINE_HOURS_H
#define MOTE_PIPELINE_HOURS_H

#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "model/model.h"
#include "project/project.h"

/* All borrowed. */
typedef struct {
    mote_model *model; /* of sound, with classes that react */
    const char *folder;
    double threshold;   /* of every class that reacts; 0: those that the model was given */
    double tolerance_s; /* a detection counts for a word until this long after its end */
    double max_false_accepts_per_hour; /* the limit to be shown; 0: none is asked for */
    double confidence;                 /* of all intervals, two-sided */
    mote_pool *pool;
    const mote_cancel *cancel;
    void (*progress)(void *arg, size_t done, size_t total); /* recordings; NULL: none */
    void *progress_arg;
} mote_hours_job;

/* Judge. *out, a new reference (docs/commands/evaluate.md, "Your own hours"):
 *   {"folder", "model", "confidence", "recordings", "unlabelled", "skipped",
 *    "stream": a point (mote_stream_point_to_json) with "thresholds" by label,
 *    "curve": mote_stream_curve_to_json,
 *    "latency": {"n", "median_s", "p90_s", "most_s"} from the end of the word, null without hits,
 *    "conditions": [{"condition", "hours", "n_words", "n_hits", "n_false_accepts",
 *                    "false_reject_rate", "false_accepts_per_hour"}, ..],
 *    "limit": {"max_false_accepts_per_hour", "verdict", "hours_needed", "text"}; absent: none asked
 *    "detections": [{"file", "at_s", "label", "probability", "is"}, ..],
 *    "missed": [{"file", "start_s", "end_s", "label"}, ..],
 *    "other_labels": labels of the tracks that the model has no class for}
 * Errors: NOT_FOUND no recording in the folder, or a label of a table is of none; PARSE a track;
 * UNSUPPORTED the model does not listen to sound; RANGE threshold; those of decoding, with the
 * file; CANCELLED. */
MOTE_MUST_USE mote_status mote_hours_judge(const mote_hours_job *job, json_t **out, mote_err *err);

#endif
