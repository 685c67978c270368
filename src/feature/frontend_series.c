/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the front ends of series: JSON, ranges, names, hash; and what follows from them and
 * from the shape of a sample. */
#include "feature/frontend_series.h"

#include <math.h>
#include <string.h>

_Static_assert(sizeof(series_settings) <= MOTE_FRONTEND_OWN_BYTES, "settings must fit");

#define MAX_MS 86400000.0 /* a day */

static const char *const STATISTICS[] = {"mean",     "rms",      "deviation",
                                         "skewness", "kurtosis", "crossings"};
#define N_STATISTICS (sizeof STATISTICS / sizeof STATISTICS[0])

series_settings series_settings_of(const mote_frontend *f)
{
    series_settings s;
    memcpy(&s, f->own, sizeof s);
    return s;
}

void series_set(mote_frontend *f, const series_settings *s)
{
    memcpy(f->own, s, sizeof *s);
}

mrt_series_kind series_kind_of(const mote_frontend *f)
{
    return f->row == &mote_frontend_row_statistics ? MRT_STATISTICS
           : f->row == &mote_frontend_row_spectral ? MRT_SPECTRAL
                                                   : MRT_RAW;
}

static unsigned members_of(const mote_frontend *f)
{
    static const unsigned members[] = {
        [MRT_RAW] = 0,
        [MRT_STATISTICS] = SERIES_FRAMES | SERIES_STATISTICS,
        [MRT_SPECTRAL] = SERIES_FRAMES | SERIES_BANDS,
    };
    return members[series_kind_of(f)];
}

/* Names ------------------------------------------------------------------------------------ */

void series_statistic_name(int32_t statistic, char out[24])
{
    const int32_t permille = statistic - MRT_STATISTIC_QUANTILE;

    if (statistic >= 0 && (size_t)statistic < N_STATISTICS)
        (void)mote_format(out, 24, "%s", STATISTICS[statistic]);
    else if (permille % 10 == 0)
        (void)mote_format(out, 24, "q%d", (int)permille / 10);
    else
        (void)mote_format(out, 24, "q%d.%d", (int)permille / 10, (int)permille % 10);
}

int32_t series_statistic_named(const char *name)
{
    double percent = 0;

    for (size_t i = 0; i < N_STATISTICS; i++)
        if (strcmp(name, STATISTICS[i]) == 0)
            return (int32_t)i;
    if (name[0] != 'q' || !mote_parse_f64(name + 1, strlen(name + 1), &percent) ||
        !(percent >= 0 && percent <= 100))
        return -1;
    return MRT_STATISTIC_QUANTILE + (int32_t)(percent * 10 + 0.5);
}

/* Settings -------------------------------------------------------------------------------- */

void series_init(mote_frontend *f)
{
    static const char *const chosen[] = {"mean",      "rms", "deviation", "skewness", "kurtosis",
                                         "crossings", "q10", "q50",       "q90"};
    series_settings s;

    memset(&s, 0, sizeof s);
    s.rate_hz = 100.0;
    if ((members_of(f) & SERIES_BANDS) != 0)
        s.n_bands = 8;
    if ((members_of(f) & SERIES_STATISTICS) != 0)
        for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
            s.statistics[s.n_statistics++] = series_statistic_named(chosen[i]);
    series_set(f, &s);
}

void series_of_project(const mote_project_features *y, double rate_hz, mote_frontend *f)
{
    series_settings s = series_settings_of(f);

    s.rate_hz = rate_hz;
    s.is_fixed = strcmp(y->arithmetic, "fixed") == 0;
    if ((members_of(f) & SERIES_FRAMES) != 0) {
        s.frame_ms = y->frame_ms;
        s.hop_ms = y->frame_hop_ms;
    }
    if ((members_of(f) & SERIES_BANDS) != 0) {
        s.n_bands = y->bands;
        s.low_hz = y->band_low_hz;
        s.high_hz = y->band_high_hz;
    }
    if ((members_of(f) & SERIES_STATISTICS) != 0) {
        memset(s.statistics, 0, sizeof s.statistics);
        s.n_statistics = (int32_t)y->statistics.n; /* check says when they are too many */
        for (size_t i = 0; i < y->statistics.n && i < MRT_SERIES_MAX_STATISTICS; i++)
            s.statistics[i] = series_statistic_named(y->statistics.items[i]);
    }
    series_set(f, &s);
}

