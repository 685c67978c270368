/* SPDX-License-Identifier: Apache-2.0 */
/* Audio features on the host: settings, their name and hash, and the computation.
 *
 * The computation is device/signal: what is returned here is bit for bit what the microcontroller
 * computes. Whole clips go through a batch path that works on 4, 8 or 16 frames side by side (the
 * widest vectors of this machine) and is compiled from the same source text.
 *
 * Values handed out are float32 for both arithmetics: the fixed-point front end's integers times
 * 2^-12, which is exact.
 *
 * Depends on base/ and device/signal. Private to the rows of sound (frontend_mfcc*.c), tests and
 * benchmarks: others go through frontend.h. */
#ifndef MOTE_FEATURE_MFCC_H
#define MOTE_FEATURE_MFCC_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/pool.h"
#include "base/status.h"
#include "base/text.h"
#include "device/signal/mrt_frontend.h"
#include "device/signal/mrt_normalise.h"
#include "feature/frontend.h"

/* Settings of the audio front end; device/signal/mrt_frontend.h defines what they mean. */
typedef struct {
    mrt_arithmetic arithmetic; /* "float" or "fixed" */
    int32_t rate_hz;           /* 4000..96000 */
    double window_ms;          /* rounded to samples: 16..n_fft of them */
    double hop_ms;             /* rounded to samples: 1..window */
    int32_t n_fft;             /* 128, 256, 512, 1024 or 2048 */
    int32_t n_mels;            /* 1..128 */
    int32_t n_coefficients;    /* 1..n_mels: MFCC; 0: the log-mel values themselves */
    int32_t low_hz, high_hz;   /* edges of the mel bands, low < high <= rate_hz / 2 */
    double pre_emphasis;       /* 0 (none) .. 0.99, rounded to 2^-15 */
    /* What a window does to its frames; device/signal/mrt_normalise.h. */
    mrt_normalise_method normalise; /* "none", "mean", "running" or "pcen" (log-mel only) */
    double normalise_ms;            /* time constant of running and pcen, 1..60000 */
    double pcen_gain;               /* 0.5..1, rounded to 2^-15 */
    double pcen_bias;               /* 0.01..100, rounded to 2^-16 */
    double pcen_power;              /* 0.01..1, rounded to 2^-15 */
} mote_feature_config;

/* Keyword spotting: float, 16 kHz, 30 ms window, 20 ms hop, 512-point FFT, 40 mels from 20 to 4000
 * Hz, 10 coefficients, no pre-emphasis, frames as they are: 49 frames x 10 for a second (as MLPerf
 * Tiny). */
mote_feature_config mote_feature_config_default(void);

/* RANGE, naming the field, what it may be and what it is; also when a mel filter would be empty. */
MOTE_MUST_USE mote_status mote_feature_config_check(const mote_feature_config *cfg, mote_err *err);

/* From a JSON object; members left out have their default. PARSE or ARG for unknown members (with
 * the nearest name) and wrong types, RANGE as check. `what` names the source in errors. */
MOTE_MUST_USE mote_status mote_feature_config_from_json(const json_t *o, const char *what,
                                                        mote_feature_config *out, mote_err *err);

/* All members: equal settings, equal text. A new reference owned by the caller (NULL: out of
 * memory). */
json_t *mote_feature_config_to_json(const mote_feature_config *cfg);

/* Names the settings together with MRT_FRONTEND_VERSION and, where frames are normalised,
 * MRT_NORMALISE_VERSION: equal hashes, equal feature bits. */
mote_sha256 mote_feature_config_hash(const mote_feature_config *cfg);

/* "mfcc 10 of 40 mel, 30/20 ms at 16000 Hz, float" for tables and logs. */
void mote_feature_config_describe(const mote_feature_config *cfg, char *out, size_t out_bytes);

/* These settings as a front end: of the row mfcc, or logmel without coefficients.
 * lint: unused_exports: tests state these settings in C, projects in mote.yaml */
mote_frontend mote_feature_frontend(const mote_feature_config *cfg);

/* The same settings in samples, as the device has them. cfg has passed check. */
mrt_frontend_config mote_feature_device_config(const mote_feature_config *cfg);

/* What the device does to a window of n_frames. cfg has passed check and normalises. */
mrt_normalise mote_feature_device_normalise(const mote_feature_config *cfg, int32_t n_frames);

/* Shape of the features of n_samples: frames x values. */
int32_t mote_feature_frames(const mote_feature_config *cfg, size_t n_samples);
int32_t mote_feature_values(const mote_feature_config *cfg);

/* Tables and scratch memory for n_workers threads (1..1024). The functions below may run at the
 * same time on one plan with different `worker` in [0, n_workers). */
typedef struct mote_feature_plan mote_feature_plan;
MOTE_MUST_USE mote_status mote_feature_plan_create(const mote_feature_config *cfg,
                                                   int32_t n_workers, mote_feature_plan **out,
                                                   mote_err *err);
void mote_feature_plan_destroy(mote_feature_plan *p);
/* Borrowed, live as long as p. */
const mote_feature_config *mote_feature_plan_config(const mote_feature_plan *p);
const mrt_frontend_tables *mote_feature_plan_tables(const mote_feature_plan *p);

/* A clip of n samples to out [frames][values], before what a window does to them. SHAPE when it is
 * shorter than one window. */
MOTE_MUST_USE mote_status mote_feature_clip(const mote_feature_plan *p, int32_t worker,
                                            const int16_t *pcm, size_t n, float *out,
                                            mote_err *err);

/* Frames [n_frames][values] as clip and batch give them to what the network sees of a window of
 * them. cfg has passed check and normalises; kept: working memory, [n_frames][values]; out may be
 * frames. */
void mote_feature_window(const mote_feature_config *cfg, const float *frames, size_t n_frames,
                         int16_t *kept, float *out);

/* Clips of one length. Borrowed. */
typedef struct {
    const void *const *pcm; /* [n] of int16 [n_samples] */
    size_t n, n_samples;
} mote_clips;

/* Clips to out [clips->n][frames][values], frames of neighbouring clips side by side. pool NULL: on
 * this thread; its threads use the plan's workers (ARG when the plan has fewer). The results do not
 * depend on the number of threads. */
MOTE_MUST_USE mote_status mote_feature_batch(const mote_feature_plan *p, mote_pool *pool,
                                             const mote_clips *clips, float *out, mote_err *err);

/* Choose the path of batches, "avx512", "avx2" or "portable", as tests and benchmarks do; NULL: the
 * best. False, and the best, when this machine lacks the path. Not while the plan is in use. */
bool mote_feature_batch_choose(mote_feature_plan *p, const char *path);

#endif
