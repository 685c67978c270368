/* SPDX-License-Identifier: Apache-2.0 */
/* The front ends of series on the device. See frontend_device.h for the tokens in the text. */
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

static void header(const mote_frontend_plan *p, mote_buf *b)
{
    const mrt_series_config *c = config_of(p);
    const char *type = c->number_bytes == 4 ? "float" : "int16_t";

    mote_buf_printf(b, "#define @F_RATE_HZ %g\n", series_settings_of(&p->frontend).rate_hz);
    mote_buf_printf(b, "#define @F_CHANNELS %d\n", (int)c->n_channels);
    mote_buf_printf(b, "#define @F_WINDOW %d        /* steps of a frame */\n", (int)c->window);
    mote_buf_printf(b, "#define @F_HOP %d           /* steps between frames */\n", (int)c->hop);
    mote_buf_printf(b, "#define @F_STEPS %d         /* of one input */\n", (int)p->in.dims[0]);
    mote_buf_printf(b, "#define @F_FRAMES %d\n", (int)p->out.dims[0]);
    mote_buf_printf(b, "#define @F_VALUES %d        /* of a frame */\n", (int)p->out.dims[1]);
    mote_buf_printf(b, "#define @F_SCRATCH_BYTES %zu\n", mrt_series_scratch_bytes(c));
    mote_buf_printf(b, "#define @F_STREAM_BYTES %zu\n\n", mrt_series_stream_bytes(c));
    mote_buf_printf(
        b,
        "extern const mrt_series_tables @f_tables;\n\n"
        "/* x [@F_WINDOW][@F_CHANNELS] to @F_VALUES values of the network's input. scratch is\n"
        " * aligned to 8. */\n"
        "void @f_frame(const %s *x, void *scratch, @o *out);\n\n"
        "/* x [@F_STEPS][@F_CHANNELS] to the whole input. */\n"
        "void @f_clip(const %s *x, void *scratch, @o *out);\n\n"
        "/* Takes steps until a frame is complete (1, out written) or x is used up (0); *n_used\n"
        " * steps were taken. The stream was set up with mrt_series_stream_init. */\n"
        "int32_t @f_push(mrt_series_stream *s, const %s *x, size_t n, size_t *n_used,\n"
        "                      @o *out);\n",
        type, type, type);
}

/* A pointer of the tables, in their order; C++ before 20 wants them by position. */
static void pointer(mote_buf *b, bool is_there, const char *name)
{
    mote_buf_printf(b, is_there ? "    @f_%s,\n" : "    NULL, /* %s */\n", name);
}

static void arrays(const mrt_series_tables *t, mote_buf *b)
{
    const mrt_series_config *c = &t->config;
    const int32_t n = mrt_series_values(c);

    if (t->offset_f32 != NULL) {
        mote_frontend_write_f32(b, "offset_f32", t->offset_f32, n);
        mote_frontend_write_f32(b, "scale_f32", t->scale_f32, n);
    }
    if (t->offset_q != NULL) {
        mote_frontend_write_i32(b, "offset_q", t->offset_q, n);
        mote_frontend_write_i32(b, "multiplier", t->multiplier, n);
        mote_frontend_write_i32(b, "shift", t->shift, n);
    }
    if (t->band != NULL)
        mote_frontend_write_u16(b, "band", t->band, c->n_bands + 1);
    if (t->window_f32 != NULL) {
        mote_frontend_write_f32(b, "window_f32", t->window_f32, c->window / 2 + 1);
        mote_frontend_write_f32(b, "sine_f32", t->sine_f32, c->n_fft);
    }
    if (t->window_q15 != NULL) {
        mote_frontend_write_i16(b, "window_q15", t->window_q15, c->window / 2 + 1);
        mote_frontend_write_i16(b, "sine_q15", t->sine_q15, c->n_fft);
    }
}

static void tables(const mrt_series_tables *t, mote_buf *b)
{
    const mrt_series_config *c = &t->config;

    arrays(t, b);
    mote_buf_printf(b,
                    "\nconst mrt_series_tables @f_tables = {\n"
                    "    /* kind, is_fixed, number_bytes, n_channels, window, hop, n_statistics,\n"
                    "     * statistics, n_fft, n_bands, low_ppm, high_ppm */\n"
                    "    {%d, %d, %d, %d, %d, %d, %d,\n     {",
                    (int)c->kind, (int)c->is_fixed, (int)c->number_bytes, (int)c->n_channels,
                    (int)c->window, (int)c->hop, (int)c->n_statistics);
    for (int32_t i = 0; i < MRT_SERIES_MAX_STATISTICS; i++)
        mote_buf_printf(b, "%s%d", i > 0 ? ", " : "", (int)c->statistics[i]);
    mote_buf_printf(b, "},\n     %d, %d, %d, %d},\n", (int)c->n_fft, (int)c->n_bands,
                    (int)c->low_ppm, (int)c->high_ppm);
    pointer(b, t->offset_f32 != NULL, "offset_f32");
    pointer(b, t->scale_f32 != NULL, "scale_f32");
    pointer(b, t->offset_q != NULL, "offset_q");
    pointer(b, t->multiplier != NULL, "multiplier");
    pointer(b, t->shift != NULL, "shift");
    pointer(b, t->band != NULL, "band");
    pointer(b, t->window_f32 != NULL, "window_f32");
    pointer(b, t->sine_f32 != NULL, "sine_f32");
    pointer(b, t->window_q15 != NULL, "window_q15");
    pointer(b, t->sine_q15 != NULL, "sine_q15");
    mote_buf_printf(b, "    %d, /* log2_window_q16 */\n};\n\n", (int)t->log2_window_q16);
}

static void source(const mote_frontend_plan *p, float scale, int32_t zero_point, mote_buf *b)
{
    static const char *const kinds[] = {"raw", "statistics", "spectral"};
    const mrt_series_config *c = config_of(p);
    const char *type = c->number_bytes == 4 ? "float" : "int16_t";
    const char *made = c->is_fixed ? "q" : c->number_bytes == 4 ? "f32" : "f32_i16";

    tables(series_tables_of(p), b);
    mote_frontend_write_quant(p, scale, zero_point, b);
    mote_buf_printf(b,
                    "void @f_frame(const %s *x, void *scratch, @o *out)\n{\n"
                    "    %s values[@F_VALUES];\n"
                    "    mrt_%s_%s(&@f_tables, x, scratch, values);\n"
                    "    @u_%s(&@f_quant, values, @F_VALUES, out);\n}\n\n",
                    type, c->is_fixed ? "int32_t" : "float", kinds[c->kind], made,
                    c->is_fixed ? "fixed" : "f32");
    mote_buf_printf(
        b,
        "void @f_clip(const %s *x, void *scratch, @o *out)\n{\n"
        "    for (int32_t i = 0; i < @F_FRAMES; i++)\n"
        "        @f_frame(x + i * @F_HOP * @F_CHANNELS, scratch, out + i * @F_VALUES);\n"
        "}\n\n",
        type);
    mote_buf_printf(b,
                    "int32_t @f_push(mrt_series_stream *s, const %s *x, size_t n, size_t *n_used,\n"
                    "                      @o *out)\n{\n"
                    "    if (!mrt_series_stream_push(s, x, n, n_used))\n        return 0;\n"
                    "    @f_frame((const %s *)s->held, s->scratch, out);\n"
                    "    mrt_series_stream_hop(s);\n    return 1;\n}\n",
                    type, type);
}

const mote_frontend_device_class series_device = {of, uses, header, source};
