/* SPDX-License-Identifier: Apache-2.0 */
/* The .ts format of the UCR/UEA archive: lines of '#' (comments) and '@' (facts), then @data and
 * one recording a line: channels between ':', values between ',', the label last.
 *
 *     @problemName BasicMotions
 *     @dimensions 6
 *     @classLabel true Standing Running Walking Badminton
 *     @data
 *     0.07,0.08,..:0.4,0.39,..:..:Standing
 *
 * '?' and NaN are missing values; missing ones at the end of all channels are padding, and left
 * out. Channels of one line must have the same length; lines may differ. A target (@targetLabel
 * true, regression) is kept as the label's text. Time stamps in tuples (@timeStamps true) are not
 * read. Source: the description of the format by the archive and by aeon. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/series_internal.h"

typedef struct {
    const char *name;
    const char *at, *end, *start;
    int64_t line;
    mote_series *s;
    mote_series_build in;  /* the line as it comes, [channel][time] */
    mote_series_build out; /* turned: [time][channel] */
    size_t n_total, max_total;
    bool has_label;
    int64_t dimensions;     /* stated; 0: not */
    mote_series_one *items; /* owned until the end (mote_free) */
    size_t n_items, items_room;
} ts;

/* The next line without its end and without blanks around it; false: there is none. */
static bool next_line(ts *t, const char **s, size_t *n)
{
    if (t->at >= t->end)
        return false;
    const char *lf = memchr(t->at, '\n', (size_t)(t->end - t->at));
    const char *stop = lf ? lf : t->end, *start = t->at;
    t->at = lf ? lf + 1 : t->end;
    t->line++;
    while (start < stop && (*start == ' ' || *start == '\t'))
        start++;
    while (stop > start && (stop[-1] == '\r' || stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    *s = start;
    *n = (size_t)(stop - start);
    return true;
}

/* "@key rest": is it `key`, in any case? *rest: behind it. */
static bool is_fact(const char *s, size_t n, const char *key, const char **rest)
{
    size_t k = strlen(key);
    if (n < k + 1)
        return false;
    for (size_t i = 0; i < k; i++)
        if ((s[i + 1] | 0x20) != key[i])
            return false;
    if (n > k + 1 && s[k + 1] != ' ' && s[k + 1] != '\t')
        return false;
    *rest = s + k + 1;
    while (*rest < s + n && (**rest == ' ' || **rest == '\t'))
        (*rest)++;
    return true;
}

static bool is_true(const char *rest, const char *end)
{
    return end - rest >= 4 && (memcmp(rest, "true", 4) == 0 || memcmp(rest, "True", 4) == 0);
}

static mote_status take_fact(ts *t, const char *s, size_t n, mote_err *err)
{
    const char *rest, *end = s + n;
    if (is_fact(s, n, "classlabel", &rest) || is_fact(s, n, "targetlabel", &rest))
        t->has_label |= is_true(rest, end);
    else if (is_fact(s, n, "dimensions", &rest) || is_fact(s, n, "dimension", &rest)) {
        if (!mote_parse_i64(rest, (size_t)(end - rest), &t->dimensions) || t->dimensions < 1 ||
            t->dimensions > MOTE_SERIES_MAX_CHANNELS)
            return mote_fail(err, MOTE_PARSE, "'%s': line %lld: dimensions are 1 to %d", t->name,
                             (long long)t->line, MOTE_SERIES_MAX_CHANNELS);
    } else if (is_fact(s, n, "timestamps", &rest) && is_true(rest, end)) {
        return mote_fail(
            err, MOTE_UNSUPPORTED,
            "'%s': line %lld: time stamps in tuples are not read; write the set without "
            "them, its sampling being regular",
            t->name, (long long)t->line);
    }
    return MOTE_OK;
}

static mote_status add_item(ts *t, mote_series_one one, mote_err *err)
{
    if (t->n_items == t->items_room) {
        size_t room = t->items_room ? t->items_room * 2 : 64;
        mote_series_one *more = mote_realloc(t->items, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "'%s': %zu recordings", t->name, room);
        t->items = more;
        t->items_room = room;
    }
    t->items[t->n_items++] = one;
    return MOTE_OK;
}

/* One channel s..end into t->in. */
static mote_status take_channel(ts *t, const char *s, const char *end, int64_t channel,
                                mote_err *err)
{
    for (const char *at = s; at <= end;) {
        const char *comma = at < end ? memchr(at, ',', (size_t)(end - at)) : NULL;
        const char *stop = comma ? comma : end, *from = at;
        while (from < stop && *from == ' ')
            from++;
        size_t n = (size_t)(stop - from);
        while (n > 0 && from[n - 1] == ' ')
            n--;
        double x = NAN;
        bool is_missing =
            (n == 1 && *from == '?') || (n == 3 && (from[0] | 0x20) == 'n' &&
                                         (from[1] | 0x20) == 'a' && (from[2] | 0x20) == 'n');
        if (!is_missing && !mote_parse_f64(from, n, &x))
            return mote_fail(err, MOTE_PARSE,
                             "'%s': line %lld, channel %lld: '%.*s' is not a number", t->name,
                             (long long)t->line, (long long)channel, n < 40 ? (int)n : 40, from);
        MOTE_TRY(mote_series_add_value(&t->in, t->name, (float)x, err));
        at = stop + 1;
    }
    return MOTE_OK;
}

/* t->in [channel][time] to a recording [time][channel] without padding. */
static mote_status turn(ts *t, size_t length, mote_series_one *one, mote_err *err)
{
    size_t n_channels = (size_t)t->s->n_channels;
    bool is_padding = true;
    while (length > 0 && is_padding) {
        for (size_t c = 0; c < n_channels && is_padding; c++)
            is_padding = isnan(t->in.values[c * (t->in.n_values / n_channels) + length - 1]);
        length -= is_padding;
    }
    size_t stride = t->in.n_values / n_channels;
    for (size_t i = 0; i < length; i++)
        for (size_t c = 0; c < n_channels; c++)
            MOTE_TRY(mote_series_add_value(&t->out, t->name, t->in.values[c * stride + i], err));
    t->in.n_values = 0;
    t->n_total += length * n_channels;
    if (t->n_total > t->max_total)
        return mote_fail(err, MOTE_LIMIT, "'%s' has more than %zu values", t->name, t->max_total);
    if (length == 0)
        return mote_fail(err, MOTE_PARSE, "'%s': line %lld has no value", t->name,
                         (long long)t->line);
    return mote_series_finish(&t->out, t->s, one, err);
}

static mote_status set_channels(ts *t, int64_t n, mote_err *err)
{
    if (t->dimensions && n != t->dimensions)
        return mote_fail(err, MOTE_PARSE, "'%s': line %lld has %lld channels, %lld are stated",
                         t->name, (long long)t->line, (long long)n, (long long)t->dimensions);
    if (t->s->n_channels && n != t->s->n_channels)
        return mote_fail(err, MOTE_PARSE, "'%s': line %lld has %lld channels, those before %d",
                         t->name, (long long)t->line, (long long)n, t->s->n_channels);
    if (n < 1 || n > MOTE_SERIES_MAX_CHANNELS)
        return mote_fail(err, MOTE_LIMIT, "'%s': line %lld has %lld channels, 1 to %d are read",
                         t->name, (long long)t->line, (long long)n, MOTE_SERIES_MAX_CHANNELS);
    t->s->n_channels = (int32_t)n;
    return MOTE_OK;
}

static mote_status take_recording(ts *t, const char *s, size_t n, mote_err *err)
{
    const char *end = s + n, *label = NULL, *stop = end;
    mote_series_one one = {.start_s = NAN, .line = t->line};
    int64_t n_channels = 0;
    size_t length = 0;
    if (t->has_label) {
        while (stop > s && stop[-1] != ':')
            stop--;
        label = stop;
        if (stop == s || label == end)
            return mote_fail(err, MOTE_PARSE, "'%s': line %lld has no label behind a last ':'",
                             t->name, (long long)t->line);
        stop--;
    }
    for (const char *at = s; at <= stop; n_channels++) {
        const char *colon = at < stop ? memchr(at, ':', (size_t)(stop - at)) : NULL;
        size_t before = t->in.n_values;
        MOTE_TRY(take_channel(t, at, colon ? colon : stop, n_channels + 1, err));
        if (n_channels > 0 && t->in.n_values - before != length)
            return mote_fail(err, MOTE_PARSE,
                             "'%s': line %lld: channel %lld has %zu values, those before %zu",
                             t->name, (long long)t->line, (long long)n_channels + 1,
                             t->in.n_values - before, length);
        length = t->in.n_values - before;
        at = (colon ? colon : stop) + 1;
    }
    MOTE_TRY(set_channels(t, n_channels, err));
    MOTE_TRY(turn(t, length, &one, err));
    if (label && !(one.label = mote_series_text(t->s, label, (size_t)(end - label))))
        return mote_fail(err, MOTE_NOMEM, "'%s': a label", t->name);
    return add_item(t, one, err);
}

static mote_status take_lines(ts *t, mote_err *err)
{
    const char *line, *rest;
    size_t n;
    bool in_data = false;
    while (next_line(t, &line, &n)) {
        if (n == 0 || line[0] == '#')
            continue;
        if (in_data)
            MOTE_TRY(take_recording(t, line, n, err));
        else if (line[0] != '@')
            return mote_fail(err, MOTE_PARSE, "'%s': line %lld stands before '@data'", t->name,
                             (long long)t->line);
        else if (is_fact(line, n, "data", &rest))
            in_data = true;
        else
            MOTE_TRY(take_fact(t, line, n, err));
    }
    if (t->n_items == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' has no recording%s", t->name,
                         in_data ? "" : ": there is no line '@data'");
    return MOTE_OK;
}

/* Channels have no names in this format. */
static mote_status name_channels(mote_series *s, mote_err *err)
{
    const char **names, **units;
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *names, &names, err));
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *units, &units, err));
    for (int32_t c = 0; c < s->n_channels; c++) {
        names[c] = mote_arena_printf(&s->arena, "channel_%d", c + 1);
        units[c] = "";
        if (!names[c])
            return mote_fail(err, MOTE_NOMEM, "names of %d channels", s->n_channels);
    }
    s->names = names;
    s->units = units;
    return MOTE_OK;
}

