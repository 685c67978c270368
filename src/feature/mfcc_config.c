/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the front end: defaults, JSON, ranges, name and hash. */
#include <string.h>

#include "feature/mfcc.h"

typedef enum { KEY_ARITHMETIC, KEY_NORMALISE, KEY_I32, KEY_F64 } key_kind;

/* One row per member. `what` completes "'key' must be ...". */
typedef struct {
    const char *key;
    key_kind kind;
    size_t offset;
    const char *what;
} key_row;

#define ROW(key, kind, what)                                                                       \
    {                                                                                              \
#key, kind, offsetof(mote_feature_config, key), what                                       \
    }
static const key_row KEYS[] = {
    ROW(arithmetic, KEY_ARITHMETIC, "\"float\" or \"fixed\""),
    ROW(rate_hz, KEY_I32, "4000..96000"),
    ROW(window_ms, KEY_F64, "16 samples up to 'n_fft' samples long"),
    ROW(hop_ms, KEY_F64, "1 sample up to 'window_ms' long"),
    ROW(n_fft, KEY_I32, "128, 256, 512, 1024 or 2048"),
    ROW(n_mels, KEY_I32, "1..128"),
    ROW(n_coefficients, KEY_I32, "0 (log-mel) up to 'n_mels'"),
    ROW(low_hz, KEY_I32, "0 or more and below 'high_hz'"),
    ROW(high_hz, KEY_I32, "above 'low_hz', up to half of 'rate_hz'"),
    ROW(pre_emphasis, KEY_F64, "0 (none) .. 0.99"),
    ROW(normalise, KEY_NORMALISE, "\"none\", \"mean\", \"running\" or \"pcen\""),
    ROW(normalise_ms, KEY_F64, "1..60000"),
    ROW(pcen_gain, KEY_F64, "0.5..1"),
    ROW(pcen_bias, KEY_F64, "0.01..100"),
    ROW(pcen_power, KEY_F64, "0.01..1"),
};
#undef ROW
#define N_KEYS (sizeof KEYS / sizeof KEYS[0])

static const char *const ARITHMETIC_NAMES[] = {"float", "fixed"};
static const char *const NORMALISE_NAMES[] = {
    [MRT_NORMALISE_NONE] = "none",
    [MRT_NORMALISE_MEAN] = "mean",
    [MRT_NORMALISE_RUNNING] = "running",
    [MRT_NORMALISE_PCEN] = "pcen",
};

/* The names of a member that has some; NULL: it is a number. */
static const char *const *names_of(key_kind kind, int32_t *n)
{
    if (kind != KEY_ARITHMETIC && kind != KEY_NORMALISE)
        return NULL;
    *n = kind == KEY_ARITHMETIC ? 2 : 4;
    return kind == KEY_ARITHMETIC ? ARITHMETIC_NAMES : NORMALISE_NAMES;
}

mote_feature_config mote_feature_config_default(void)
{
    return (mote_feature_config){
        .arithmetic = MRT_FLOAT,
        .rate_hz = 16000,
        .window_ms = 30.0,
        .hop_ms = 20.0,
        .n_fft = 512,
        .n_mels = 40,
        .n_coefficients = 10,
        .low_hz = 20,
        .high_hz = 4000,
        .pre_emphasis = 0.0,
        .normalise = MRT_NORMALISE_NONE,
        .normalise_ms = 400.0,
        .pcen_gain = 0.98,
        .pcen_bias = 2.0,
        .pcen_power = 0.5,
    };
}

/* Nearest integer of x; -1 when it is not in 0..2^20, also for NaN. */
static int32_t nearest(double x)
{
    return x >= 0.0 && x <= 1048576.0 ? (int32_t)(x + 0.5) : -1;
}

mrt_frontend_config mote_feature_device_config(const mote_feature_config *cfg)
{
    const double per_ms = (double)cfg->rate_hz / 1000.0;

    return (mrt_frontend_config){
        .arithmetic = (int32_t)cfg->arithmetic,
        .rate_hz = cfg->rate_hz,
        .window = nearest(cfg->window_ms * per_ms),
        .hop = nearest(cfg->hop_ms * per_ms),
        .n_fft = cfg->n_fft,
        .n_mels = cfg->n_mels,
        .n_coefficients = cfg->n_coefficients,
        .low_hz = cfg->low_hz,
        .high_hz = cfg->high_hz,
        .pre_emphasis_q15 = cfg->pre_emphasis <= 0.99 ? nearest(cfg->pre_emphasis * 32768.0) : -1,
    };
}

