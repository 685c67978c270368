/* SPDX-License-Identifier: Apache-2.0 */
/* The rows mfcc and logmel: sound through device/signal/mrt_frontend.h, on the batch path of
 * mfcc.h. They differ in one setting: logmel stops before the coefficients. */
#include <string.h>

#include "feature/mfcc.h"
#include "feature/frontend_class.h"

_Static_assert(sizeof(mote_feature_config) <= MOTE_FRONTEND_OWN_BYTES, "settings must fit");

static mote_feature_config settings_of(const mote_frontend *f)
{
    mote_feature_config c;
    memcpy(&c, f->own, sizeof c);
    return c;
}

static void set_settings(mote_frontend *f, const mote_feature_config *c)
{
    memcpy(f->own, c, sizeof *c);
}

mote_frontend mote_feature_frontend(const mote_feature_config *cfg)
{
    mote_frontend f;

    memset(&f, 0, sizeof f);
    f.row = cfg->n_coefficients > 0 ? &mote_frontend_row_mfcc : &mote_frontend_row_logmel;
    set_settings(&f, cfg);
    return f;
}

static bool is_logmel(const mote_frontend *f)
{
    return f->row == &mote_frontend_row_logmel;
}

/* Settings -------------------------------------------------------------------------------- */

static void init(mote_frontend *f)
{
    mote_feature_config c = mote_feature_config_default();

    if (is_logmel(f))
        c.n_coefficients = 0;
    set_settings(f, &c);
}

static int32_t fft_for(double window)
{
    int32_t n = 128;

    while (n < window && n < 2048)
        n *= 2;
    return n;
}

static mrt_normalise_method normalise_named(const char *name)
{
    return strcmp(name, "mean") == 0      ? MRT_NORMALISE_MEAN
           : strcmp(name, "running") == 0 ? MRT_NORMALISE_RUNNING
           : strcmp(name, "pcen") == 0    ? MRT_NORMALISE_PCEN
                                          : MRT_NORMALISE_NONE;
}

static void of_project(const mote_project_features *y, double rate_hz, mote_frontend *f)
{
    mote_feature_config c = mote_feature_config_default();

    c.arithmetic = strcmp(y->arithmetic, "fixed") == 0 ? MRT_FIXED : MRT_FLOAT;
    c.rate_hz = (int32_t)rate_hz;
    c.window_ms = y->window_ms;
    c.hop_ms = y->hop_ms;
    c.n_fft = fft_for((double)(int32_t)(y->window_ms * rate_hz / 1000.0 + 0.5));
    c.n_mels = y->mels;
    c.n_coefficients = is_logmel(f) ? 0 : y->coefficients;
    c.low_hz = y->low_hz;
    c.high_hz = y->high_hz;
    c.pre_emphasis = y->pre_emphasis;
    c.normalise = normalise_named(y->normalise);
    c.normalise_ms = y->normalise_ms;
    c.pcen_gain = y->pcen_gain;
    c.pcen_bias = y->pcen_bias;
    c.pcen_power = y->pcen_power;
    set_settings(f, &c);
}

static mote_status check(const mote_frontend *f, mote_err *err)
{
    const mote_feature_config c = settings_of(f);

    if (is_logmel(f) != (c.n_coefficients == 0))
        return mote_fail(err, MOTE_RANGE, "'n_coefficients' must be %s of 'kind' \"%s\", not %d",
                         is_logmel(f) ? "0" : "1 or more", f->row->name, (int)c.n_coefficients);
    return mote_feature_config_check(&c, err);
}

static mote_status parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    MOTE_SCOPED_JSON *own = json_copy((json_t *)(uintptr_t)o);
    mote_feature_config c;

    if (own == NULL || (is_logmel(f) && json_object_get(own, "n_coefficients") == NULL &&
                        json_object_set_new(own, "n_coefficients", json_integer(0)) != 0))
        return mote_fail(err, MOTE_NOMEM, "%s: no memory for the front end", what);
    MOTE_TRY(mote_feature_config_from_json(own, what, &c, err));
    set_settings(f, &c);
    return MOTE_OK;
}

static json_t *to_json(const mote_frontend *f)
{
    const mote_feature_config c = settings_of(f);
    return mote_feature_config_to_json(&c);
}

static mote_sha256 hash(const mote_frontend *f)
{
    const mote_feature_config c = settings_of(f);
    return mote_feature_config_hash(&c);
}

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    const mote_feature_config c = settings_of(f);
    mote_feature_config_describe(&c, out, out_bytes);
}

static bool is_fixed(const mote_frontend *f)
{
    return settings_of(f).arithmetic == MRT_FIXED;
}

static void set_fixed(mote_frontend *f, bool fixed)
{
    mote_feature_config c = settings_of(f);

    c.arithmetic = fixed ? MRT_FIXED : MRT_FLOAT;
    set_settings(f, &c);
}

/* Shapes ---------------------------------------------------------------------------------- */

