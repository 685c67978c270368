/* SPDX-License-Identifier: Apache-2.0 */
/* Acquisition files of Edge Impulse, version 1, as JSON or CBOR:
 *
 *     {"protected": {"ver": "v1", "alg": "HS256", "iat": 1560000000},
 *      "signature": "00..",
 *      "payload": {"device_name": "..", "device_type": "..", "interval_ms": 16.0,
 *                  "sensors": [{"name": "accX", "units": "m/s2"}, ..],
 *                  "values": [[0.1, 0.2, ..], ..]}}
 *
 * Keys come in any order, so the values may stand before the sensors they belong to. One sensor may
 * have a flat list of numbers. What the signature is, is told and not verified: exported files
 * carry zeros, and a file is no worse for it. null is a missing value. Source: the data acquisition
 * format as its makers document it, and files seen. */
#include <math.h>
#include <string.h>

#include "base/json_pull.h"
#include "base/text.h"
#include "data/cbor.h"
#include "data/series_internal.h"

typedef struct {
    const char *name;
    bool is_cbor;
    mote_json_pull *json;
    mote_cbor cbor;
    mote_series *s;
    mote_series_build build;
    const char *sensor_names[MOTE_SERIES_MAX_CHANNELS], *sensor_units[MOTE_SERIES_MAX_CHANNELS];
    int32_t n_sensors;
    size_t width; /* values in each row; 0: none seen */
    double interval_ms, iat;
    const char *version;
    bool has_payload, has_values, has_protected, is_audio;
} edge;

/* ---- the same steps in both texts ---- */

static mote_status failed(edge *e, mote_err *err)
{
    if (e->is_cbor)
        return mote_cbor_status(&e->cbor, e->name, err);
    mote_err why;
    mote_status st = mote_pull_end(e->json, &why);
    return st == MOTE_OK ? st : mote_fail(err, st, "'%s': %s", e->name, why.text);
}

/* Pass on the failure of a step. */
#define STEP(e, call, err)                                                                         \
    do {                                                                                           \
        if (!(call))                                                                               \
            return failed(e, err);                                                                 \
    } while (0)

static bool enter_map(edge *e)
{
    return e->is_cbor ? mote_cbor_map(&e->cbor) : mote_pull_object(e->json, NULL) == MOTE_OK;
}

static bool enter_array(edge *e)
{
    return e->is_cbor ? mote_cbor_array(&e->cbor) : mote_pull_array(e->json, NULL) == MOTE_OK;
}

static bool next_item(edge *e)
{
    return e->is_cbor ? mote_cbor_more(&e->cbor) : mote_pull_item(e->json);
}

static bool next_key(edge *e, mote_slice *key)
{
    if (!e->is_cbor)
        return mote_pull_key(e->json, key);
    return mote_cbor_more(&e->cbor) && mote_cbor_text(&e->cbor, &key->at, &key->n);
}

static bool has_failed(const edge *e)
{
    return e->is_cbor ? e->cbor.why != NULL : mote_pull_has_failed(e->json);
}

static bool skip(edge *e)
{
    return e->is_cbor ? mote_cbor_skip(&e->cbor) : mote_pull_skip(e->json, NULL) == MOTE_OK;
}

static bool is_array(edge *e)
{
    return e->is_cbor ? mote_cbor_peek(&e->cbor) == MOTE_CBOR_ARRAY
                      : mote_pull_peek(e->json) == MOTE_PULL_ARRAY;
}

static bool is_text(edge *e)
{
    return e->is_cbor ? mote_cbor_peek(&e->cbor) == MOTE_CBOR_TEXT
                      : mote_pull_peek(e->json) == MOTE_PULL_STRING;
}

static bool is_null(edge *e)
{
    return e->is_cbor ? mote_cbor_peek(&e->cbor) == MOTE_CBOR_NULL
                      : mote_pull_peek(e->json) == MOTE_PULL_NULL;
}

static bool take_number(edge *e, double *x)
{
    *x = NAN;
    if (is_null(e))
        return skip(e);
    return e->is_cbor ? mote_cbor_number(&e->cbor, x) : mote_pull_f64(e->json, x, NULL) == MOTE_OK;
}

