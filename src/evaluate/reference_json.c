/* SPDX-License-Identifier: Apache-2.0 */
/* A reference profile as JSON and back. Format: docs/formats/reference.md. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "evaluate/reference_internal.h"

#define FORMAT             1
#define WHAT               "drift reference"
#define MAX_FRAMES_IN_FILE 100000
#define MAX_VALUES_IN_FILE 4096

/* One character per bin. */
static const char alphabet[MOTE_WATCH_MAX_BINS + 1] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.~";

/* ---- writing ---- */

static json_t *things_json(const mote_reference_profile *p)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t t = 0; t < p->n_things; t++) {
        const mote_watched *w = &p->things[t];
        MOTE_SCOPED_JSON *o = json_pack("{s:s, s:s, s:s, s:s}", "name", w->name, "called",
                                        w->called, "more", w->more, "less", w->less);
        if (w->is_mute && json_object_set_new(o, "mute", json_true()) != 0)
            return NULL;
        if (!w->is_class &&
            json_object_set_new(o, "edges",
                                mote_json_floats(w->edges, MOTE_WATCH_QUANTILE_BINS - 1)) != 0)
            return NULL;
        if (json_array_append(list, o) != 0)
            return NULL;
    }
    return json_incref(list);
}

static json_t *groups_json(const mote_reference_profile *p)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t g = 0; g < p->n_groups; g++) {
        json_int_t size = p->group_start[g + 1] - p->group_start[g];
        if (json_array_append_new(list, json_integer(size)) != 0)
            return NULL;
    }
    return json_incref(list);
}

static json_t *bins_json(const mote_reference_profile *p)
{
    size_t n = (size_t)p->n_rows * (size_t)p->n_things;
    char *text = mote_alloc(n, 1);
    if (text == NULL)
        return NULL;
    for (size_t i = 0; i < n; i++)
        text[i] = alphabet[p->bins[i]];
    json_t *j = json_stringn(text, n);
    mote_free(text);
    return j;
}

mote_status mote_reference_profile_to_json(const mote_reference_profile *p, json_t **out,
                                           mote_err *err)
{
    const mote_watch_shape *s = &p->shape;
    json_t *j =
        json_pack("{s:i, s:{s:i, s:i, s:i, s:b, s:b}, s:o, s:o, s:o}", "format", FORMAT, "shape",
                  "frames", (int)s->n_frames, "values", (int)s->n_values, "labels", (int)s->n_said,
                  "cepstral", (int)s->is_cepstral, "audio", (int)s->has_level, "things",
                  things_json(p), "groups", groups_json(p), "bins", bins_json(p));
    if (j == NULL)
        return mote_fail(err, MOTE_NOMEM, "reference profile: out of memory");
    if (s->n_sample > 0 && json_object_set_new(json_object_get(j, "shape"), "sample",
                                               json_integer(s->n_sample)) != 0) {
        json_decref(j);
        return mote_fail(err, MOTE_NOMEM, "reference profile: out of memory");
    }
    if (!mote_watch_is_class(s, p->n_things - 1)) { /* classes are what the first version knew */
        MOTE_SCOPED_JSON *owned = j;
        MOTE_TRY(mote_json_put(json_object_get(j, "shape"), "answer",
                               json_string(mote_answer_name(s->answer)), err));
        *out = json_incref(owned);
        return MOTE_OK;
    }
    *out = j;
    return MOTE_OK;
}

/* ---- reading ---- */

static mote_status parse_flag(const json_t *o, const char *key, bool *out, mote_err *err)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        return mote_fail(err, MOTE_PARSE, WHAT ": '%s' must be true or false", key);
    *out = json_is_true(v);
    return MOTE_OK;
}