mrt_normalise mote_feature_device_normalise(const mote_feature_config *cfg, int32_t n_frames)
{
    mrt_normalise n = {
        .method = (int32_t)cfg->normalise,
        .n_frames = n_frames,
        .n_values = mote_feature_values(cfg),
        .fraction = cfg->n_coefficients > 0 ? 7 : 10,
    };
    if (cfg->normalise != MRT_NORMALISE_RUNNING && cfg->normalise != MRT_NORMALISE_PCEN)
        return n;
    const int32_t rate = nearest(32768.0 * cfg->hop_ms / (cfg->normalise_ms + cfg->hop_ms));
    n.rate_q15 = rate < 1 ? 1 : rate > 32767 ? 32767 : rate;
    if (cfg->normalise == MRT_NORMALISE_RUNNING)
        return n;
    n.gain_q15 = nearest(cfg->pcen_gain * 32768.0);
    n.bias_q16 = (int32_t)(cfg->pcen_bias * 65536.0 + 0.5);
    n.power_q15 = nearest(cfg->pcen_power * 32768.0);
    n.base_q12 =
        n.bias_q16 > 0 ? mrt_normalise_base(&n) : 0; /* none: mrt_normalise_check says so */
    return n;
}

static const key_row *key_of_status(mrt_frontend_status status)
{
    const char *key = NULL;

    switch (status) {
    case MRT_FRONTEND_BAD_ARITHMETIC:
        key = "arithmetic";
        break;
    case MRT_FRONTEND_BAD_RATE:
        key = "rate_hz";
        break;
    case MRT_FRONTEND_BAD_FFT:
        key = "n_fft";
        break;
    case MRT_FRONTEND_BAD_WINDOW:
        key = "window_ms";
        break;
    case MRT_FRONTEND_BAD_HOP:
        key = "hop_ms";
        break;
    case MRT_FRONTEND_BAD_MELS:
        key = "n_mels";
        break;
    case MRT_FRONTEND_BAD_COEFFICIENTS:
        key = "n_coefficients";
        break;
    case MRT_FRONTEND_BAD_HIGH:
        key = "high_hz";
        break;
    case MRT_FRONTEND_BAD_LOW:
        key = "low_hz";
        break;
    case MRT_FRONTEND_BAD_PRE_EMPHASIS:
        key = "pre_emphasis";
        break;
    case MRT_FRONTEND_OK:
    case MRT_FRONTEND_EMPTY_MEL:
    case MRT_FRONTEND_SMALL_MEMORY:
        break;
    }
    for (size_t i = 0; key != NULL && i < N_KEYS; i++)
        if (strcmp(KEYS[i].key, key) == 0)
            return &KEYS[i];
    return NULL;
}

/* The value of a member as text, for messages. */
static void add_value(mote_buf *b, const mote_feature_config *cfg, const key_row *row)
{
    const char *at = (const char *)cfg + row->offset;
    int32_t i, n = 0;
    double d;

    switch (row->kind) {
    case KEY_ARITHMETIC:
    case KEY_NORMALISE:
        memcpy(&i, at, sizeof i);
        if (i >= 0 && names_of(row->kind, &n) != NULL && i < n)
            mote_buf_printf(b, "\"%s\"", names_of(row->kind, &n)[i]);
        else
            mote_buf_printf(b, "%d", (int)i);
        break;
    case KEY_I32:
        memcpy(&i, at, sizeof i);
        mote_buf_printf(b, "%d", (int)i);
        break;
    case KEY_F64:
        memcpy(&d, at, sizeof d);
        mote_buf_f64(b, d);
        break;
    }
}

static mote_status fail_key(const mote_feature_config *cfg, const key_row *row, mote_err *err)
{
    MOTE_SCOPED_BUF value;
    mote_buf_init(&value, 64);
    add_value(&value, cfg, row);
    return mote_fail(err, MOTE_RANGE, "'%s' must be %s, not %s", row->key, row->what,
                     value.status == MOTE_OK && value.len > 0 ? value.data : "this");
}

static const key_row *find_key(const char *key)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(KEYS[i].key, key) == 0)
            return &KEYS[i];
    return NULL;
}

/* What the method reads. */
static mote_status check_normalise(const mote_feature_config *cfg, mote_err *err)
{
    const struct {
        mrt_normalise_method from; /* the first method that reads it */
        const char *key;
        double value, lo, hi;
    } ranges[] = {
        {MRT_NORMALISE_NONE, "normalise", (double)cfg->normalise, MRT_NORMALISE_NONE,
         MRT_NORMALISE_PCEN},
        {MRT_NORMALISE_RUNNING, "normalise_ms", cfg->normalise_ms, 1, 60000},
        {MRT_NORMALISE_PCEN, "pcen_gain", cfg->pcen_gain, 0.5, 1},
        {MRT_NORMALISE_PCEN, "pcen_bias", cfg->pcen_bias, 0.01, 100},
        {MRT_NORMALISE_PCEN, "pcen_power", cfg->pcen_power, 0.01, 1},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0] && ranges[i].from <= cfg->normalise;
         i++)
        if (!(ranges[i].value >= ranges[i].lo && ranges[i].value <= ranges[i].hi))
            return fail_key(cfg, find_key(ranges[i].key), err);
    if (cfg->normalise == MRT_NORMALISE_PCEN && cfg->n_coefficients > 0)
        return mote_fail(err, MOTE_RANGE,
                         "'normalise' \"pcen\" is of the energies of mel bands, not of %d "
                         "coefficients: 'kind' must be \"logmel\", or 'normalise' \"mean\" or "
                         "\"running\"",
                         (int)cfg->n_coefficients);
    return MOTE_OK;
}

