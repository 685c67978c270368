/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes and computation of the front ends of series: frame by frame through the device's own
 * functions, so that host and microcontroller compute from the same text. */
#include <string.h>

#include "feature/frontend_series.h"

typedef struct {
    mrt_series_tables tables;
    void *table_memory;
    char *scratch;        /* [n_workers][scratch_bytes], aligned to 64 */
    size_t scratch_bytes; /* of one: the device's scratch, then a frame of int32 */
    size_t frame_at;
} series_own;

/* ---- shapes ---- */

/* Steps in `ms`, at least 1. */
static int32_t steps_of(double ms, double rate_hz)
{
    const double steps = ms * rate_hz / 1000.0 + 0.5;
    return steps < 1 ? 1 : steps > 1e9 ? 1000000000 : (int32_t)steps;
}

static int32_t ppm_of(double hz, double rate_hz)
{
    return (int32_t)(hz / rate_hz * 1e6 + 0.5);
}

static mote_status fail(const mote_frontend *f, mrt_series_status status,
                        const mrt_series_config *c, mote_err *err)
{
    const char *name = f->row->name;

    switch (status) {
    case MRT_SERIES_BAD_CHANNELS:
        return mote_fail(err, MOTE_SHAPE, "front end '%s' takes 1 to %d channels, not %d", name,
                         MRT_SERIES_MAX_CHANNELS, (int)c->n_channels);
    case MRT_SERIES_BAD_WINDOW:
    case MRT_SERIES_BAD_FFT:
        return mote_fail(err, MOTE_RANGE,
                         "'frame_ms' makes frames of %d steps, front end '%s' takes %d to %d",
                         (int)c->window, name, c->kind == MRT_SPECTRAL ? 8 : 2,
                         c->kind == MRT_SPECTRAL ? MRT_SERIES_MAX_FFT : MRT_SERIES_MAX_WINDOW);
    case MRT_SERIES_BAD_HOP:
        return mote_fail(err, MOTE_RANGE, "'hop_ms' makes hops of %d steps, a frame has %d",
                         (int)c->hop, (int)c->window);
    case MRT_SERIES_BAD_EDGES:
    case MRT_SERIES_BAD_BANDS:
        return mote_fail(err, MOTE_RANGE,
                         "'bands' is too large: %d bands in this range do not hold a bin of the "
                         "%d-point FFT each; use fewer bands, a wider range or a longer 'frame_ms'",
                         (int)c->n_bands, (int)c->n_fft);
    case MRT_SERIES_BAD_VALUES:
        return mote_fail(err, MOTE_RANGE,
                         "front end '%s' gives %d values a frame for %d channels, at most %d are "
                         "possible",
                         name, (int)mrt_series_values(c), (int)c->n_channels,
                         MRT_SERIES_MAX_VALUES);
    case MRT_SERIES_OK:
    case MRT_SERIES_BAD_KIND:
    case MRT_SERIES_BAD_ARITHMETIC:
    case MRT_SERIES_BAD_STATISTICS:
        break;
    }
    return mote_fail(err, MOTE_RANGE, "the settings of front end '%s' are impossible", name);
}

static mote_status check_input(const mote_frontend *f, const series_settings *s,
                               const mote_shape *in, mote_err *err)
{
    char text[MOTE_SHAPE_TEXT_BYTES];

    mote_shape_text(in, text);
    if ((in->dtype != MOTE_I16 && in->dtype != MOTE_F32) || in->n_dims < 1 || in->n_dims > 2)
        return mote_fail(
            err, MOTE_SHAPE,
            "front end '%s' takes a series, int16 or float32 [steps][channels], not %s",
            f->row->name, text);
    if (s->is_fixed && in->dtype != MOTE_I16)
        return mote_fail(
            err, MOTE_ARG,
            "'arithmetic: fixed' takes int16 numbers as the sensor gives them, not %s; "
            "use 'float'",
            text);
    return MOTE_OK;
}

mote_status series_config(const mote_frontend *f, const mote_shape *in, mrt_series_config *out,
                          mote_err *err)
{
    const series_settings s = series_settings_of(f);
    const mrt_series_kind kind = series_kind_of(f);
    mrt_series_config c;

    MOTE_TRY(check_input(f, &s, in, err));
    memset(&c, 0, sizeof c);
    c.kind = (int32_t)kind;
    c.is_fixed = s.is_fixed;
    c.number_bytes = in->dtype == MOTE_F32 ? 4 : 2;
    c.n_channels = in->n_dims == 2 ? in->dims[1] : 1;
    c.window = kind == MRT_RAW ? 1 : s.frame_ms > 0 ? steps_of(s.frame_ms, s.rate_hz) : in->dims[0];
    c.hop = kind != MRT_RAW && s.hop_ms > 0 ? steps_of(s.hop_ms, s.rate_hz) : c.window;
    c.n_statistics = s.n_statistics;
    memcpy(c.statistics, s.statistics, sizeof c.statistics);
    c.n_bands = s.n_bands;
    if (kind == MRT_SPECTRAL) {
        c.n_fft = MRT_SERIES_MIN_FFT;
        while (c.n_fft < c.window && c.n_fft < MRT_SERIES_MAX_FFT)
            c.n_fft *= 2;
        c.low_ppm = ppm_of(s.low_hz, s.rate_hz);
        c.high_ppm = s.high_hz > 0 ? ppm_of(s.high_hz, s.rate_hz) : 500000;
    }
    const mrt_series_status status = mrt_series_check(&c);
    if (status != MRT_SERIES_OK)
        return fail(f, status, &c, err);
    *out = c;
    return MOTE_OK;
}