static mote_status check_statistics(const series_settings *s, mote_err *err)
{
    if (s->n_statistics < 1 || s->n_statistics > MRT_SERIES_MAX_STATISTICS)
        return mote_fail(err, MOTE_RANGE, "'statistics' must be a list of 1 to %d, not %d",
                         MRT_SERIES_MAX_STATISTICS, (int)s->n_statistics);
    for (int32_t i = 0; i < s->n_statistics; i++) {
        const int32_t x = s->statistics[i];
        if (x < 0 || (x >= (int32_t)N_STATISTICS && x < MRT_STATISTIC_QUANTILE) ||
            x > MRT_STATISTIC_QUANTILE + 1000)
            return mote_fail(err, MOTE_RANGE,
                             "'statistics[%d]' must be mean, rms, deviation, skewness, kurtosis, "
                             "crossings, or a quantile from q0 to q100 such as q25",
                             (int)i);
    }
    return MOTE_OK;
}

mote_status series_check(const mote_frontend *f, mote_err *err)
{
    const series_settings s = series_settings_of(f);

    if (!(s.rate_hz >= 1e-6 && s.rate_hz <= 1e6))
        return mote_fail(err, MOTE_RANGE, "'rate_hz' must be 1e-6..1e6, not %g", s.rate_hz);
    if (!(s.frame_ms >= 0 && s.frame_ms <= MAX_MS))
        return mote_fail(err, MOTE_RANGE,
                         "'frame_ms' must be 0 (the whole sample) to a day, not %g", s.frame_ms);
    if (!(s.hop_ms >= 0 && s.hop_ms <= s.frame_ms))
        return mote_fail(err, MOTE_RANGE,
                         "'hop_ms' must be 0 (as long as a frame) up to 'frame_ms', not %g",
                         s.hop_ms);
    if ((members_of(f) & SERIES_STATISTICS) != 0)
        MOTE_TRY(check_statistics(&s, err));
    if ((members_of(f) & SERIES_BANDS) == 0)
        return MOTE_OK;
    if (s.n_bands < 1 || s.n_bands > MRT_SERIES_MAX_VALUES)
        return mote_fail(err, MOTE_RANGE, "'bands' must be 1..%d, not %d", MRT_SERIES_MAX_VALUES,
                         (int)s.n_bands);
    const double high = s.high_hz > 0 ? s.high_hz : s.rate_hz / 2;
    if (!(s.low_hz >= 0 && s.low_hz < high && high <= s.rate_hz / 2))
        return mote_fail(err, MOTE_RANGE,
                         "'low_hz' (%g) must be below 'high_hz' (%g), and that at most half of "
                         "'rate_hz' (%g)",
                         s.low_hz, high, s.rate_hz);
    return MOTE_OK;
}

typedef struct {
    const char *key;
    size_t offset;
    unsigned member; /* 0: every row has it */
} number_row;

static const number_row NUMBERS[] = {
    {"rate_hz", offsetof(series_settings, rate_hz), 0},
    {"frame_ms", offsetof(series_settings, frame_ms), SERIES_FRAMES},
    {"hop_ms", offsetof(series_settings, hop_ms), SERIES_FRAMES},
    {"low_hz", offsetof(series_settings, low_hz), SERIES_BANDS},
    {"high_hz", offsetof(series_settings, high_hz), SERIES_BANDS},
};
#define N_NUMBERS (sizeof NUMBERS / sizeof NUMBERS[0])

static bool has(const mote_frontend *f, unsigned member)
{
    return member == 0 || (members_of(f) & member) != 0;
}

static mote_status unknown_key(const mote_frontend *f, const char *what, const char *key,
                               mote_err *err)
{
    const char *names[N_NUMBERS + 3];
    size_t n = 0;

    names[n++] = "arithmetic";
    for (size_t i = 0; i < N_NUMBERS; i++)
        if (has(f, NUMBERS[i].member))
            names[n++] = NUMBERS[i].key;
    if (has(f, SERIES_BANDS))
        names[n++] = "bands";
    if (has(f, SERIES_STATISTICS))
        names[n++] = "statistics";
    const char *near = mote_nearest(key, names, n);
    if (near != NULL)
        return mote_fail(err, MOTE_PARSE,
                         "%s: unknown key '%.60s' of front end '%s', did you mean "
                         "'%s'",
                         what, key, f->row->name, near);
    return mote_fail(err, MOTE_PARSE, "%s: unknown key '%.60s' of front end '%s'", what, key,
                     f->row->name);
}

static mote_status read_statistics(const json_t *v, const char *what, series_settings *s,
                                   mote_err *err)
{
    const size_t n = json_array_size(v);

    if (!json_is_array(v) || n < 1 || n > MRT_SERIES_MAX_STATISTICS)
        return mote_fail(err, MOTE_PARSE, "%s: 'statistics' must be a list of 1 to %d names", what,
                         MRT_SERIES_MAX_STATISTICS);
    memset(s->statistics, 0, sizeof s->statistics);
    s->n_statistics = (int32_t)n;
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(v, i));
        s->statistics[i] = name != NULL ? series_statistic_named(name) : -1;
        if (s->statistics[i] < 0)
            return mote_fail(err, MOTE_PARSE, "%s: 'statistics[%zu]' is no statistic: '%.40s'",
                             what, i, name != NULL ? name : "(no text)");
    }
    return MOTE_OK;
}