static mote_status take_all(ts *t, const mote_series_config *cfg, mote_err *err)
{
    mote_series_one *items;
    MOTE_TRY(take_lines(t, err));
    MOTE_TRY(name_channels(t->s, err));
    MOTE_TRY(mote_arena_take(&t->s->arena, t->n_items, sizeof *items, &items, err));
    for (size_t i = 0; i < t->n_items; i++) {
        items[i] = t->items[i];
        items[i].rate_hz = cfg->rate_hz;
    }
    t->s->items = items;
    t->s->n_items = t->n_items;
    return MOTE_OK;
}

static ts open_text(const mote_file_bytes *file)
{
    const char *text = file->bytes;
    return (ts){.name = file->name,
                .start = text,
                .at = text + mote_utf8_mark(text, file->n),
                .end = text + file->n};
}

mote_status mote_series_read_ts(const mote_file_bytes *file, const mote_series_config *cfg,
                                mote_series *out, mote_err *err)
{
    mote_series_config chosen = cfg ? *cfg : mote_series_config_default();
    mote_series s = {.format = MOTE_SERIES_TS};
    ts t = open_text(file);
    t.s = &s;
    t.in.max_values = t.out.max_values = t.max_total = chosen.max_values;
    mote_arena_init(&s.arena, chosen.max_values * 8 + ((size_t)64 << 20));
    mote_status st = take_all(&t, &chosen, err);
    mote_series_build_release(&t.in);
    mote_series_build_release(&t.out);
    mote_free(t.items);
    if (st != MOTE_OK) {
        mote_arena_release(&s.arena);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

/* ---- one recording of many --------------------------------------------------------------------
 */

/* Walk the lines below @data: the k-th is written to out[k], when there is an out. */
static mote_status walk_places(ts *t, mote_arena *a, mote_series_place *out, size_t *n_out,
                               mote_err *err)
{
    const char *line, *rest;
    size_t n, k = 0;
    bool in_data = false;
    while (next_line(t, &line, &n)) {
        if (n == 0 || line[0] == '#')
            continue;
        if (!in_data) {
            in_data = is_fact(line, n, "data", &rest);
            if (!in_data && line[0] == '@')
                MOTE_TRY(take_fact(t, line, n, err));
            continue;
        }
        if (out) {
            mote_series_place p = {(size_t)(line - t->start), n, t->line, NULL, NULL};
            size_t from = n;
            while (t->has_label && from > 0 && line[from - 1] != ':')
                from--;
            if (from > 0 && from < n && !(p.label = mote_arena_strndup(a, line + from, n - from)))
                return mote_fail(err, MOTE_NOMEM, "labels of a series");
            out[k] = p;
        }
        k++;
    }
    *n_out = k;
    return MOTE_OK;
}

mote_status mote_series_ts_places(const mote_file_bytes *file, mote_arena *a,
                                  mote_series_places *out, mote_err *err)
{
    mote_series_places list = {0};
    for (int pass = 0; pass < 2; pass++) {
        ts t = open_text(file);
        MOTE_TRY(walk_places(&t, a, list.items, &list.n, err));
        if (list.n == 0)
            return mote_fail(err, MOTE_PARSE, "'%s' has no recording below a line '@data'", t.name);
        if (pass == 0)
            MOTE_TRY(mote_arena_take(a, list.n, sizeof *list.items, &list.items, err));
    }
    *out = list;
    return MOTE_OK;
}

void mote_series_ts_one(const void *bytes, size_t from, size_t n, mote_buf *out)
{
    ts t = {.at = bytes, .end = (const char *)bytes + from};
    const char *line;
    size_t len;
    bool is_above = true;
    while (is_above && next_line(&t, &line, &len)) {
        const char *rest;
        if (len == 0 || line[0] != '@')
            continue;
        is_above = !is_fact(line, len, "data", &rest);
        mote_buf_add(out, line, len);
        mote_buf_str(out, "\n");
    }
    mote_buf_add(out, (const char *)bytes + from, n);
    mote_buf_str(out, "\n");
}
