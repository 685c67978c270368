/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of sound on the device: its tables, its memory, and the step from samples to the
 * int8 input of the network. See frontend_device.h for the tokens in the text. */
#include <string.h>

#include "feature/mfcc.h"
#include "feature/frontend_class.h"

static const mrt_frontend_tables *tables_of(const mote_frontend_plan *p)
{
    return mote_feature_plan_tables(p->own);
}

static int64_t table_bytes(const mrt_frontend_tables *t)
{
    mrt_frontend_array arrays[MRT_FRONTEND_MAX_ARRAYS];
    const int32_t n = mrt_frontend_list_tables(t, arrays);
    int64_t sum = 0;

    for (int32_t i = 0; i < n; i++)
        sum += (int64_t)arrays[i].n * (arrays[i].type == MRT_ARRAY_F32 ? 4 : 2);
    return sum;
}

/* Of a frame, about: FFT, two weights a bin, DCT. */
static int64_t macs_of(const mrt_frontend_config *c)
{
    int64_t log2_fft = 0;

    for (int32_t n = c->n_fft; n > 1; n /= 2)
        log2_fft++;
    return (int64_t)c->n_fft * (2 * log2_fft + 2) + (int64_t)c->n_mels * c->n_coefficients;
}

static void of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    static const char *const headers[] = {"mrt_frontend.h", NULL};
    const mrt_frontend_tables *t = tables_of(p);

    *out = (mote_frontend_device){
        .runtime = "mrt_frontend",
        .number = "int16_t",
        .plain_number = "short",
        .n_numbers = 1,
        .code = t->config.arithmetic == MRT_FIXED ? "FIXED_FRONTEND" : "FLOAT_FRONTEND",
        .stream_bytes = mrt_frontend_stream_bytes(&t->config),
        .scratch_bytes = mrt_frontend_scratch_bytes(&t->config),
        .table_bytes = table_bytes(t),
        .macs = macs_of(&t->config),
        .variable = "pcm",
        .driver = "board_read_audio",
        .driver_words = "Your microphone driver: waits for n samples. The default is silence.",
        .sample_words = "audio samples",
        .feature_words = "audio features",
        .headers = headers,
    };
    (void)mote_format(out->input_words, sizeof out->input_words,
                      "Samples are 16 bits, mono, %d a second.\n", (int)t->config.rate_hz);
}

static bool uses(const mote_frontend_plan *p, const char *path)
{
    static const char *const parts[] = {"mrt_frontend", "mrt_fft",  "mrt_logf",
                                        "mrt_end",      "mrt_math", "mrt_quantize"};

    (void)p;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (mote_str_starts(path, "signal/") && mote_str_starts(path + 7, parts[i]))
            return true;
    return false;
}

static void header(const mote_frontend_plan *p, mote_buf *b)
{
    const mrt_frontend_config *f = &tables_of(p)->config;

    mote_buf_printf(b, "#define @F_RATE_HZ %d\n", (int)f->rate_hz);
    mote_buf_printf(b, "#define @F_WINDOW %d        /* samples of a frame */\n", (int)f->window);
    mote_buf_printf(b, "#define @F_HOP %d           /* samples between frames */\n", (int)f->hop);
    mote_buf_printf(b, "#define @F_CLIP_SAMPLES %d  /* samples of one input */\n",
                    (int)p->in.dims[0]);
    mote_buf_printf(b, "#define @F_FRAMES %d\n", (int)p->out.dims[0]);
    mote_buf_printf(b, "#define @F_VALUES %d        /* of a frame */\n", (int)p->out.dims[1]);
    mote_buf_printf(b, "#define @F_SCRATCH_BYTES %zu\n", mrt_frontend_scratch_bytes(f));
    mote_buf_printf(b, "#define @F_STREAM_BYTES %zu\n\n", mrt_frontend_stream_bytes(f));
    mote_buf_str(
        b, "extern const mrt_frontend_tables @f_tables;\n\n"
           "/* @F_WINDOW samples to @F_VALUES values of the network's input. scratch is\n"
           " * aligned to 8. */\n"
           "void @f_frame(const int16_t *pcm, void *scratch, @o *out);\n\n"
           "/* @F_CLIP_SAMPLES samples to the whole input. */\n"
           "void @f_clip(const int16_t *pcm, void *scratch, @o *out);\n\n"
           "/* Takes samples until a frame is complete (1, out written) or pcm is used up (0); "
           "*n_used\n * samples were taken. The stream was set up with "
           "mrt_frontend_stream_init. */\n"
           "int32_t @f_push(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t "
           "*n_used,\n                      @o *out);\n");
}

