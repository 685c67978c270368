/* SPDX-License-Identifier: Apache-2.0 */
/* A front end: what a model sees of a sample, whatever kind of sample it is.
 *
 *     sample [steps][..] --> frames [frames][values] of float32 --> int8 input of the network
 *
 * A front end is a row (project/frontends.def, and `none`, which hands a tensor on as it is) with
 * settings of its own. Everybody outside this room goes through the functions here; which row it
 * is, only the row's own file knows (frontend_<name>.c). The computation is device/signal: what is
 * returned here is bit for bit what the microcontroller computes.
 *
 * Values handed out are float32 for both arithmetics: integers of a fixed-point front end times
 * 2^-12, which is exact.
 *
 * Some rows scale what they give, value by value, by what was seen in training: they are not whole
 * before mote_frontend_fit, and what it found is part of the settings from then on.
 *
 * Depends on base/, project/ and device/signal. Used by whoever has samples or models. */
#ifndef MOTE_FEATURE_FRONTEND_H
#define MOTE_FEATURE_FRONTEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/pool.h"
#include "base/status.h"
#include "base/tensor.h"
#include "base/text.h"
#include "project/project.h"
#include "project/task.h"

#define MOTE_FRONTEND_MAX_FITTED 256 /* values of a frame that are scaled one by one */
#define MOTE_FRONTEND_OWN_BYTES  4864

typedef struct mote_frontend_class mote_frontend_class; /* frontend_class.h */

/* A front end with its settings: a plain value, to be copied at will. Made by the functions below;
 * all zero is none of them. */
typedef struct {
    const mote_frontend_class *row;
    int32_t n_fitted; /* 0: not fitted, or nothing to fit; else values of a frame */
    float offset[MOTE_FRONTEND_MAX_FITTED], scale[MOTE_FRONTEND_MAX_FITTED];
    unsigned char own[MOTE_FRONTEND_OWN_BYTES]; /* settings of the row */
} mote_frontend;

/* ---- settings ---- */

/* The row `none`: the network's input is the sample. */
mote_frontend mote_frontend_none(void);

/* False for `none`. */
bool mote_frontend_is_given(const mote_frontend *f);

/* The row of that name with its defaults. NOT_FOUND lists the names there are.
 * lint: unused_exports: tests begin with a row, projects with its settings */
MOTE_MUST_USE mote_status mote_frontend_named(const char *name, mote_frontend *out, mote_err *err);

/* Tell a front end of rows which columns there are (data/columns.h) and how each is treated;
 * nothing to others. RANGE when they are too many. */
struct mote_columns;
MOTE_MUST_USE mote_status mote_frontend_take_columns(mote_frontend *f,
                                                     const struct mote_columns *columns,
                                                     mote_err *err);

/* The front end that mote.yaml describes, for samples at `rate_hz` steps a second. Not fitted. */
mote_frontend mote_frontend_of_project(const mote_project_features *y, double rate_hz);

const char *mote_frontend_name(const mote_frontend *f);

/* What comes in; false for `none`, which takes any. */
bool mote_frontend_input(const mote_frontend *f, mote_input_kind *out);

/* RANGE, naming the setting, what it may be and what it is. */
MOTE_MUST_USE mote_status mote_frontend_check(const mote_frontend *f, mote_err *err);

/* From the JSON object that to_json makes; members left out have their default, and an object
 * without "kind" is one of sound, as the first version wrote it. PARSE or ARG for unknown members
 * (with the nearest name) and wrong types, RANGE as check. `what` names the source in errors.
 * to_json gives a new reference owned by the caller (NULL: out of memory). */
MOTE_MUST_USE mote_status mote_frontend_from_json(const json_t *o, const char *what,
                                                  mote_frontend *out, mote_err *err);
json_t *mote_frontend_to_json(const mote_frontend *f);

/* Names row, settings, what was fitted and the version of the computation: equal hashes, equal
 * feature bits. */
mote_sha256 mote_frontend_hash(const mote_frontend *f);

/* "mfcc 10 of 40 mel, 30/20 ms at 16000 Hz, float" for tables and logs. */
void mote_frontend_describe(const mote_frontend *f, char *out, size_t out_bytes);

/* The same front end in the other arithmetic (float or fixed point); false when it has but one.
 * A fitted one stays fitted. */
bool mote_frontend_is_fixed(const mote_frontend *f);
bool mote_frontend_other_arithmetic(const mote_frontend *f, mote_frontend *out);

/* Does computing cost less than keeping what was computed? Then nobody keeps it. */
bool mote_frontend_is_light(const mote_frontend *f);

/* ---- shapes ---- */

/* What comes out of a sample of shape `in`: float32 [frames][values]; of `none` the same numbers in
 * the same dimensions. SHAPE when the sample is too short or of other dimensions, ARG when its type
 * cannot be taken. */
MOTE_MUST_USE mote_status mote_frontend_shape(const mote_frontend *f, const mote_shape *in,
                                              mote_shape *out, mote_err *err);

/* How many numbers come out of a sample of that shape; 0: it cannot be taken. */
size_t mote_frontend_elements(const mote_frontend *f, const mote_shape *in);