static mote_status read_member(const mote_frontend *f, const char *key, const json_t *v,
                               const char *what, series_settings *s, mote_err *err)
{
    for (size_t i = 0; i < N_NUMBERS; i++) {
        if (strcmp(key, NUMBERS[i].key) != 0 || !has(f, NUMBERS[i].member))
            continue;
        const double x = json_number_value(v);
        if (!json_is_number(v))
            return mote_fail(err, MOTE_PARSE, "%s: '%s' must be a number", what, key);
        memcpy((char *)s + NUMBERS[i].offset, &x, sizeof x);
        return MOTE_OK;
    }
    if (strcmp(key, "arithmetic") == 0) {
        const char *word = json_string_value(v);
        if (word == NULL || (strcmp(word, "float") != 0 && strcmp(word, "fixed") != 0))
            return mote_fail(err, MOTE_PARSE, "%s: 'arithmetic' must be \"float\" or \"fixed\"",
                             what);
        s->is_fixed = strcmp(word, "fixed") == 0;
        return MOTE_OK;
    }
    if (strcmp(key, "bands") == 0 && has(f, SERIES_BANDS)) {
        if (!json_is_integer(v) || json_integer_value(v) < 1 ||
            json_integer_value(v) > MRT_SERIES_MAX_VALUES)
            return mote_fail(err, MOTE_PARSE, "%s: 'bands' must be a whole number 1..%d", what,
                             MRT_SERIES_MAX_VALUES);
        s->n_bands = (int32_t)json_integer_value(v);
        return MOTE_OK;
    }
    if (strcmp(key, "statistics") == 0 && has(f, SERIES_STATISTICS))
        return read_statistics(v, what, s, err);
    return unknown_key(f, what, key, err);
}

mote_status series_parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    series_settings s = series_settings_of(f);
    json_t *object = (json_t *)(uintptr_t)o; /* jansson iterates over non-const objects only */

    for (void *it = json_object_iter(object); it != NULL; it = json_object_iter_next(object, it))
        MOTE_TRY(
            read_member(f, json_object_iter_key(it), json_object_iter_value(it), what, &s, err));
    series_set(f, &s);
    return MOTE_OK;
}

static json_t *statistics_json(const series_settings *s)
{
    json_t *list = json_array();

    for (int32_t i = 0; list != NULL && i < s->n_statistics; i++) {
        char name[24];
        series_statistic_name(s->statistics[i], name);
        if (json_array_append_new(list, json_string(name)) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

json_t *series_to_json(const mote_frontend *f)
{
    const series_settings s = series_settings_of(f);
    json_t *o = json_pack("{s:s}", "arithmetic", s.is_fixed ? "fixed" : "float");
    int failed = o == NULL;

    for (size_t i = 0; i < N_NUMBERS && !failed; i++) {
        double x;
        memcpy(&x, (const char *)&s + NUMBERS[i].offset, sizeof x);
        if (has(f, NUMBERS[i].member))
            failed = json_object_set_new(o, NUMBERS[i].key, json_real(x));
    }
    if (!failed && has(f, SERIES_BANDS))
        failed = json_object_set_new(o, "bands", json_integer(s.n_bands));
    if (!failed && has(f, SERIES_STATISTICS))
        failed = json_object_set_new(o, "statistics", statistics_json(&s));
    if (failed) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* Of the canonical text and the version of the computation. */
mote_sha256 series_hash(const mote_frontend *f)
{
    const series_settings s = series_settings_of(f);
    char text[512];
    size_t n = 0;

    memset(text, 0, sizeof text);
    (void)mote_format(text, sizeof text, "mote.series %d %d %d %d", MRT_SERIES_VERSION,
                      (int)series_kind_of(f), (int)s.is_fixed, (int)s.n_bands);
    n = strlen(text) + 1;
    for (size_t i = 0; i < N_NUMBERS; i++) {
        memcpy(text + n, (const char *)&s + NUMBERS[i].offset, sizeof(double));
        n += sizeof(double);
    }
    for (int32_t i = 0; i < s.n_statistics && i < MRT_SERIES_MAX_STATISTICS; i++) {
        memcpy(text + n, &s.statistics[i], sizeof s.statistics[i]);
        n += sizeof s.statistics[i];
    }
    return mote_sha256_of(text, n);
}

bool series_is_fixed(const mote_frontend *f)
{
    return series_settings_of(f).is_fixed != 0;
}

void series_set_fixed(mote_frontend *f, bool is_fixed)
{
    series_settings s = series_settings_of(f);

    s.is_fixed = is_fixed;
    series_set(f, &s);
}
