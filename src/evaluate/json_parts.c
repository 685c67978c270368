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
