/* SPDX-License-Identifier: Apache-2.0 */
/* Shared by the tests of evaluate/: the golden file and the generator of its inputs. */
#ifndef MOTE_TESTS_EVALUATE_GOLDEN_H
#define MOTE_TESTS_EVALUATE_GOLDEN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"

/* The generator of tests/golden/make_evaluate.py. */
static inline double lcg_u(uint64_t *s)
{
    *s = *s * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*s >> 11) / 9007199254740992.0;
}

/* A file of tests/golden. */
static inline json_t *golden_load_file(const char *name)
{
    const char *root = getenv("MOTE_SOURCE_ROOT");
    char path[4096];
    mote_err err;
    json_t *j = NULL;
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/tests/golden/%s", root, name);
    if (mote_json_load(path, 1u << 20, &j, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return j;
}

static inline json_t *golden_load(void)
{
    return golden_load_file("evaluate.json");
}

static inline double number(const json_t *o, const char *key)
{
    json_t *x = json_object_get(o, key);
    assert_true(json_is_number(x));
    return json_number_value(x);
}

/* |a - b| <= tolerance * max(1, |b|); NaN fails. */
static inline void near_to(double a, double b, double tolerance, const char *what)
{
    if (!(fabs(a - b) <= tolerance * fmax(1, fabs(b))))
        fail_msg("%s: %.17g, wanted %.17g", what, a, b);
}

#endif
