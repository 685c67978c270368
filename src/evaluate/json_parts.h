/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that the JSON documents of evaluate/ share. */
#ifndef MOTE_EVALUATE_JSON_PARTS_H
#define MOTE_EVALUATE_JSON_PARTS_H

#include "base/json.h"
#include "base/status.h"
#include "base/interval.h"

/* Put a value; its reference is taken also on failure. NOMEM, also when value is NULL. */
MOTE_MUST_USE mote_status mote_json_put(json_t *object, const char *key, json_t *value,
                                        mote_err *err);

/* Append a value; its reference is taken also on failure. NOMEM, also when value is NULL. */
MOTE_MUST_USE mote_status mote_json_append(json_t *array, json_t *value, mote_err *err);

/* {"value": .., "lo": .., "hi": ..}; what is not finite is null. */
MOTE_MUST_USE mote_status mote_json_put_interval(json_t *object, const char *key, mote_interval x,
                                                 mote_err *err);

/* A number, or null when it is not finite. */
json_t *mote_json_number(double x);

/* Read {"value", "lo", "hi"}; null is NaN. PARSE when it is not that. */
MOTE_MUST_USE mote_status mote_json_get_interval(const json_t *object, const char *key,
                                                 mote_interval *out, mote_err *err);

#endif
