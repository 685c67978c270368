/* SPDX-License-Identifier: Apache-2.0 */
/* A model's signature: checking it, and its form in JSON. See signature.h. */
#include "model/signature.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/columns.h"
#include "data/form.h"
#include "model/answer.h"

_Static_assert(MOTE_FORM_MAX_LABELS == MOTE_MODEL_MAX_LABELS, "what data are told apart by");

#define WHAT   "signature"
#define TENSOR "tensor" /* the input of which no kind is known */

mote_signature mote_signature_of_tensor(int32_t n_dims, const int32_t *dims, int32_t n_labels,
                                        const char *const *labels)
{
    mote_signature s = {.input = MOTE_N_INPUTS,
                        .sample = {.dtype = MOTE_F32, .n_dims = n_dims},
                        .answer = MOTE_ANSWER_CLASS,
                        .n_outputs = n_labels,
                        .n_labels = n_labels};
    for (int32_t i = 0; i < n_dims && i < MOTE_MAX_DIMS; i++)
        s.sample.dims[i] = dims[i];
    for (int32_t i = 0; i < n_labels && i < MOTE_MODEL_MAX_LABELS; i++) {
        s.labels[i] = labels[i];
        s.events |= n_labels <= MOTE_MODEL_MAX_EVENTS ? (uint64_t)1 << i : 0;
    }
    return s;
}

bool mote_signature_reacts(const mote_signature *s, int32_t output)
{
    return output >= 0 && output < s->n_labels && output < MOTE_MODEL_MAX_EVENTS &&
           (s->events >> output & 1) != 0;
}

/* ---- checking ---------------------------------------------------------------------------- */

static mote_status check_text(const char *kind, int32_t i, const char *text, mote_err *err)
{
    if (!text || strlen(text) >= MOTE_LABEL_BYTES || !mote_utf8_valid(text, strlen(text)))
        return mote_fail(err, MOTE_ARG, "%s %d '%.60s' is longer than %d bytes or not UTF-8", kind,
                         (int)i, text ? text : "", MOTE_LABEL_BYTES - 1);
    return MOTE_OK;
}

static mote_status check_names(const mote_signature *s, mote_err *err)
{
    for (int32_t i = 0; i < s->n_labels; i++) {
        MOTE_TRY(check_text("label", i, s->labels[i], err));
        for (int32_t k = 0; k < i; k++)
            if (strcmp(s->labels[i], s->labels[k]) == 0)
                return mote_fail(err, MOTE_ARG, "label '%s' is there twice", s->labels[i]);
        if (s->units[i])
            MOTE_TRY(check_text("unit", i, s->units[i], err));
    }
    for (int32_t i = 0; i < s->n_columns; i++)
        MOTE_TRY(check_text("column", i, s->columns[i], err));
    return MOTE_OK;
}

mote_status mote_signature_check(const mote_signature *s, mote_err *err)
{
    if (s->answer >= MOTE_N_ANSWERS || s->input > MOTE_N_INPUTS)
        return mote_fail(err, MOTE_ARG, "a model of a kind that is not known");
    MOTE_TRY(mote_shape_check("a sample", &s->sample, err));
    if (!(s->rate_hz >= 0 && s->rate_hz <= 1e9))
        return mote_fail(err, MOTE_ARG, "a rate of %g steps a second", s->rate_hz);
    if (s->n_columns < 0 || s->n_columns > MOTE_MODEL_MAX_COLUMNS)
        return mote_fail(err, MOTE_ARG, "0 to %d columns are possible, not %d",
                         MOTE_MODEL_MAX_COLUMNS, s->n_columns);
    if (s->n_labels < 0 || s->n_labels > MOTE_MODEL_MAX_LABELS)
        return mote_fail(err, MOTE_ARG, "0 to %d labels are possible, not %d",
                         MOTE_MODEL_MAX_LABELS, s->n_labels);
    MOTE_TRY(mote_model_answer_of(s->answer)->check(s, err));
    return check_names(s, err);
}

