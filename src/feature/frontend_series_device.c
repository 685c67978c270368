/* SPDX-License-Identifier: Apache-2.0 */
/* The front ends of series on the device. Their text: templates/. */
#include <string.h>

#include "feature/frontend_series.h"

static const mrt_series_config *config_of(const mote_frontend_plan *p)
{
    return &series_tables_of(p)->config;
}

/* ---- sizes ---- */

/* Constants that this kind and arithmetic keep. */
static int64_t table_bytes(const mrt_series_tables *t)
{
    const mrt_series_config *c = &t->config;
    const int64_t entry = c->is_fixed ? 2 : 4;
    int64_t sum = 0;

    if (t->offset_f32 != NULL || t->offset_q != NULL)
        sum += (int64_t)mrt_series_values(c) * 4 * (c->is_fixed ? 3 : 2);
    if (c->kind == MRT_SPECTRAL)
        sum += (c->window / 2 + 1 + c->n_fft) * entry + (c->n_bands + 1) * 2;
    return sum;
}

/* Of a frame, about: a pass over the window a statistic, n_fft log2 n_fft for the spectrum. */
static int64_t macs_of(const mrt_series_config *c)
{
    int64_t each = 1, log2_fft = 0;

    for (int32_t n = c->n_fft; n > 1; n /= 2)
        log2_fft++;
    if (c->kind == MRT_STATISTICS)
        each = (int64_t)c->window * (c->n_statistics + 2);
    else if (c->kind == MRT_SPECTRAL)
        each = (int64_t)c->n_fft * (2 * log2_fft + 2);
    return each * c->n_channels;
}

static void of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    static const char *const headers[] = {"mrt_series.h", NULL};
    static const char *const codes[][2] = {{"FLOAT_RAW", "FIXED_RAW"},
                                           {"FLOAT_STATISTICS", "FIXED_STATISTICS"},
                                           {"FLOAT_SPECTRAL", "FIXED_SPECTRAL"}};
    const mrt_series_config *c = config_of(p);

    *out = (mote_frontend_device){
        .runtime = "mrt_series",
        .number = c->number_bytes == 4 ? "float" : "int16_t",
        .plain_number = c->number_bytes == 4 ? "float" : "short",
        .n_numbers = c->n_channels,
        .code = codes[c->kind][c->is_fixed],
        .stream_bytes = mrt_series_stream_bytes(c),
        .scratch_bytes = mrt_series_scratch_bytes(c),
        .table_bytes = table_bytes(series_tables_of(p)),
        .macs = macs_of(c),
        .variable = "x",
        .driver = "board_read_sensor",
        .driver_words = "Your sensor's driver: waits for n readings of every channel. The default "
                        "is nothing but 0.",
        .sample_words = "readings of a sensor",
        .feature_words = "front end of a series",
        .headers = headers,
    };
    (void)mote_format(
        out->input_words, sizeof out->input_words, "Readings are %s, %d channel%s, %g a second.\n",
        c->number_bytes == 4 ? "floats as in training" : "16 bits", (int)c->n_channels,
        c->n_channels == 1 ? "" : "s", series_settings_of(&p->frontend).rate_hz);
}

/* ---- files ---- */

static bool begins_with_one_of(const char *path, const char *const *parts)
{
    for (; *parts != NULL; parts++)
        if (mote_str_starts(path, "signal/") && mote_str_starts(path + 7, *parts))
            return true;
    return false;
}

static bool uses(const mote_frontend_plan *p, const char *path)
{
    static const char *const always[] = {"mrt_series.", "mrt_series_internal", "mrt_quantize",
                                         NULL};
    static const char *const statistics[] = {"mrt_statistics", "mrt_math", "mrt_logf_body",
                                             "mrt_end_body", NULL};
    static const char *const spectral[] = {"mrt_spectral",
                                           "mrt_math",
                                           "mrt_logf_body",
                                           "mrt_fft_body",
                                           "mrt_frontend_q_body",
                                           "mrt_frontend_internal",
                                           "mrt_frontend.h",
                                           "mrt_end_body",
                                           NULL};
    const int32_t kind = config_of(p)->kind;

    return begins_with_one_of(path, always) ||
           (kind == MRT_STATISTICS && begins_with_one_of(path, statistics)) ||
           (kind == MRT_SPECTRAL && begins_with_one_of(path, spectral));
}