mote_status mote_feature_config_check(const mote_feature_config *cfg, mote_err *err)
{
    const mrt_frontend_config device = mote_feature_device_config(cfg);
    const mrt_frontend_status status = mrt_frontend_check(&device);
    const key_row *row = key_of_status(status);

    if (status == MRT_FRONTEND_OK)
        return check_normalise(cfg, err);
    if (row == NULL)
        return mote_fail(
            err, MOTE_RANGE,
            "'n_mels' is too large: with %d mels from %d to %d Hz a filter holds "
            "none of the FFT bins, which are %.4g Hz apart; use fewer mels, a wider band or a "
            "longer 'n_fft'",
            (int)cfg->n_mels, (int)cfg->low_hz, (int)cfg->high_hz,
            (double)cfg->rate_hz / (double)cfg->n_fft);
    return fail_key(cfg, row, err);
}

static mote_status unknown_key(const char *what, const char *key, mote_err *err)
{
    const char *names[N_KEYS];

    for (size_t i = 0; i < N_KEYS; i++)
        names[i] = KEYS[i].key;
    const char *near = mote_nearest(key, names, N_KEYS);
    if (near != NULL)
        return mote_fail(err, MOTE_PARSE, "%s: unknown key '%.60s', did you mean '%s'", what, key,
                         near);
    return mote_fail(err, MOTE_PARSE, "%s: unknown key '%.60s'", what, key);
}

static mote_status read_value(const json_t *v, const char *what, const key_row *row,
                              mote_feature_config *cfg, mote_err *err)
{
    char *at = (char *)cfg + row->offset;
    int32_t n_names = 0;
    const char *const *names = names_of(row->kind, &n_names);

    if (names != NULL && json_is_string(v)) {
        for (int32_t i = 0; i < n_names; i++) {
            if (strcmp(json_string_value(v), names[i]) == 0) {
                memcpy(at, &i, sizeof i);
                return MOTE_OK;
            }
        }
        return mote_fail(err, MOTE_RANGE, "%s: '%s' must be %s, not \"%.60s\"", what, row->key,
                         row->what, json_string_value(v));
    }
    if (row->kind == KEY_I32 && json_is_integer(v)) {
        const json_int_t i = json_integer_value(v);
        if (i < 0 || i > INT32_MAX)
            return mote_fail(err, MOTE_RANGE, "%s: '%s' must be %s, not %" JSON_INTEGER_FORMAT,
                             what, row->key, row->what, i);
        const int32_t small = (int32_t)i;
        memcpy(at, &small, sizeof small);
        return MOTE_OK;
    }
    if (row->kind == KEY_F64 && json_is_number(v)) {
        const double d = json_number_value(v);
        memcpy(at, &d, sizeof d);
        return MOTE_OK;
    }
    return mote_fail(err, MOTE_PARSE, "%s: '%s' must be a %s: %s", what, row->key,
                     names != NULL          ? "string"
                     : row->kind == KEY_I32 ? "whole number"
                                            : "number",
                     row->what);
}

mote_status mote_feature_config_from_json(const json_t *o, const char *what,
                                          mote_feature_config *out, mote_err *err)
{
    mote_feature_config cfg = mote_feature_config_default();

    if (!json_is_object(o))
        return mote_fail(err, MOTE_PARSE, "%s: front-end settings must be an object", what);
    json_t *object = (json_t *)(uintptr_t)o; /* jansson iterates over non-const objects only */
    for (void *it = json_object_iter(object); it != NULL; it = json_object_iter_next(object, it)) {
        const key_row *row = find_key(json_object_iter_key(it));
        if (row == NULL)
            return unknown_key(what, json_object_iter_key(it), err);
        MOTE_TRY(read_value(json_object_iter_value(it), what, row, &cfg, err));
    }
    const mote_status st = mote_feature_config_check(&cfg, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "%s", what);
    *out = cfg;
    return MOTE_OK;
}