/* A text, safe to show; "" for what is no text (some writers put null). */
static mote_status take_text(edge *e, const char **out, mote_err *err)
{
    mote_slice s;
    *out = "";
    if (!is_text(e)) {
        STEP(e, skip(e), err);
        return MOTE_OK;
    }
    if (e->is_cbor) {
        STEP(e, mote_cbor_text(&e->cbor, &s.at, &s.n), err);
    } else {
        char *text;
        STEP(e, mote_pull_str(e->json, &s, NULL) == MOTE_OK, err);
        mote_status st = mote_pull_text(s, &e->s->arena, &text, &s.n, err);
        if (st != MOTE_OK)
            return mote_wrap(err, st, "'%s'", e->name);
        s.at = text;
    }
    *out = mote_series_text(e->s, s.at, s.n);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "'%s': a text", e->name);
}

/* ---- the parts ---- */

static mote_status take_protected(edge *e, mote_err *err)
{
    STEP(e, enter_map(e), err);
    for (mote_slice key; next_key(e, &key);) {
        if (mote_slice_is(key, "ver"))
            MOTE_TRY(take_text(e, &e->version, err));
        else if (mote_slice_is(key, "alg"))
            MOTE_TRY(take_text(e, &e->s->algorithm, err));
        else if (mote_slice_is(key, "iat"))
            STEP(e, take_number(e, &e->iat), err);
        else
            STEP(e, skip(e), err);
    }
    e->has_protected = true;
    return has_failed(e) ? failed(e, err) : MOTE_OK;
}

static mote_status take_sensor(edge *e, mote_err *err)
{
    const char *name = "", *unit = "";
    if (e->n_sensors == MOTE_SERIES_MAX_CHANNELS)
        return mote_fail(err, MOTE_LIMIT, "'%s' has more than %d sensors", e->name,
                         MOTE_SERIES_MAX_CHANNELS);
    STEP(e, enter_map(e), err);
    for (mote_slice key; next_key(e, &key);) {
        if (mote_slice_is(key, "name"))
            MOTE_TRY(take_text(e, &name, err));
        else if (mote_slice_is(key, "units"))
            MOTE_TRY(take_text(e, &unit, err));
        else
            STEP(e, skip(e), err);
    }
    if (has_failed(e))
        return failed(e, err);
    e->is_audio |= strcmp(unit, "wav") == 0;
    e->sensor_names[e->n_sensors] = name;
    e->sensor_units[e->n_sensors++] = strcmp(unit, "N/A") == 0 ? "" : unit;
    return MOTE_OK;
}

static mote_status take_sensors(edge *e, mote_err *err)
{
    STEP(e, enter_array(e), err);
    while (next_item(e))
        MOTE_TRY(take_sensor(e, err));
    return has_failed(e) ? failed(e, err) : MOTE_OK;
}

/* One row: a list of numbers, or a number where there is one sensor. */
static mote_status take_row(edge *e, size_t row, mote_err *err)
{
    size_t width = 0;
    double x;
    bool is_list = is_array(e);
    if (is_list)
        STEP(e, enter_array(e), err);
    while (!is_list || next_item(e)) {
        STEP(e, take_number(e, &x), err);
        MOTE_TRY(mote_series_add_value(&e->build, e->name, (float)x, err));
        width++;
        if (!is_list)
            break;
    }
    if (has_failed(e))
        return failed(e, err);
    if (width == 0 || (e->width && width != e->width))
        return mote_fail(err, MOTE_PARSE, "'%s': sample %zu has %zu values, those before %zu",
                         e->name, row, width, e->width);
    e->width = width;
    return MOTE_OK;
}

static mote_status take_payload(edge *e, mote_err *err)
{
    STEP(e, enter_map(e), err);
    for (mote_slice key; next_key(e, &key);) {
        if (mote_slice_is(key, "device_name")) {
            MOTE_TRY(take_text(e, &e->s->device_name, err));
        } else if (mote_slice_is(key, "device_type")) {
            MOTE_TRY(take_text(e, &e->s->device_type, err));
        } else if (mote_slice_is(key, "interval_ms")) {
            STEP(e, take_number(e, &e->interval_ms), err);
        } else if (mote_slice_is(key, "sensors")) {
            MOTE_TRY(take_sensors(e, err));
        } else if (mote_slice_is(key, "values")) {
            STEP(e, enter_array(e), err);
            for (size_t row = 0; next_item(e); row++)
                MOTE_TRY(take_row(e, row, err));
            e->has_values = true;
        } else {
            STEP(e, skip(e), err);
        }
    }
    e->has_payload = true;
    return has_failed(e) ? failed(e, err) : MOTE_OK;
}

static mote_status take_file(edge *e, mote_err *err)
{
    const char *signature = "";
    STEP(e, enter_map(e), err);
    for (mote_slice key; next_key(e, &key);) {
        if (mote_slice_is(key, "protected"))
            MOTE_TRY(take_protected(e, err));
        else if (mote_slice_is(key, "payload"))
            MOTE_TRY(take_payload(e, err));
        else if (mote_slice_is(key, "signature"))
            MOTE_TRY(take_text(e, &signature, err));
        else
            STEP(e, skip(e), err);
    }
    e->s->has_signature = signature[strspn(signature, "0")] != '\0';
    return failed(e, err);
}