bool mote_signature_equal(const mote_signature *a, const mote_signature *b)
{
    bool same = a->input == b->input && mote_shape_equal(&a->sample, &b->sample) &&
                fabs(a->rate_hz - b->rate_hz) < 1e-9 && a->answer == b->answer &&
                a->n_outputs == b->n_outputs && a->n_labels == b->n_labels &&
                a->events == b->events && a->n_columns == b->n_columns;
    same = same && strcmp(a->fit ? a->fit : "", b->fit ? b->fit : "") == 0;
    for (int32_t i = 0; same && i < a->n_labels; i++)
        same = strcmp(a->labels[i], b->labels[i]) == 0;
    for (int32_t i = 0; same && i < a->n_columns; i++)
        same = strcmp(a->columns[i], b->columns[i]) == 0;
    return same && mote_columns_equal(a->fields, b->fields);
}

/* ---- JSON -------------------------------------------------------------------------------- */

/* The texts[i] for which bit i of `which` is set; NULL: out of memory. */
static json_t *list_of(const char *const *texts, int32_t n, uint64_t which)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (int32_t i = 0; i < n; i++)
        if ((i >= 64 || (which >> i & 1) != 0) &&
            json_array_append_new(list, json_string(texts[i])) != 0)
            return NULL;
    return json_incref(list);
}

json_t *mote_signature_to_json(const mote_signature *s)
{
    char shape[MOTE_SHAPE_TEXT_BYTES];
    mote_shape_text(&s->sample, shape);
    const char *input = s->input == MOTE_N_INPUTS ? TENSOR : mote_input_name(s->input);
    json_t *o = json_pack("{s:s, s:s, s:f, s:s, s:i, s:o}", "input", input, "sample", shape,
                          "rate_hz", s->rate_hz, "answer", mote_answer_name(s->answer), "outputs",
                          s->n_outputs, "labels", list_of(s->labels, s->n_labels, UINT64_MAX));
    bool whole = o != NULL;
    if (whole && s->n_columns > 0)
        whole =
            json_object_set_new(o, "columns", list_of(s->columns, s->n_columns, UINT64_MAX)) == 0;
    if (whole && s->fit)
        whole = json_object_set_new(o, "fit", json_string(s->fit)) == 0;
    if (whole && s->fields)
        whole = json_object_set_new(o, "fields", mote_columns_to_json(s->fields)) == 0;
    if (whole && s->events)
        whole = json_object_set_new(o, "events", list_of(s->labels, s->n_labels, s->events)) == 0;
    if (whole && s->n_labels > 0 && s->units[0])
        whole = json_object_set_new(o, "units", list_of(s->units, s->n_labels, UINT64_MAX)) == 0;
    if (!whole) {
        json_decref(o);
        return NULL;
    }
    return o;
}

/* A list of texts that may be missing: n 0. */
static mote_status read_list(const json_t *j, const char *name, size_t most, size_t *n,
                             const char **out, mote_err *err)
{
    const json_t *list = json_object_get(j, name);
    *n = 0;
    if (!list)
        return MOTE_OK;
    if (!json_is_array(list) || json_array_size(list) > most)
        return mote_fail(err, MOTE_PARSE, WHAT ": '%s' is no list of at most %zu texts", name,
                         most);
    for (size_t i = 0; i < json_array_size(list); i++) {
        out[i] = json_string_value(json_array_get(list, i));
        if (!out[i])
            return mote_fail(err, MOTE_PARSE, WHAT ": '%s' holds something else than texts", name);
    }
    *n = json_array_size(list);
    return MOTE_OK;
}

static mote_status read_events(const json_t *j, mote_signature *s, mote_err *err)
{
    const char *events[MOTE_MODEL_MAX_LABELS] = {NULL};
    size_t n = 0;
    MOTE_TRY(read_list(j, "events", MOTE_MODEL_MAX_LABELS, &n, events, err));
    for (size_t i = 0; i < n; i++) {
        int32_t k = 0;
        while (k < s->n_labels && strcmp(s->labels[k], events[i]) != 0)
            k++;
        if (k == s->n_labels)
            return mote_fail(err, MOTE_PARSE, WHAT ": event '%.60s' is no label", events[i]);
        if (k >= MOTE_MODEL_MAX_EVENTS)
            return mote_fail(err, MOTE_PARSE,
                             WHAT ": event '%.60s' is not among the first %d labels", events[i],
                             MOTE_MODEL_MAX_EVENTS);
        s->events |= (uint64_t)1 << k;
    }
    return MOTE_OK;
}