/* What the method reads; of frames as they are nothing, as before there was anything to say. */
static bool put_normalise(const mote_feature_config *cfg, json_t *o)
{
    const bool is_pcen = cfg->normalise == MRT_NORMALISE_PCEN;

    if (cfg->normalise == MRT_NORMALISE_NONE)
        return true;
    return json_object_set_new(o, "normalise", json_string(NORMALISE_NAMES[cfg->normalise])) == 0 &&
           (cfg->normalise == MRT_NORMALISE_MEAN ||
            json_object_set_new(o, "normalise_ms", json_real(cfg->normalise_ms)) == 0) &&
           (!is_pcen || (json_object_set_new(o, "pcen_gain", json_real(cfg->pcen_gain)) == 0 &&
                         json_object_set_new(o, "pcen_bias", json_real(cfg->pcen_bias)) == 0 &&
                         json_object_set_new(o, "pcen_power", json_real(cfg->pcen_power)) == 0));
}

json_t *mote_feature_config_to_json(const mote_feature_config *cfg)
{
    json_t *o = json_pack("{s:s, s:i, s:f, s:f, s:i, s:i, s:i, s:i, s:i, s:f}", "arithmetic",
                          ARITHMETIC_NAMES[cfg->arithmetic == MRT_FIXED], "rate_hz",
                          (int)cfg->rate_hz, "window_ms", cfg->window_ms, "hop_ms", cfg->hop_ms,
                          "n_fft", (int)cfg->n_fft, "n_mels", (int)cfg->n_mels, "n_coefficients",
                          (int)cfg->n_coefficients, "low_hz", (int)cfg->low_hz, "high_hz",
                          (int)cfg->high_hz, "pre_emphasis", cfg->pre_emphasis);
    if (o != NULL && !put_normalise(cfg, o)) {
        json_decref(o);
        return NULL;
    }
    return o;
}

static size_t put_i32s(char *to, const int32_t *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 4; k++)
            to[4 * i + k] = (char)((uint32_t)x[i] >> (8 * k) & 0xffu);
    return 4 * n;
}

/* Of the settings as the device has them: two window_ms that round to the same number of samples
 * are the same front end. What normalises is added behind, so that what does not keeps its name. */
mote_sha256 mote_feature_config_hash(const mote_feature_config *cfg)
{
    const mrt_frontend_config d = mote_feature_device_config(cfg);
    const int32_t fields[] = {
        MRT_FRONTEND_VERSION, d.arithmetic, d.rate_hz, d.window,          d.hop, d.n_fft, d.n_mels,
        d.n_coefficients,     d.low_hz,     d.high_hz, d.pre_emphasis_q15};
    char text[16 + sizeof fields + 8 * sizeof(int32_t)];
    size_t n = 16;

    memcpy(text, "mote.front-end\n", 16);
    n += put_i32s(text + n, fields, sizeof fields / sizeof fields[0]);
    if (cfg->normalise != MRT_NORMALISE_NONE) {
        const mrt_normalise w = mote_feature_device_normalise(cfg, 1);
        const int32_t more[] = {MRT_NORMALISE_VERSION,
                                w.method,
                                w.fraction,
                                w.rate_q15,
                                w.gain_q15,
                                w.bias_q16,
                                w.power_q15};
        n += put_i32s(text + n, more, sizeof more / sizeof more[0]);
    }
    return mote_sha256_of(text, n);
}

void mote_feature_config_describe(const mote_feature_config *cfg, char *out, size_t out_bytes)
{
    char kind[32], window[32] = "";

    if (cfg->normalise != MRT_NORMALISE_NONE)
        (void)mote_format(window, sizeof window, ", %s",
                          cfg->normalise == MRT_NORMALISE_MEAN      ? "mean taken off"
                          : cfg->normalise == MRT_NORMALISE_RUNNING ? "running normalisation"
                                                                    : "pcen");
    (void)(cfg->n_coefficients > 0
               ? mote_format(kind, sizeof kind, "mfcc %d of", (int)cfg->n_coefficients)
               : mote_format(kind, sizeof kind, "log-mel"));
    (void)mote_format(out, out_bytes, "%s %d mel, %g/%g ms at %d Hz%s, %s", kind, (int)cfg->n_mels,
                      cfg->window_ms, cfg->hop_ms, (int)cfg->rate_hz, window,
                      ARITHMETIC_NAMES[cfg->arithmetic == MRT_FIXED]);
}

int32_t mote_feature_frames(const mote_feature_config *cfg, size_t n_samples)
{
    const mrt_frontend_config device = mote_feature_device_config(cfg);
    return (int32_t)mrt_frontend_frames(&device, n_samples);
}

int32_t mote_feature_values(const mote_feature_config *cfg)
{
    return cfg->n_coefficients > 0 ? cfg->n_coefficients : cfg->n_mels;
}