/* How it goes over time: a frame sees `window` steps (rows of the sample's first dimension), the
 * next one begins `hop` steps later. False when it takes a sample as a whole. */
typedef struct {
    double rate_hz; /* steps a second */
    int32_t window, hop, n_values;
} mote_frontend_pace;
bool mote_frontend_pace_of(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out);

/* Frames in n steps. */
size_t mote_frontend_frames(const mote_frontend_pace *pace, size_t n_steps);

/* Does what a window's frames become depend on all of them (features.normalise)? Then frames are
 * not what a network is given before mote_frontend_window. */
bool mote_frontend_sees_window(const mote_frontend *f);

/* ---- computation ---- */

/* Tables and scratch memory for n_workers threads (1..1024). The functions below may run at the
 * same time on one plan with different `worker` in [0, n_workers). Errors: those of check and
 * shape, NOMEM. */
typedef struct mote_frontend_plan mote_frontend_plan;
MOTE_MUST_USE mote_status mote_frontend_plan_create(const mote_frontend *f, const mote_shape *in,
                                                    int32_t n_workers, mote_frontend_plan **out,
                                                    mote_err *err);
void mote_frontend_plan_destroy(mote_frontend_plan *p);
/* Borrowed, lives as long as p. */
const mote_shape *mote_frontend_plan_out(const mote_frontend_plan *p);

/* A sample x of n_steps steps to out [frames][values]. A front end that goes over time takes any
 * number of steps that fills a window, others those of the plan's shape; SHAPE else. */
MOTE_MUST_USE mote_status mote_frontend_run(const mote_frontend_plan *p, int32_t worker,
                                            const void *x, size_t n_steps, float *out,
                                            mote_err *err);

/* The two steps of mote_frontend_run, for those who look at windows of a stream: frames, each of
 * which many windows share, and a window of n_frames of them to what a network is given, which of a
 * front end that does not see windows is the same numbers. The same bits as run, whose window is
 * the sample. out may be `frames`. LIMIT for a window of too many frames, NOMEM. */
MOTE_MUST_USE mote_status mote_frontend_run_frames(const mote_frontend_plan *p, int32_t worker,
                                                   const void *x, size_t n_steps, float *out,
                                                   mote_err *err);
MOTE_MUST_USE mote_status mote_frontend_window(const mote_frontend_plan *p, const float *frames,
                                               size_t n_frames, float *out, mote_err *err);

/* n samples of the plan's shape to out [n][frames][values]. pool NULL: on this thread; its threads
 * use the plan's workers (ARG when the plan has fewer). The results do not depend on the number of
 * threads. */
MOTE_MUST_USE mote_status mote_frontend_batch(const mote_frontend_plan *p, mote_pool *pool,
                                              const void *const *x, size_t n, float *out,
                                              mote_err *err);

/* What the int8 input of a network stands for: real = scale * (q - zero_point). */
typedef struct {
    float scale;
    int32_t zero_point; /* -128..127 */
} mote_input_quant;

/* n features (as run, window and batch make them) to the int8 input of a network, as the firmware
 * does it: device/signal/mrt_quantize.h. RANGE for a scale that is not positive or out of range. */
MOTE_MUST_USE mote_status mote_frontend_quantize(const mote_frontend_plan *p, mote_input_quant q,
                                                 const float *values, size_t n, int8_t *out,
                                                 mote_err *err);

/* ---- fitting ---- */

/* True when the row scales or prepares its values and does not know yet by what. */
bool mote_frontend_wants_fit(const mote_frontend *f);

/* Frames as the unfitted front end gives them. Borrowed. */
typedef struct {
    const float *x; /* [n][n_values], finite; of the row 'columns' NaN where nothing is */
    size_t n;
    int32_t n_values;
} mote_frames;

/* From the frames of the training samples: every value of a frame gets the offset and scale that
 * make its mean 0 and its standard deviation 1. A value that never changes becomes 0.
 * ARG when there is nothing to fit, no frame, or more than MOTE_FRONTEND_MAX_FITTED values; RANGE
 * when a value is not finite. */
MOTE_MUST_USE mote_status mote_frontend_fit(const mote_frontend *f, const mote_frames *x,
                                            mote_frontend *out, mote_err *err);

/* ---- words ---- */

/* A number, or a few side by side, for people. */
typedef struct {
    char what[128];   /* "the spectrum's 8th coefficient" */
    const char *like; /* what a change of it may come from; a constant; NULL: nothing to say */
} mote_value_words;

/* Of values first..last of a frame. `in` NULL: nothing is known of the samples. */
void mote_frontend_words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                         mote_value_words *out);

/* How loud or strong a frame is: its value 0, or the mean of its values. */
bool mote_frontend_energy_is_first(const mote_frontend *f);

/* A front end whose frames can be looked at as a picture, bands from low to high, and between which
 * frequencies they lie; false: there is none. */
bool mote_frontend_picture(const mote_frontend *f, mote_frontend *out, double *low_hz,
                           double *high_hz);

#endif
