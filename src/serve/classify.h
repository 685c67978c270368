/* SPDX-License-Identifier: Apache-2.0 */
/* From a recording of any length to one answer, by a model that hears windows of a fixed length.
 *
 *   shorter than the window   zeros before and after, the recording in the middle (as in training)
 *   longer                    windows every hop, the last one flush with the end; the answer is the
 *                             window in which a keyword is most probable
 *
 * The hop is that of the model's operating point, but at least a tenth of the window. Keywords are
 * the labels with a threshold; a model without thresholds answers with its surest window. Only the
 * window of the answer is told to the observer and the log: one request is one prediction.
 *
 * Depends on serve/infer.h, data/audio.h. Used by web/api_classify.c, cli/cmd_predict.c. */
#ifndef MOTE_SERVE_CLASSIFY_H
#define MOTE_SERVE_CLASSIFY_H

#include "base/mem.h"
#include "base/text.h"
#include "data/audio.h"
#include "serve/infer.h"

#define MOTE_CLASSIFY_MAX_WINDOWS 4096

typedef struct {
    int64_t start;              /* first sample of the window; negative when padded */
    int32_t class_id;           /* the most probable label */
    const float *probabilities; /* [n_labels] */
    bool is_detected;           /* at or above the threshold of a keyword */
} mote_classify_window;

/* Lives in the arena given. */
typedef struct {
    mote_classify_window best;
    const mote_classify_window *windows; /* [n_windows], in time */
    size_t n_windows;
    int64_t infer_ns;
} mote_classification;

/* pcm[0..n) at the model's rate. `in` gives request id and consent; its input members are ignored.
 * ARG when the model takes tensors, LIMIT when there would be too many windows. */
MOTE_MUST_USE mote_status mote_classify(mote_infer *t, const mote_served *s, const int16_t *pcm,
                                        size_t n, const mote_infer_input *in, mote_arena *a,
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

/* Append the answer as JSON: {"label", "probabilities": {..}, "detected", "start_ms", "model":
 * {"name", "version"}, "n_windows", "latency_us"}; all_windows adds "windows". One text for the
 * HTTP interface and the command line. */
void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *out);

#endif
