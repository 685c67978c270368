/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts kept with a version, see verdicts.h. */
#include "track/verdicts.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "project/schema.h"
#include "project/verdict.h"

#define EXACT_TOLERANCE 0.01

/* One item of a document, as far as it is looked at. */
typedef struct {
    const char *id, *sentence; /* sentence NULL: documents of other makers have none */
    mote_verdict_kind kind;
    bool is_at_least, has_limit, is_measured;
    bool is_awaited; /* not yet known, and only use can tell */
    double limit, value, lo, hi;
} item;

static bool number_of(const json_t *o, const char *key, double *out)
{
    const json_t *x = json_object_get(o, key);
    if (!json_is_number(x))
        return false;
    *out = json_number_value(x);
    return true;
}

static mote_status read_item(const json_t *j, item *out, mote_err *err)
{
    item it = {.kind = MOTE_VERDICT_UNKNOWN};
    const char *verdict = NULL;
    MOTE_TRY(mote_json_get_str(j, "verdicts", "requirement", &it.id, err));
    MOTE_TRY(mote_json_get_str(j, "verdicts", "verdict", &verdict, err));
    if (!mote_verdict_parse(verdict, &it.kind))
        return mote_fail(err, MOTE_PARSE,
                         "verdicts: '%.40s' of '%.80s' is none of 'met', 'met, not proven', "
                         "'not met', 'not yet known'",
                         verdict, it.id);
    const char *where = json_string_value(json_object_get(j, "where"));
    it.is_awaited = it.kind == MOTE_VERDICT_UNKNOWN && where &&
                    strcmp(where, mote_place_name(MOTE_AT_FIELD)) == 0;
    it.sentence = json_string_value(json_object_get(j, "sentence"));
    it.is_at_least = number_of(j, "at_least", &it.limit);
    it.has_limit = it.is_at_least || number_of(j, "at_most", &it.limit);
    const json_t *m = json_object_get(j, "measured");
    it.is_measured = number_of(m, "value", &it.value);
    it.lo = it.hi = it.value;
    (void)number_of(m, "lo", &it.lo);
    (void)number_of(m, "hi", &it.hi);
    *out = it;
    return MOTE_OK;
}

/* The document, owned by the caller, and its list of verdicts, borrowed from it. */
static mote_status open_document(const char *json, json_t **document, json_t **list, mote_err *err)
{
    MOTE_TRY(mote_json_parse("verdicts", json, strlen(json), document, err));
    if (json_is_array(*document)) {
        *list = *document;
        return MOTE_OK;
    }
    return mote_json_get_arr(*document, "verdicts", "requirements", list, err);
}

mote_status mote_verdicts_count(const char *json, mote_verdict_counts *out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = NULL;
    json_t *list = NULL;
    mote_verdict_counts c = {0};
    MOTE_TRY(open_document(json, &document, &list, err));
    for (size_t i = 0; i < json_array_size(list); i++) {
        item it;
        MOTE_TRY(read_item(json_array_get(list, i), &it, err));
        c.n++;
        c.n_met += it.kind == MOTE_VERDICT_MET;
        c.n_not_proven += it.kind == MOTE_VERDICT_NOT_PROVEN;
        c.n_not_met += it.kind == MOTE_VERDICT_NOT_MET;
        c.n_unknown += it.kind == MOTE_VERDICT_UNKNOWN;
    }
    *out = c;
    return MOTE_OK;
}

static void append(mote_buf *out, const item *it)
{
    const char *and = out->len > 0 ? "; " : "";
    if (it->sentence)
        mote_buf_printf(out, "%s%s", and, it->sentence);
    else
        mote_buf_printf(out, "%s'%s' is %s", and, it->id, mote_verdict_name(it->kind));
}

mote_status mote_verdicts_obstacles(const char *json, mote_buf *out, mote_err *err)
{
    static const mote_verdict_kind order[] = {MOTE_VERDICT_NOT_MET, MOTE_VERDICT_UNKNOWN};
    MOTE_SCOPED_JSON *document = NULL;
    json_t *list = NULL;
    MOTE_TRY(open_document(json, &document, &list, err));
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (size_t i = 0; i < json_array_size(list); i++) {
            item it;
            MOTE_TRY(read_item(json_array_get(list, i), &it, err));
            if (it.kind == order[k] && !it.is_awaited)
                append(out, &it);
        }
    return mote_buf_status(out, err);
}

/* The item with an id; false: there is none. */
static mote_status find_item(const json_t *list, const char *id, item *out, bool *found,
                             mote_err *err)
{
    *found = false;
    for (size_t i = 0; i < json_array_size(list) && !*found; i++) {
        MOTE_TRY(read_item(json_array_get(list, i), out, err));
        *found = strcmp(out->id, id) == 0;
    }
    return MOTE_OK;
}

static bool is_beyond(const item *now, const item *before)
{
    if (!now->is_measured || !before->is_measured)
        return before->is_measured;
    double slack = before->lo < before->hi ? 0 : EXACT_TOLERANCE * fabs(before->value);
    return now->is_at_least ? now->value < before->lo - slack : now->value > before->hi + slack;
}

mote_status mote_verdicts_worse(const char *json, const char *before, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_JSON *document = NULL, *old_document = NULL;
    json_t *list = NULL, *old_list = NULL;
    MOTE_TRY(open_document(json, &document, &list, err));
    MOTE_TRY(open_document(before, &old_document, &old_list, err));
    for (size_t i = 0; i < json_array_size(list); i++) {
        item now, old;
        bool found = false;
        MOTE_TRY(read_item(json_array_get(list, i), &now, err));
        if (now.kind == MOTE_VERDICT_NOT_PROVEN)
            MOTE_TRY(find_item(old_list, now.id, &old, &found, err));
        if (!found)
            continue;
        bool same_limit = now.has_limit == old.has_limit && fabs(now.limit - old.limit) <= 0;
        bool was_proven = old.kind == MOTE_VERDICT_MET && same_limit;
        if (!was_proven && !is_beyond(&now, &old))
            continue;
        append(out, &now);
        mote_buf_str(out, was_proven ? ", while the champion's is proven"
                                     : ", and worse than the champion's");
    }
    return mote_buf_status(out, err);
}