/* ---- text ---- */

static void write_rate(const frontend_text *t, mote_buf *b)
{
    mote_buf_printf(b, "%g", series_settings_of(&t->p->frontend).rate_hz);
}

static void write_statistics(const frontend_text *t, mote_buf *b)
{
    const mrt_series_config *c = config_of(t->p);
    for (int32_t i = 0; i < MRT_SERIES_MAX_STATISTICS; i++)
        mote_buf_printf(b, "%s%d", i > 0 ? ", " : "", (int)c->statistics[i]);
}

/* The pointers of mrt_series_tables, in its order; initialised by position, as C++ before 20
 * wants it. */
static void say_arrays(const mrt_series_tables *t, frontend_text *text)
{
    const mrt_series_config *c = &t->config;
    const int32_t n = mrt_series_values(c), half = c->window / 2 + 1;

    frontend_say_array(text, "offset_f32", FRONTEND_F32, n, t->offset_f32);
    frontend_say_array(text, "scale_f32", FRONTEND_F32, n, t->scale_f32);
    frontend_say_array(text, "offset_q", FRONTEND_I32, n, t->offset_q);
    frontend_say_array(text, "multiplier", FRONTEND_I32, n, t->multiplier);
    frontend_say_array(text, "shift", FRONTEND_I32, n, t->shift);
    frontend_say_array(text, "band", FRONTEND_U16, c->n_bands + 1, t->band);
    frontend_say_array(text, "window_f32", FRONTEND_F32, half, t->window_f32);
    frontend_say_array(text, "sine_f32", FRONTEND_F32, c->n_fft, t->sine_f32);
    frontend_say_array(text, "window_q15", FRONTEND_I16, half, t->window_q15);
    frontend_say_array(text, "sine_q15", FRONTEND_I16, c->n_fft, t->sine_q15);
}

static void fill(const mote_frontend_plan *p, frontend_text *t)
{
    static const char *const kinds[] = {"raw", "statistics", "spectral"};
    const mrt_series_config *c = config_of(p);

    frontend_say(t, "kind", c->kind);
    frontend_say_text(t, "kind_name", kinds[c->kind]);
    frontend_say(t, "number_bytes", c->number_bytes);
    frontend_say(t, "whole", c->number_bytes != 4);
    frontend_say(t, "channels", c->n_channels);
    frontend_say(t, "window", c->window);
    frontend_say(t, "hop", c->hop);
    frontend_say(t, "n_statistics", c->n_statistics);
    frontend_say_written(t, "statistics", write_statistics);
    frontend_say(t, "n_fft", c->n_fft);
    frontend_say(t, "n_bands", c->n_bands);
    frontend_say(t, "low_ppm", c->low_ppm);
    frontend_say(t, "high_ppm", c->high_ppm);
    frontend_say(t, "log2_window_q16", series_tables_of(p)->log2_window_q16);
    frontend_say_written(t, "rate_hz", write_rate);
    frontend_say(t, "steps", p->in.dims[0]);
    frontend_say(t, "frames", p->out.dims[0]);
    frontend_say(t, "values", p->out.dims[1]);
    frontend_say(t, "scratch_bytes", (int64_t)mrt_series_scratch_bytes(c));
    frontend_say(t, "stream_bytes", (int64_t)mrt_series_stream_bytes(c));
    say_arrays(series_tables_of(p), t);
}

const mote_frontend_device_class series_device = {of, uses, frontend_series_h, frontend_series_c,
                                                  fill};
