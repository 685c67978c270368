/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that the JSON documents of evaluate/ share. */
#include "evaluate/json_parts.h"

#include <math.h>

mote_status mote_json_put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
}

mote_status mote_json_append(json_t *array, json_t *value, mote_err *err)
{
    if (json_array_append_new(array, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for a JSON list");
    return MOTE_OK;
}

json_t *mote_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

mote_status mote_json_put_interval(json_t *object, const char *key, mote_interval x, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(object, key, o, err));
    MOTE_TRY(mote_json_put(o, "value", mote_json_number(x.value), err));
    MOTE_TRY(mote_json_put(o, "lo", mote_json_number(x.lo), err));
    return mote_json_put(o, "hi", mote_json_number(x.hi), err);
}

mote_status mote_json_get_interval(const json_t *object, const char *key, mote_interval *out,
                                   mote_err *err)
{
    static const char *const parts[] = {"value", "lo", "hi"};
    double x[3];
    const json_t *o = json_object_get(object, key);
    for (int i = 0; i < 3; i++) {
        const json_t *part = json_object_get(o, parts[i]);
        if (!json_is_number(part) && !json_is_null(part))
            return mote_fail(err, MOTE_PARSE, "'%s' has no '%s'", key, parts[i]);
        x[i] = json_is_null(part) ? (double)NAN : json_number_value(part);
    }
    *out = (mote_interval){x[0], x[1], x[2]};
    return MOTE_OK;
}
