/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of sound on the device: its tables, its memory, and the step from samples to the
 * int8 input of the network. Their text: templates/. */
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

/* Of a whole sample: behind the working memory of a frame, the frames that are kept. */
static size_t scratch_bytes(const mote_frontend_plan *p)
{
    const size_t frame = mrt_frontend_scratch_bytes(&tables_of(p)->config);
    if (!mote_frontend_sees_window(&p->frontend))
        return frame;
    return frame + (size_t)mote_shape_elements(&p->out) * sizeof(int16_t);
}

static void of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    static const char *const headers[] = {"mrt_frontend.h", NULL};
    static const char *const windowed[] = {"mrt_frontend.h", "mrt_normalise.h", NULL};
    const mrt_frontend_tables *t = tables_of(p);

    *out = (mote_frontend_device){
        .runtime = "mrt_frontend",
        .number = "int16_t",
        .plain_number = "short",
        .n_numbers = 1,
        .code = t->config.arithmetic == MRT_FIXED ? "FIXED_FRONTEND" : "FLOAT_FRONTEND",
        .stream_bytes = mrt_frontend_stream_bytes(&t->config),
        .scratch_bytes = scratch_bytes(p),
        .window_code = mote_frontend_sees_window(&p->frontend) ? "NORMALISE" : NULL,
        .is_windowed = mote_frontend_sees_window(&p->frontend),
        .table_bytes = table_bytes(t),
        .macs = macs_of(&t->config),
        .variable = "pcm",
        .driver = "board_read_audio",
        .driver_words = "Your microphone driver: waits for n samples. The default is silence.",
        .sample_words = "audio samples",
        .feature_words = "audio features",
        .headers = mote_frontend_sees_window(&p->frontend) ? windowed : headers,
    };
    (void)mote_format(out->input_words, sizeof out->input_words,
                      "Samples are 16 bits, mono, %d a second.\n", (int)t->config.rate_hz);
}

static bool uses(const mote_frontend_plan *p, const char *path)
{
    static const char *const parts[] = {"mrt_frontend", "mrt_fft",  "mrt_logf",
                                        "mrt_end",      "mrt_math", "mrt_quantize"};

    if (mote_str_starts(path, "signal/mrt_normalise"))
        return mote_frontend_sees_window(&p->frontend);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (mote_str_starts(path, "signal/") && mote_str_starts(path + 7, parts[i]))
            return true;
    return false;
}

/* The pointers of mrt_frontend_tables, in its order; initialised by position, as C++ before 20
 * wants it. */
static void say_arrays(const mrt_frontend_tables *t, frontend_text *text)
{
    static const char *const pointers[] = {"band",     "window_f32", "sine_f32",
                                           "mel_f32",  "dct_f32",    "window_q15",
                                           "sine_q15", "mel_q16",    "dct_q15"};
    static const frontend_number types[] = {
        [MRT_ARRAY_F32] = FRONTEND_F32,
        [MRT_ARRAY_I16] = FRONTEND_I16,
        [MRT_ARRAY_U16] = FRONTEND_U16,
    };
    mrt_frontend_array arrays[MRT_FRONTEND_MAX_ARRAYS];
    const int32_t n = mrt_frontend_list_tables(t, arrays);
    int32_t used = 0;

    for (size_t k = 0; k < sizeof pointers / sizeof pointers[0]; k++) {
        const mrt_frontend_array *a = arrays;
        while (a < arrays + n && !mote_str_eq(a->field, pointers[k]))
            a++;
        if (a < arrays + n)
            frontend_say_array(text, pointers[k], types[a->type], a->n, a->data);
        else
            frontend_say_array(text, pointers[k], FRONTEND_F32, 0, NULL);
        used += a < arrays + n;
    }
    MOTE_BUG_IF(used != n);
}

static void say_window(const mote_frontend_plan *p, frontend_text *t)
{
    const mote_feature_config *c = mote_feature_plan_config(p->own);
    const bool is_windowed = mote_frontend_sees_window(&p->frontend);
    mrt_normalise n = {.method = MRT_NORMALISE_NONE};

    if (is_windowed)
        n = mote_feature_device_normalise(c, p->out.dims[0]);
    frontend_say(t, "windowed", is_windowed);
    frontend_say(t, "method", n.method);
    frontend_say(t, "fraction", n.fraction);
    frontend_say(t, "rate_q15", n.rate_q15);
    frontend_say(t, "gain_q15", n.gain_q15);
    frontend_say(t, "bias_q16", n.bias_q16);
    frontend_say(t, "power_q15", n.power_q15);
    frontend_say(t, "base_q12", n.base_q12);
}

static void fill(const mote_frontend_plan *p, frontend_text *t)
{
    const mrt_frontend_config *f = &tables_of(p)->config;

    frontend_say(t, "arithmetic", f->arithmetic);
    frontend_say(t, "rate_hz", f->rate_hz);
    frontend_say(t, "window", f->window);
    frontend_say(t, "hop", f->hop);
    frontend_say(t, "n_fft", f->n_fft);
    frontend_say(t, "n_mels", f->n_mels);
    frontend_say(t, "n_coefficients", f->n_coefficients);
    frontend_say(t, "low_hz", f->low_hz);
    frontend_say(t, "high_hz", f->high_hz);
    frontend_say(t, "pre_emphasis_q15", f->pre_emphasis_q15);
    frontend_say(t, "clip_samples", p->in.dims[0]);
    frontend_say(t, "frames", p->out.dims[0]);
    frontend_say(t, "values", p->out.dims[1]);
    frontend_say(t, "scratch_bytes", (int64_t)scratch_bytes(p));
    frontend_say(t, "frame_bytes", (int64_t)mrt_frontend_scratch_bytes(f));
    frontend_say(t, "stream_bytes", (int64_t)mrt_frontend_stream_bytes(f));
    say_window(p, t);
    say_arrays(tables_of(p), t);
}

const mote_frontend_device_class mote_frontend_mfcc_device = {of, uses, frontend_mfcc_h,
                                                              frontend_mfcc_c, fill};