static mote_status shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err)
{
    const mote_feature_config c = settings_of(f);
    char text[MOTE_SHAPE_TEXT_BYTES];

    if (in->dtype != MOTE_I16 || in->n_dims != 1) {
        mote_shape_text(in, text);
        return mote_fail(err, MOTE_SHAPE, "front end '%s' takes sound, int16[samples], not %s",
                         f->row->name, text);
    }
    const int32_t frames = mote_feature_frames(&c, (size_t)in->dims[0]);
    if (frames == 0)
        return mote_fail(err, MOTE_SHAPE, "clip of %d samples is shorter than one window of %d",
                         (int)in->dims[0], (int)mote_feature_device_config(&c).window);
    if (c.normalise != MRT_NORMALISE_NONE && frames > MRT_NORMALISE_MAX_FRAMES)
        return mote_fail(err, MOTE_LIMIT, "a window of %d frames is normalised over %d at most",
                         (int)frames, MRT_NORMALISE_MAX_FRAMES);
    *out = (mote_shape){MOTE_F32, 2, {frames, mote_feature_values(&c)}};
    return MOTE_OK;
}

static bool pace(const mote_frontend *f, const mote_shape *in, mote_frontend_pace *out)
{
    const mote_feature_config c = settings_of(f);
    const mrt_frontend_config d = mote_feature_device_config(&c);

    (void)in;
    *out = (mote_frontend_pace){d.rate_hz, d.window, d.hop, mrt_frontend_values(&d)};
    return true;
}

/* Computation ----------------------------------------------------------------------------- */

static mote_status plan(mote_frontend_plan *p, mote_err *err)
{
    const mote_feature_config c = settings_of(&p->frontend);
    mote_feature_plan *own = NULL;

    MOTE_TRY(mote_feature_plan_create(&c, p->n_workers, &own, err));
    p->own = own;
    return MOTE_OK;
}

static void release(mote_frontend_plan *p)
{
    mote_feature_plan_destroy(p->own);
}

static mote_status run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err)
{
    return mote_feature_clip(p->own, worker, x, n_steps, out, err);
}

static bool sees_window(const mote_frontend *f)
{
    return settings_of(f).normalise != MRT_NORMALISE_NONE;
}

static void window(const mote_frontend_plan *p, const float *frames, size_t n_frames, int16_t *kept,
                   float *out)
{
    mote_feature_window(mote_feature_plan_config(p->own), frames, n_frames, kept, out);
}

static mote_status batch(const mote_frontend_plan *p, mote_pool *pool, const void *const *x,
                         size_t n, float *out, mote_err *err)
{
    const mote_clips clips = {x, n, (size_t)p->in.dims[0]};
    return mote_feature_batch(p->own, pool, &clips, out, err);
}

/* Words ----------------------------------------------------------------------------------- */

static const char *ordinal(int32_t n)
{
    const int32_t tens = n % 100;

    if (tens >= 11 && tens <= 13)
        return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

/* What a window has taken off, gain and colour of a microphone, is not what a value says. */
static void say_words(const mote_frontend *f, const char *what, const char *like,
                      mote_value_words *out)
{
    const bool is_windowed = mote_frontend_sees_window(f);

    (void)mote_format(out->what, sizeof out->what, is_windowed ? "how %s moves" : "%s", what);
    out->like = is_windowed ? "noise over it, or another room" : like;
}

static void words_mfcc(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                       mote_value_words *out)
{
    char what[64];

    (void)in;
    (void)last;
    if (first == 0) {
        say_words(f, "the loudness of the sound",
                  "another distance or gain, or noise over everything", out);
    } else if (first == 1) {
        say_words(f, "the balance of low and high tones",
                  "another microphone, or noise of low tones such as a car's", out);
    } else {
        (void)mote_format(what, sizeof what, "the spectrum's %d%s coefficient", (int)first + 1,
                          ordinal(first + 1));
        say_words(f, what, "another microphone or room", out);
    }
}

static void words_logmel(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                         mote_value_words *out)
{
    char what[64];

    (void)in;
    (void)last;
    (void)mote_format(what, sizeof what, "the loudness of the %d%s band of tones", (int)first + 1,
                      ordinal(first + 1));
    say_words(f, what, "noise in that band, or another microphone", out);
}

/* The log-mel values, whatever the network is given. */
static bool picture(const mote_frontend *f, mote_frontend *out, double *low_hz, double *high_hz)
{
    mote_feature_config c = settings_of(f);

    c.n_coefficients = 0;
    c.normalise = MRT_NORMALISE_NONE;
    *out = *f;
    out->row = &mote_frontend_row_logmel;
    set_settings(out, &c);
    *low_hz = c.low_hz;
    *high_hz = c.high_hz;
    return true;
}

#define SHARED                                                                                     \
    .input = MOTE_INPUT_AUDIO, .init = init, .of_project = of_project, .check = check,             \
    .parse = parse, .to_json = to_json, .hash = hash, .describe = describe, .is_fixed = is_fixed,  \
    .set_fixed = set_fixed, .shape = shape, .pace = pace, .plan = plan, .release = release,        \
    .run = run, .sees_window = sees_window, .window = window, .batch = batch, .picture = picture,  \
    .device = &mote_frontend_mfcc_device

const mote_frontend_class mote_frontend_row_mfcc = {
    .name = "mfcc",
    .doc = "mel cepstrum",
    .energy_is_first = true,
    .words = words_mfcc,
    SHARED,
};

const mote_frontend_class mote_frontend_row_logmel = {
    .name = "logmel",
    .doc = "logarithms of the mel bands",
    .words = words_logmel,
    SHARED,
};
