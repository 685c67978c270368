/* SPDX-License-Identifier: Apache-2.0 */
/* A model that hears, in its own words: for those who work with sound and nothing else.
 *
 * A recording shorter than the window stands in the middle of it, zeros on both sides (as in
 * training); of a longer one the answer is the window in which a keyword is most probable, from the
 * windows every hop of the operating point. Detections are those of model/hear.h.
 *
 * Depends on serve/classify.h, data/audio.h. Used by serve/, tests. */
#ifndef MOTE_SERVE_INTAKE_SOUND_H
#define MOTE_SERVE_INTAKE_SOUND_H

#include "data/audio.h"
#include "serve/classify.h"

extern const mote_intake mote_intake_sound;

/* A recording for a model. All borrowed. */
typedef struct {
    const mote_served *s;
    const int16_t *pcm; /* [n] at the model's rate */
    size_t n;
    bool is_label_only;          /* spare the runs that only detections need */
    const char *request_id;      /* NULL: none */
    const mote_consent *consent; /* NULL: none */
} mote_sound;

/* ARG when the model takes tensors, LIMIT when there would be too many windows. */
/* lint: unused_exports: tests ask with samples that are decoded */
MOTE_MUST_USE mote_status mote_classify_sound(mote_infer *t, const mote_sound *sound, mote_arena *a,
                                              mote_classification *out, mote_err *err);

#endif
