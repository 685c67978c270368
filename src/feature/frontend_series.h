/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of series share (frontend_raw.c, frontend_statistics.c, frontend_spectral.c):
 * settings, shapes, plans, the device part, over device/signal/mrt_series.h. Private to those
 * files. */
#ifndef MOTE_FEATURE_FRONTEND_SERIES_H
#define MOTE_FEATURE_FRONTEND_SERIES_H

#include "device/signal/mrt_series.h"
#include "feature/frontend_class.h"

/* Settings of all three; a row leaves alone what is not its own. */
typedef struct {
    double rate_hz;                                /* steps a second */
    double frame_ms, hop_ms;                       /* 0: the whole sample; 0: as long as a frame */
    double low_hz, high_hz;                        /* spectral; high 0: half the rate */
    int32_t is_fixed;                              /* 0, 1 */
    int32_t n_bands;                               /* spectral */
    int32_t n_statistics;                          /* statistics */
    int32_t statistics[MRT_SERIES_MAX_STATISTICS]; /* as mrt_series.h numbers them */
} series_settings;

/* Which members of the JSON object a row has: flags. */
enum { SERIES_FRAMES = 1u, SERIES_STATISTICS = 2u, SERIES_BANDS = 4u };

series_settings series_settings_of(const mote_frontend *f);
void series_set(mote_frontend *f, const series_settings *s);

/* "deviation", "q25"; and back: -1 for no statistic. */
void series_statistic_name(int32_t statistic, char out[24]);
int32_t series_statistic_named(const char *name);

/* The device's configuration for samples of a shape; SHAPE, RANGE in words. */
MOTE_MUST_USE mote_status series_config(const mote_frontend *f, const mote_shape *in,
                                        mrt_series_config *out, mote_err *err);

/* The functions of a class, for a kind of mrt_series.h and its members. */
mrt_series_kind series_kind_of(const mote_frontend *f);
void series_init(mote_frontend *f);
void series_of_project(const mote_project_features *y, double rate_hz, mote_frontend *f);
mote_status series_check(const mote_frontend *f, mote_err *err);
mote_status series_parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err);
json_t *series_to_json(const mote_frontend *f);
mote_sha256 series_hash(const mote_frontend *f);
bool series_is_fixed(const mote_frontend *f);
void series_set_fixed(mote_frontend *f, bool is_fixed);
mote_status series_shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err);
bool series_pace(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out);
mote_status series_plan(mote_frontend_plan *p, mote_err *err);
void series_release(mote_frontend_plan *p);
mote_status series_run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err);

/* The constants of a plan of these rows. */
const mrt_series_tables *series_tables_of(const mote_frontend_plan *p);

extern const mote_frontend_device_class series_device; /* frontend_series_device.c */

#define SERIES_CLASS                                                                               \
    .input = MOTE_INPUT_SERIES, .is_fitted = true, .init = series_init,                            \
    .of_project = series_of_project, .check = series_check, .parse = series_parse,                 \
    .to_json = series_to_json, .hash = series_hash, .is_fixed = series_is_fixed,                   \
    .set_fixed = series_set_fixed, .shape = series_shape, .pace = series_pace,                     \
    .plan = series_plan, .release = series_release, .run = series_run, .device = &series_device

#endif
