/* SPDX-License-Identifier: Apache-2.0 */
/* What all sensor recordings have in common: formats by content, memory, medians. */
#include "data/series.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/unicode.h"
#include "data/series_internal.h"

const char *mote_series_format_name(mote_series_format f)
{
    static const char *const names[] = {"CSV", "Edge Impulse JSON", "Edge Impulse CBOR",
                                        "UCR/UEA .ts"};
    return names[f];
}

mote_series_config mote_series_config_default(void)
{
    return (mote_series_config){.csv = mote_csv_config_default(),
                                .max_bytes = (size_t)100 << 20,
                                .max_values = (size_t)32 << 20};
}

static bool holds(const uint8_t *d, size_t n, const char *word)
{
    size_t k = strlen(word);
    for (size_t i = 0; i + k <= n; i++)
        if (memcmp(d + i, word, k) == 0)
            return true;
    return false;
}

/* A .ts file has its @data below lines of # and @; Edge Impulse objects hold "protected" and
 * "payload", JSON ones open with a brace, CBOR ones with a map (major type 5). */
mote_series_format mote_series_recognise(const void *bytes, size_t n)
{
    const uint8_t *d = bytes;
    size_t head = n < 65536 ? n : 65536, at = mote_utf8_mark(d, n);
    while (at < head && (d[at] == ' ' || d[at] == '\n' || d[at] == '\r' || d[at] == '\t'))
        at++;
    if (at < head && (d[at] == '#' || d[at] == '@') &&
        (holds(d, head, "@problemName") || holds(d, head, "@problemname") ||
         holds(d, head, "@data")))
        return MOTE_SERIES_TS;
    if (at < head && d[at] == '{')
        return MOTE_SERIES_EDGE_JSON;
    if (n > 0 && d[0] >> 5 == 5 && (holds(d, head, "payload") || holds(d, head, "protected")))
        return MOTE_SERIES_EDGE_CBOR;
    return MOTE_SERIES_CSV;
}

mote_status mote_series_read(const mote_file_bytes *file, const mote_series_config *cfg,
                             mote_series *out, mote_err *err)
{
    mote_series_config chosen = cfg ? *cfg : mote_series_config_default();
    if (file->n > chosen.max_bytes)
        return mote_fail(err, MOTE_LIMIT, "'%s' has %zu bytes, %zu are the limit", file->name,
                         file->n, chosen.max_bytes);
    switch (mote_series_recognise(file->bytes, file->n)) {
    case MOTE_SERIES_TS:
        return mote_series_read_ts(file, &chosen, out, err);
    case MOTE_SERIES_EDGE_JSON:
    case MOTE_SERIES_EDGE_CBOR:
        return mote_series_read_edge(file, &chosen, out, err);
    case MOTE_SERIES_CSV:
    case MOTE_N_SERIES_FORMATS:
    default:
        return mote_series_read_csv(file, &chosen, out, err);
    }
}

void mote_series_release(mote_series *s)
{
    mote_arena_release(&s->arena);
    *s = (mote_series){0};
}

/* ---- building ---- */

void mote_series_build_release(mote_series_build *b)
{
    mote_free(b->values);
    mote_free(b->times);
    *b = (mote_series_build){0};
}

mote_status mote_series_add_value(mote_series_build *b, const char *name, float x, mote_err *err)
{
    if (b->n_values == b->values_room) {
        size_t room = b->values_room ? b->values_room * 2 : 1024;
        room = room < b->max_values ? room : b->max_values;
        if (b->n_values >= b->max_values)
            return mote_fail(err, MOTE_LIMIT, "'%s' has more than %zu values", name, b->max_values);
        float *more = mote_realloc(b->values, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "'%s': %zu values", name, room);
        b->values = more;
        b->values_room = room;
    }
    b->values[b->n_values++] = x;
    return MOTE_OK;
}

mote_status mote_series_add_time(mote_series_build *b, const char *name, double t, mote_err *err)
{
    if (b->n_times == b->times_room) {
        size_t room = b->times_room ? b->times_room * 2 : 1024;
        if (b->n_times >= b->max_values)
            return mote_fail(err, MOTE_LIMIT, "'%s' has more than %zu times", name, b->max_values);
        double *more = mote_realloc(b->times, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "'%s': %zu times", name, room);
        b->times = more;
        b->times_room = room;
    }
    b->times[b->n_times++] = t;
    return MOTE_OK;
}

mote_status mote_series_finish(mote_series_build *b, mote_series *s, mote_series_one *out,
                               mote_err *err)
{
    float *values;
    double *times = NULL;
    MOTE_TRY(mote_arena_take(&s->arena, b->n_values, sizeof *values, &values, err));
    if (b->n_values)
        memcpy(values, b->values, b->n_values * sizeof *values);
    if (b->n_times) {
        MOTE_TRY(mote_arena_take(&s->arena, b->n_times, sizeof *times, &times, err));
        memcpy(times, b->times, b->n_times * sizeof *times);
    }
    out->n_channels = s->n_channels;
    out->n = b->n_values / (size_t)s->n_channels;
    out->values = values;
    out->times_s = times;
    b->n_values = b->n_times = 0;
    return MOTE_OK;
}

char *mote_series_text(mote_series *s, const char *text, size_t n)
{
    mote_buf b;
    mote_buf_init(&b, 65536);
    mote_buf_shown(&b, text, n < 256 ? n : 256, false);
    char *copy =
        b.status == MOTE_OK ? mote_arena_strndup(&s->arena, b.data ? b.data : "", b.len) : NULL;
    mote_buf_release(&b);
    return copy;
}

void mote_series_note(mote_series *s, const char *fmt, ...)
{
    size_t len = strlen(s->notes);
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(s->notes + len, sizeof s->notes - len, fmt, ap);
    va_end(ap);
    len = strlen(s->notes);
    if (len > 0 && len + 1 < sizeof s->notes && s->notes[len - 1] != '\n') {
        s->notes[len] = '\n';
        s->notes[len + 1] = '\0';
    }
}

/* ---- medians ---- */

/* The k-th smallest (Hoare's selection, the middle as pivot; what is equal stops both scans). */
static double select_kth(double *x, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (lo < hi) {
        double pivot = x[lo + (hi - lo) / 2];
        size_t i = lo, j = hi;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (x[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
    return x[k];
}

double mote_series_median_interval(const double *times, size_t n, double *scratch)
{
    size_t m = 0;
    for (size_t i = 1; i < n; i++)
        if (times[i] > times[i - 1])
            scratch[m++] = times[i] - times[i - 1];
    return m ? select_kth(scratch, m, m / 2) : 0.0;
}