static void table(mote_buf *b, const mrt_frontend_array *a)
{
    switch (a->type) {
    case MRT_ARRAY_F32:
        mote_frontend_write_f32(b, a->field, a->data, a->n);
        break;
    case MRT_ARRAY_I16:
        mote_frontend_write_i16(b, a->field, a->data, a->n);
        break;
    case MRT_ARRAY_U16:
        mote_frontend_write_u16(b, a->field, a->data, a->n);
        break;
    }
}

/* The pointers of mrt_frontend_tables, in its order; initialised by position, as C++ before 20
 * wants it. */
static const char *const pointers[] = {"band",       "window_f32", "sine_f32", "mel_f32", "dct_f32",
                                       "window_q15", "sine_q15",   "mel_q16",  "dct_q15"};

static void tables(const mrt_frontend_tables *t, mote_buf *b)
{
    mrt_frontend_array arrays[MRT_FRONTEND_MAX_ARRAYS];
    const int32_t n = mrt_frontend_list_tables(t, arrays);
    const mrt_frontend_config *f = &t->config;
    int32_t used = 0;

    for (int32_t i = 0; i < n; i++)
        table(b, &arrays[i]);
    mote_buf_printf(b,
                    "\nconst mrt_frontend_tables @f_tables = {\n"
                    "    /* arithmetic, rate_hz, window, hop, n_fft, n_mels, n_coefficients, "
                    "low_hz, high_hz,\n     * pre_emphasis_q15 */\n"
                    "    {%d, %d, %d, %d, %d, %d, %d, %d, %d, %d},\n",
                    f->arithmetic, f->rate_hz, f->window, f->hop, f->n_fft, f->n_mels,
                    f->n_coefficients, f->low_hz, f->high_hz, f->pre_emphasis_q15);
    for (size_t k = 0; k < sizeof pointers / sizeof pointers[0]; k++) {
        int32_t i = 0;
        while (i < n && !mote_str_eq(arrays[i].field, pointers[k]))
            i++;
        mote_buf_printf(b, i < n ? "    @f_%s,\n" : "    NULL, /* %s */\n", pointers[k]);
        used += i < n;
    }
    MOTE_BUG_IF(used != n);
    mote_buf_str(b, "};\n\n");
}

static const char float_steps[] =
    "void @f_frame(const int16_t *pcm, void *scratch, @o *out)\n{\n"
    "    float values[@F_VALUES];\n"
    "    mrt_frontend_frame_f32(&@f_tables, pcm, scratch, values);\n"
    "    @u_f32(&@f_quant, values, @F_VALUES, out);\n}\n\n"
    "int32_t @f_push(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,\n"
    "                      @o *out)\n{\n"
    "    float values[@F_VALUES];\n"
    "    if (!mrt_frontend_push_f32(s, pcm, n, n_used, values))\n        return 0;\n"
    "    @u_f32(&@f_quant, values, @F_VALUES, out);\n    return 1;\n}\n\n";

static const char fixed_steps[] =
    "void @f_frame(const int16_t *pcm, void *scratch, @o *out)\n{\n"
    "    int32_t values[@F_VALUES];\n"
    "    mrt_frontend_frame_q(&@f_tables, pcm, scratch, values);\n"
    "    @u_fixed(&@f_quant, values, @F_VALUES, out);\n}\n\n"
    "int32_t @f_push(mrt_frontend_stream *s, const int16_t *pcm, size_t n, size_t *n_used,\n"
    "                      @o *out)\n{\n"
    "    int32_t values[@F_VALUES];\n"
    "    if (!mrt_frontend_push_q(s, pcm, n, n_used, values))\n        return 0;\n"
    "    @u_fixed(&@f_quant, values, @F_VALUES, out);\n    return 1;\n}\n\n";

static void source(const mote_frontend_plan *p, float scale, int32_t zero_point, mote_buf *b)
{
    tables(tables_of(p), b);
    mote_frontend_write_quant(p, scale, zero_point, b);
    mote_buf_str(b, mote_frontend_is_fixed(&p->frontend) ? fixed_steps : float_steps);
    mote_buf_str(b, "void @f_clip(const int16_t *pcm, void *scratch, @o *out)\n{\n"
                    "    for (int32_t i = 0; i < @F_FRAMES; i++)\n"
                    "        @f_frame(pcm + i * @F_HOP, scratch, out + i * @F_VALUES);\n}\n");
}

const mote_frontend_device_class mote_frontend_mfcc_device = {of, uses, header, source};