/* ---- together ---- */

static mote_status check(edge *e, mote_err *err)
{
    const char *lacks = !e->has_payload  ? "'payload'"
                        : !e->has_values ? "'payload.values'"
                        : !e->n_sensors  ? "'payload.sensors'"
                                         : NULL;
    if (lacks)
        return mote_fail(err, MOTE_PARSE, "'%s' is no acquisition file: it has no %s", e->name,
                         lacks);
    if (e->version && *e->version && strcmp(e->version, "v1") != 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' is of version '%s'; 'v1' is read", e->name,
                         e->version);
    if (e->build.n_values == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' has no sample", e->name);
    if (e->width != (size_t)e->n_sensors)
        return mote_fail(err, MOTE_PARSE, "'%s' has %d sensors and %zu values in each sample",
                         e->name, e->n_sensors, e->width);
    if (!(e->interval_ms >= 0) || e->interval_ms > 1e12)
        return mote_fail(err, MOTE_PARSE, "'%s': 'interval_ms' is %g", e->name, e->interval_ms);
    return MOTE_OK;
}

static mote_status finish(edge *e, const mote_series_config *cfg, mote_err *err)
{
    mote_series *s = e->s;
    mote_series_one *one;
    const char **names, **units;
    MOTE_TRY(check(e, err));
    s->n_channels = e->n_sensors;
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *names, &names, err));
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *units, &units, err));
    memcpy(names, e->sensor_names, (size_t)s->n_channels * sizeof *names);
    memcpy(units, e->sensor_units, (size_t)s->n_channels * sizeof *units);
    MOTE_TRY(mote_arena_take(&s->arena, 1, sizeof *one, &one, err));
    *one = (mote_series_one){.start_s = e->iat > 0 ? e->iat : (double)NAN};
    one->rate_hz = e->interval_ms > 0 ? 1000 / e->interval_ms : cfg->rate_hz;
    MOTE_TRY(mote_series_finish(&e->build, s, one, err));
    if (e->is_audio)
        mote_series_note(s, "a sensor of units 'wav' is sound");
    if (!e->has_protected)
        mote_series_note(s, "there is no 'protected' part: version and signature are unknown");
    if (!(e->interval_ms > 0))
        mote_series_note(s, "'interval_ms' is 0 or missing: the rate is what was given");
    s->names = names;
    s->units = units;
    s->items = one;
    s->n_items = 1;
    return MOTE_OK;
}

static mote_status read_either(edge *e, const mote_file_bytes *file, const mote_series_config *cfg,
                               mote_err *err)
{
    if (!e->is_cbor) {
        size_t mark = mote_utf8_mark(file->bytes, file->n);
        e->json = mote_alloc_zero(1, sizeof *e->json);
        if (!e->json)
            return mote_fail(err, MOTE_NOMEM, "'%s'", e->name);
        mote_json_pull_init(e->json, (const char *)file->bytes + mark, file->n - mark);
    } else {
        mote_cbor_init(&e->cbor, file->bytes, file->n);
    }
    MOTE_TRY(take_file(e, err));
    return finish(e, cfg, err);
}

mote_status mote_series_read_edge(const mote_file_bytes *file, const mote_series_config *cfg,
                                  mote_series *out, mote_err *err)
{
    mote_series_config chosen = cfg ? *cfg : mote_series_config_default();
    mote_series s = {0};
    edge *e = mote_alloc_zero(1, sizeof *e);
    if (!e)
        return mote_fail(err, MOTE_NOMEM, "'%s'", file->name);
    e->name = file->name;
    e->is_cbor = mote_series_recognise(file->bytes, file->n) == MOTE_SERIES_EDGE_CBOR;
    e->s = &s;
    e->build.max_values = chosen.max_values;
    s.format = e->is_cbor ? MOTE_SERIES_EDGE_CBOR : MOTE_SERIES_EDGE_JSON;
    mote_arena_init(&s.arena, chosen.max_values * 8 + ((size_t)64 << 20));
    mote_status st = read_either(e, file, &chosen, err);
    mote_series_build_release(&e->build);
    mote_free(e->json);
    mote_free(e);
    if (st != MOTE_OK) {
        mote_arena_release(&s.arena);
        return st;
    }
    *out = s;
    return MOTE_OK;
}
