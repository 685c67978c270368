/* SPDX-License-Identifier: Apache-2.0 */
/* From a recording of any length to one answer, by a model that hears windows of a fixed length.
 *
 * Two things are said, and they are not the same:
 *
 *   label, probabilities   what one window sounds like, for people and for the monitor: its
 *                          probabilities at the model's temperature. A recording shorter than the
 *                          window stands in the middle of it, zeros on both sides (as in training);
 *                          of a longer one the window in which a keyword is most probable, from the
 *                          windows every hop of the operating point
 *   detections             what the device would say, bit for bit: smoothed raw outputs, thresholds
 *                          and suppression over the recording in quiet, model/hear.h. "Detected"
 *                          is called nothing else
 *
 * Keywords are the labels with a threshold; a model without thresholds answers with its surest
 * window. Only the window of the answer is told to the observer and the log: one request is one
 * prediction.
 *
 * Depends on serve/infer.h, data/audio.h. Used by web/api_classify.c, cli/cmd_predict.c. */
#ifndef MOTE_SERVE_CLASSIFY_H
#define MOTE_SERVE_CLASSIFY_H

#include "base/mem.h"
#include "base/text.h"
#include "data/audio.h"
#include "serve/infer.h"

typedef struct {
    int64_t start;              /* first sample of the window; negative when padded */
    int32_t class_id;           /* the most probable label */
    const float *probabilities; /* [n_labels] */
} mote_classify_window;

/* Lives in the arena given. */
typedef struct {
    mote_classify_window best;
    const mote_classify_window *windows; /* [n_windows], in time: those inside, model/hear.h */
    size_t n_windows;
    bool is_label_only;           /* detections were not looked for: nothing is known of them */
    const mote_heard *detections; /* [n_detections], in time */
    size_t n_detections;
    size_t n_run; /* runs of the network that it took */
    int64_t infer_ns;
} mote_classification;

typedef struct {
    const int16_t *pcm; /* [n] at the model's rate */
    size_t n;
    bool is_label_only;          /* spare the runs that only detections need */
    const char *request_id;      /* NULL: none */
    const mote_consent *consent; /* NULL: none */
} mote_sound;

/* ARG when the model takes tensors, LIMIT when there would be too many windows. */
MOTE_MUST_USE mote_status mote_classify(mote_infer *t, const mote_served *s,
                                        const mote_sound *sound, mote_arena *a,
                                        mote_classification *out, mote_err *err);

/* A tensor, values[0..n), as the same kind of answer: one window that is all of it. A tensor has no
 * time and no neighbours to smooth over: detected is a raw output at or above its threshold. */
MOTE_MUST_USE mote_status mote_classify_tensor(mote_infer *t, const mote_served *s,
                                               const float *values, size_t n, mote_arena *a,
                                               mote_classification *out, mote_err *err);

/* Sound from outside for a model: decode bytes[0..n). A rate other than the model's is refused with
 * ARG, naming both, unless may_resample. `what` names the source in errors; max_ms bounds its
 * length. *out is the caller's (mote_audio_release). Errors as mote_audio_decode. */
typedef struct {
    const char *what;
    bool may_resample;
    bool wav_only; /* from strangers: see data/audio.h */
    int64_t max_ms;
} mote_sound_config;
MOTE_MUST_USE mote_status mote_sound_decode(const void *bytes, size_t n, const mote_served *s,
                                            const mote_sound_config *cfg, mote_audio *out,
                                            mote_err *err);

/* Append the answer as JSON: {"label", "probabilities": {..}, "start_ms", "detected", "detections":
 * [{"label", "at_ms", "score"}..], "model": {"name", "version"}, "n_windows", "latency_us"}; score
 * is the smoothed probability and at_ms when the device says it; with is_label_only "detected" is
 * null and there are no "detections"; all_windows adds "windows". One text for the HTTP interface
 * and the command line. */
void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *out);

#endif