mote_status series_shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err)
{
    mrt_series_config c;

    MOTE_TRY(series_config(f, in, &c, err));
    const int32_t n_values = mrt_series_values(&c);
    if (f->n_fitted > 0 && f->n_fitted != n_values)
        return mote_fail(err, MOTE_SHAPE,
                         "front end '%s' was fitted to %d values a frame, this sample gives %d",
                         f->row->name, (int)f->n_fitted, (int)n_values);
    const size_t n_frames = mrt_series_frames(&c, (size_t)in->dims[0]);
    if (n_frames == 0)
        return mote_fail(err, MOTE_SHAPE, "a sample of %d steps is shorter than a frame of %d",
                         (int)in->dims[0], (int)c.window);
    *out = (mote_shape){MOTE_F32, 2, {(int32_t)n_frames, n_values}};
    return MOTE_OK;
}

bool series_pace(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out)
{
    mrt_series_config c;

    if (in == NULL || series_config(f, in, &c, NULL) != MOTE_OK)
        return false;
    *out =
        (mote_frontend_pace){series_settings_of(f).rate_hz, c.window, c.hop, mrt_series_values(&c)};
    return true;
}

/* ---- computation ---- */

const mrt_series_tables *series_tables_of(const mote_frontend_plan *p)
{
    const series_own *own = p->own;
    return &own->tables;
}

mote_status series_plan(mote_frontend_plan *p, mote_err *err)
{
    const mote_frontend *f = &p->frontend;
    mrt_series_config c;

    MOTE_TRY(series_config(f, &p->in, &c, err));
    series_own *own = mote_alloc_zero(1, sizeof *own);
    p->own = own;
    if (own != NULL) {
        own->frame_at = (mrt_series_scratch_bytes(&c) + 7) / 8 * 8;
        own->scratch_bytes =
            (own->frame_at + MRT_SERIES_MAX_VALUES * sizeof(int32_t) + 63) / 64 * 64;
        own->scratch = mote_alloc_aligned(64, (size_t)p->n_workers, own->scratch_bytes);
        own->table_memory = mote_alloc_aligned(64, 1, mrt_series_tables_bytes(&c));
    }
    if (own == NULL || own->scratch == NULL || own->table_memory == NULL) {
        series_release(p);
        return mote_fail(err, MOTE_NOMEM, "no memory for a front end of %d workers",
                         (int)p->n_workers);
    }
    mrt_series_build(&c, f->n_fitted > 0 ? f->offset : NULL, f->n_fitted > 0 ? f->scale : NULL,
                     own->table_memory, &own->tables);
    return MOTE_OK;
}

void series_release(mote_frontend_plan *p)
{
    series_own *own = p->own;

    if (own == NULL)
        return;
    mote_free(own->scratch);
    mote_free(own->table_memory);
    mote_free(own);
    p->own = NULL;
}

typedef void frame_f32(const mrt_series_tables *t, const float *x, void *scratch, float *out);
typedef void frame_f32_i16(const mrt_series_tables *t, const int16_t *x, void *scratch, float *out);
typedef void frame_q(const mrt_series_tables *t, const int16_t *x, void *scratch, int32_t *out);

static frame_f32 *const F32[] = {mrt_raw_f32, mrt_statistics_f32, mrt_spectral_f32};
static frame_f32_i16 *const F32_I16[] = {mrt_raw_f32_i16, mrt_statistics_f32_i16,
                                         mrt_spectral_f32_i16};
static frame_q *const Q[] = {mrt_raw_q, mrt_statistics_q, mrt_spectral_q};

mote_status series_run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err)
{
    const series_own *own = p->own;
    const mrt_series_tables *t = &own->tables;
    const mrt_series_config *c = &t->config;
    const size_t n_frames = mrt_series_frames(c, n_steps);
    const size_t n_values = (size_t)mrt_series_values(c);
    const size_t hop = (size_t)c->hop * (size_t)c->n_channels;
    char *scratch = own->scratch + (size_t)worker * own->scratch_bytes;
    int32_t *fixed = (int32_t *)(void *)(scratch + own->frame_at);

    if (n_frames == 0)
        return mote_fail(err, MOTE_SHAPE, "a sample of %zu steps is shorter than a frame of %d",
                         n_steps, (int)c->window);
    for (size_t i = 0; i < n_frames; i++, out += n_values) {
        if (c->number_bytes == 4) {
            F32[c->kind](t, (const float *)x + i * hop, scratch, out);
        } else if (!c->is_fixed) {
            F32_I16[c->kind](t, (const int16_t *)x + i * hop, scratch, out);
        } else {
            Q[c->kind](t, (const int16_t *)x + i * hop, scratch, fixed);
            for (size_t v = 0; v < n_values; v++)
                out[v] = (float)fixed[v] * (1.0f / (1 << MRT_SERIES_Q));
        }
    }
    return MOTE_OK;
}