static mote_status parse_shape(const json_t *document, mote_watch_shape *out, mote_err *err)
{
    json_t *o = NULL;
    int64_t frames = 0;
    int64_t values = 0;
    int64_t labels = 0;
    int64_t sample = 0;
    MOTE_TRY(mote_json_get_obj(document, WHAT, "shape", &o, err));
    MOTE_TRY(mote_json_get_i64(o, WHAT, "frames", (mote_i64_range){0, MAX_FRAMES_IN_FILE}, &frames,
                               err));
    MOTE_TRY(mote_json_get_i64(o, WHAT, "values", (mote_i64_range){0, MAX_VALUES_IN_FILE}, &values,
                               err));
    if (json_object_get(o, "sample"))
        MOTE_TRY(mote_json_get_i64(o, WHAT, "sample", (mote_i64_range){1, MOTE_KIND_MAX_WATCHED},
                                   &sample, err));
    if (frames > 0 && sample > 0)
        return mote_fail(err, MOTE_RANGE, WHAT ": features and %d numbers of a sample",
                         (int)sample);
    const json_t *answer = json_object_get(o, "answer");
    out->answer = (mote_answer_kind)0;
    if (answer)
        MOTE_TRY(mote_answer_parse(json_is_string(answer) ? json_string_value(answer) : "",
                                   &out->answer, err));
    bool is_class = mote_watch_is_class(out, mote_watch_count(out) - 1);
    MOTE_TRY(mote_json_get_i64(o, WHAT, "labels",
                               (mote_i64_range){is_class ? 2 : 1, MOTE_WATCH_MAX_BINS - 2}, &labels,
                               err));
    if ((frames == 0) != (values == 0))
        return mote_fail(err, MOTE_RANGE, WHAT ": features of %d x %d", (int)frames, (int)values);
    MOTE_TRY(parse_flag(o, "cepstral", &out->is_cepstral, err));
    MOTE_TRY(parse_flag(o, "audio", &out->has_level, err));
    out->n_frames = (int32_t)frames;
    out->n_values = (int32_t)values;
    out->n_said = (int32_t)labels;
    out->n_sample = (int32_t)sample;
    return MOTE_OK;
}

static mote_status parse_edges(const json_t *thing, mote_watched *w, mote_err *err)
{
    json_t *edges = NULL;
    MOTE_TRY(mote_json_get_arr(thing, WHAT, "edges", &edges, err));
    if (json_array_size(edges) != MOTE_WATCH_QUANTILE_BINS - 1)
        return mote_fail(err, MOTE_PARSE, WHAT ": '%s' must have %d edges", w->name,
                         MOTE_WATCH_QUANTILE_BINS - 1);
    for (size_t e = 0; e < MOTE_WATCH_QUANTILE_BINS - 1; e++) {
        double x = json_number_value(json_array_get(edges, e));
        if (!json_is_number(json_array_get(edges, e)) || !isfinite((float)x) ||
            (e > 0 && (float)x < w->edges[e - 1]))
            return mote_fail(err, MOTE_PARSE,
                             WHAT ": the edges of '%s' must be numbers that do "
                                  "not fall",
                             w->name);
        w->edges[e] = (float)x;
    }
    return MOTE_OK;
}

/* A text of a thing that fits; out is left as it is when there is none. */
static mote_status copy_text(const json_t *thing, const char *key, char out[MOTE_WATCHED_BYTES],
                             mote_err *err)
{
    const char *text = NULL;
    if (!json_object_get(thing, key))
        return MOTE_OK;
    MOTE_TRY(mote_json_get_str(thing, WHAT, key, &text, err));
    if (strlen(text) >= MOTE_WATCHED_BYTES)
        return mote_fail(err, MOTE_RANGE, WHAT ": '%s' is over %d bytes", key,
                         MOTE_WATCHED_BYTES - 1);
    (void)mote_format(out, MOTE_WATCHED_BYTES, "%s", text);
    return MOTE_OK;
}

static mote_status parse_words(const json_t *thing, mote_watched *w, mote_err *err)
{
    watched_words(w); /* what an older bundle does not say */
    w->is_mute = false;
    if (json_object_get(thing, "mute"))
        MOTE_TRY(parse_flag(thing, "mute", &w->is_mute, err));
    MOTE_TRY(copy_text(thing, "called", w->called, err));
    MOTE_TRY(copy_text(thing, "more", w->more, err));
    return copy_text(thing, "less", w->less, err);
}

static mote_status parse_things(const json_t *document, mote_reference_profile *p, mote_err *err)
{
    json_t *list = NULL;
    MOTE_TRY(mote_json_get_arr(document, WHAT, "things", &list, err));
    if (json_array_size(list) != (size_t)p->n_things)
        return mote_fail(err, MOTE_PARSE, WHAT ": %zu things, but the shape has %d",
                         json_array_size(list), (int)p->n_things);
    for (int32_t t = 0; t < p->n_things; t++) {
        mote_watched *w = &p->things[t];
        const char *name = NULL;
        const json_t *o = json_array_get(list, (size_t)t);
        mote_watch_name(&p->shape, t, w->name);
        w->is_class = mote_watch_is_class(&p->shape, t);
        w->n_bins = w->is_class ? p->shape.n_said + 1 : MOTE_WATCH_QUANTILE_BINS + 1;
        MOTE_TRY(mote_json_get_str(o, WHAT, "name", &name, err));
        if (watched_is_named(&p->shape, t))
            MOTE_TRY(copy_text(o, "name", w->name, err));
        else if (strcmp(name, w->name) != 0)
            return mote_fail(err, MOTE_PARSE,
                             WHAT ": thing %d is '%.60s', not '%s': it was made "
                                  "by another version of mote; train again",
                             (int)t, name, w->name);
        MOTE_TRY(parse_words(o, w, err));
        if (!w->is_class)
            MOTE_TRY(parse_edges(o, w, err));
    }
    return MOTE_OK;
}