static mote_status read_columns(const json_t *j, mote_arena *a, mote_signature *s, mote_err *err)
{
    size_t n = json_array_size(json_object_get(j, "columns"));
    const char **columns = NULL;
    if (n > MOTE_MODEL_MAX_COLUMNS)
        n = MOTE_MODEL_MAX_COLUMNS;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *columns, &columns, err));
    MOTE_TRY(read_list(j, "columns", MOTE_MODEL_MAX_COLUMNS, &n, columns, err));
    s->n_columns = (int32_t)n;
    s->columns = columns;
    const json_t *fields = json_object_get(j, "fields");
    if (!fields)
        return MOTE_OK;
    mote_columns *made = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *made, &made, err));
    MOTE_TRY(mote_columns_from_json(fields, a, made, err));
    if (s->sample.n_dims != 1 || mote_columns_width(made) != (size_t)s->sample.dims[0])
        return mote_fail(err, MOTE_PARSE, WHAT ": the columns do not make a sample");
    s->fields = made;
    return MOTE_OK;
}

static mote_status read_fit(const json_t *j, mote_signature *s, mote_err *err)
{
    const json_t *fit = json_object_get(j, "fit");
    s->fit = json_string_value(fit);
    if (fit && (!s->fit || (strcmp(s->fit, "stretch") != 0 && strcmp(s->fit, "crop") != 0 &&
                            strcmp(s->fit, "letterbox") != 0)))
        return mote_fail(err, MOTE_PARSE, WHAT ": 'fit' is not one of: stretch, crop, letterbox");
    return MOTE_OK;
}

static mote_status read_kinds(const json_t *j, mote_signature *s, mote_err *err)
{
    const char *input = NULL, *answer = NULL, *sample = NULL;
    MOTE_TRY(mote_json_get_str(j, WHAT, "input", &input, err));
    MOTE_TRY(mote_json_get_str(j, WHAT, "answer", &answer, err));
    MOTE_TRY(mote_json_get_str(j, WHAT, "sample", &sample, err));
    s->input = MOTE_N_INPUTS;
    if (strcmp(input, TENSOR) != 0)
        MOTE_TRY(mote_input_parse(input, &s->input, err));
    MOTE_TRY(mote_answer_parse(answer, &s->answer, err));
    return mote_shape_parse(sample, &s->sample, err);
}

mote_status mote_signature_from_json(const json_t *j, mote_arena *a, mote_signature *out,
                                     mote_err *err)
{
    mote_signature s = {.n_labels = 0};
    int64_t outputs = 0;
    size_t n = 0;
    MOTE_TRY(read_kinds(j, &s, err));
    MOTE_TRY(read_fit(j, &s, err));
    MOTE_TRY(mote_json_get_f64(j, WHAT, "rate_hz", &s.rate_hz, err));
    MOTE_TRY(mote_json_get_i64(j, WHAT, "outputs", (mote_i64_range){1, MOTE_MAX_TENSOR_ELEMENTS},
                               &outputs, err));
    MOTE_TRY(read_list(j, "labels", MOTE_MODEL_MAX_LABELS, &n, s.labels, err));
    s.n_outputs = (int32_t)outputs;
    s.n_labels = (int32_t)n;
    MOTE_TRY(read_list(j, "units", MOTE_MODEL_MAX_LABELS, &n, s.units, err));
    if (n != 0 && n != (size_t)s.n_labels)
        return mote_fail(err, MOTE_PARSE, WHAT ": there are %zu units for %d labels", n,
                         s.n_labels);
    MOTE_TRY(read_columns(j, a, &s, err));
    MOTE_TRY(read_events(j, &s, err));
    mote_status st = mote_signature_check(&s, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, WHAT);
    *out = s;
    return MOTE_OK;
}