static mote_status parse_groups(const json_t *document, mote_reference_profile *p, mote_err *err)
{
    json_t *list = NULL;
    MOTE_TRY(mote_json_get_arr(document, WHAT, "groups", &list, err));
    size_t n = json_array_size(list);
    if (n == 0 || n > MOTE_WATCH_MAX_ROWS)
        return mote_fail(err, MOTE_RANGE, WHAT ": %zu groups, not 1 to %d", n, MOTE_WATCH_MAX_ROWS);
    p->group_start = mote_alloc_zero(n + 1, sizeof p->group_start[0]);
    if (p->group_start == NULL)
        return mote_fail(err, MOTE_NOMEM, WHAT ": out of memory");
    for (size_t g = 0; g < n; g++) {
        const json_t *item = json_array_get(list, g);
        json_int_t size = json_integer_value(item);
        if (!json_is_integer(item) || size < 1 || size > MOTE_WATCH_MAX_ROWS - p->n_rows)
            return mote_fail(err, MOTE_RANGE,
                             WHAT ": group %zu must have 1 or more samples, at most "
                                  "%d in all",
                             g, MOTE_WATCH_MAX_ROWS);
        p->n_rows += (int32_t)size;
        p->group_start[g + 1] = p->n_rows;
    }
    p->n_groups = (int32_t)n;
    return MOTE_OK;
}

static mote_status parse_bins(const json_t *document, mote_reference_profile *p, mote_err *err)
{
    const json_t *text = json_object_get(document, "bins");
    size_t n = (size_t)p->n_rows * (size_t)p->n_things;
    if (!json_is_string(text) || json_string_length(text) != n)
        return mote_fail(err, MOTE_PARSE, WHAT ": 'bins' must be a string of %zu characters", n);
    p->bins = mote_alloc(n, 1);
    if (p->bins == NULL)
        return mote_fail(err, MOTE_NOMEM, WHAT ": out of memory");
    const char *s = json_string_value(text);
    for (size_t i = 0; i < n; i++) {
        const char *at = s[i] != '\0' ? strchr(alphabet, s[i]) : NULL;
        const mote_watched *w = &p->things[i % (size_t)p->n_things];
        if (at == NULL || at - alphabet >= w->n_bins)
            return mote_fail(err, MOTE_RANGE, WHAT ": character %zu of 'bins' is no bin of '%s'", i,
                             w->name);
        p->bins[i] = (uint8_t)(at - alphabet);
    }
    return MOTE_OK;
}

static mote_status parse_all(const json_t *document, mote_reference_profile *p, mote_err *err)
{
    int64_t format = 0;
    MOTE_TRY(
        mote_json_get_i64(document, WHAT, "format", (mote_i64_range){0, INT32_MAX}, &format, err));
    if (format != FORMAT)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         WHAT ": format %lld is not known to this version "
                              "of mote",
                         (long long)format);
    MOTE_TRY(parse_shape(document, &p->shape, err));
    p->n_things = mote_watch_count(&p->shape);
    MOTE_TRY(parse_things(document, p, err));
    MOTE_TRY(parse_groups(document, p, err));
    return parse_bins(document, p, err);
}

mote_status mote_reference_profile_parse(const json_t *document, mote_reference_profile **out,
                                         mote_err *err)
{
    if (!json_is_object(document))
        return mote_fail(err, MOTE_PARSE, WHAT ": not a JSON object");
    mote_reference_profile *p = mote_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return mote_fail(err, MOTE_NOMEM, WHAT ": out of memory");
    mote_status st = parse_all(document, p, err);
    if (st != MOTE_OK) {
        mote_reference_profile_destroy(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

mote_status mote_reference_profile_of(const mote_model *m, mote_reference_profile **out,
                                      mote_err *err)
{
    const mote_signature *says = mote_model_signature(m);
    const json_t *reference = mote_model_drift_reference(m);
    if (!reference)
        return mote_fail(err, MOTE_UNSUPPORTED, "there is no drift reference in the bundle");
    MOTE_TRY(mote_reference_profile_parse(reference, out, err));
    watched_values(*out, says->labels, (size_t)says->n_outputs);
    return MOTE_OK;
}
