/* SPDX-License-Identifier: Apache-2.0 */
/* Operators that prepare tables: what each computes, also of what is missing or was never seen, and
 * the constants that are refused. */
#include "support.h"

#include <math.h>
#include <time.h>

#include "base/rng.h"
#include "base/text.h"
#include "graph/graph.h"
#include "model/runner.h"

static int32_t add_const(mote_graph *g, mote_dtype d, int32_t n, const void *values)
{
    mote_tensor_spec s = {.name = "c", .dtype = d, .n_dims = 1, .dims = {n}};
    int32_t id = -1;
    assert_int_equal(mote_graph_add_const(g, &s, &id, NULL), MOTE_OK);
    memcpy(g->tensors[id].data, values, mote_tensor_bytes(&g->tensors[id]));
    return id;
}

static mote_graph *start(mote_dtype d, int32_t columns, int32_t *x)
{
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    mote_tensor_spec s = {.name = "row", .dtype = d, .n_dims = 2, .dims = {1, columns}};
    assert_int_equal(mote_graph_add_input(g, &s, x, NULL), MOTE_OK);
    return g;
}

static int32_t add(mote_graph *g, mote_op_kind kind, const int32_t *in, const mote_op_attrs *attrs)
{
    mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
    int32_t id = -1;
    mote_err err = {0};
    if (mote_graph_add_op(g, &(mote_op_spec){kind, attrs, in, &o}, &id, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return id;
}

/* Run, also after saving and loading, and compare; NaN is NaN. */
static void gives(mote_graph *g, const void *in, const float *want, int64_t n, float tolerance)
{
    mote_buf b;
    mote_buf_init(&b, 1 << 20);
    mote_graph_save(g, &b);
    mote_graph *l = NULL;
    mote_err err = {0};
    if (mote_graph_load(b.data, b.len, &l, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    mote_graph_destroy(g);
    mote_buf_release(&b);
    float out[64];
    assert_int_equal(mote_tensor_elements(&l->tensors[l->outputs[0]]), n);
    if (mote_graph_run(l, &in, (void *const[]){out}, NULL, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    for (int64_t i = 0; i < n; i++)
        if (isnan(want[i]) ? !isnan(out[i]) : !(fabsf(out[i] - want[i]) <= tolerance))
            fail_msg("value %lld is %g, not %g", (long long)i, (double)out[i], (double)want[i]);
    mote_graph_destroy(l);
}

static void numbers_are_filled_logged_and_scaled(void **state)
{
    (void)state;
    int32_t in[3];
    mote_graph *g = start(MOTE_F32, 3, in);
    in[1] = add_const(g, MOTE_F32, 3, (float[]){9, -2, 0.5f});
    (void)add(g, MOTE_OP_IMPUTE, in, NULL);
    gives(g, (float[]){NAN, 5, NAN}, (float[]){9, 5, 0.5f}, 3, 0);

    g = start(MOTE_F32, 4, in);
    in[1] = add_const(g, MOTE_BOOL, 4, (uint8_t[]){1, 1, 0, 1});
    (void)add(g, MOTE_OP_LOG, in, NULL);
    gives(g, (float[]){99, -99, 99, NAN}, (float[]){logf(100), -logf(100), 99, NAN}, 4, 1e-6f);

    g = start(MOTE_F32, 2, in);
    in[1] = add_const(g, MOTE_F32, 2, (float[]){10, -1});
    in[2] = add_const(g, MOTE_F32, 2, (float[]){0.5f, 4});
    (void)add(g, MOTE_OP_SCALE, in, NULL);
    gives(g, (float[]){14, 2}, (float[]){2, 12}, 2, 0);
}

static void categories_become_numbers(void **state)
{
    (void)state;
    int32_t in[3];
    mote_graph *g = start(MOTE_F32, 5, in);
    in[1] = add_const(g, MOTE_I32, 5, (int32_t[]){3, 0, 2, 2, 1});
    (void)add(g, MOTE_OP_ONE_HOT, in, NULL);
    gives(g, (float[]){2, -7.5f, NAN, 5, 0}, (float[]){0, 0, 1, -7.5f, 0, 0, 0, 0, 1}, 9, 0);

    g = start(MOTE_F32, 6, in);
    in[1] = add_const(g, MOTE_I32, 6, (int32_t[]){2, 0, 3, 2, 2, 2});
    in[2] = add_const(g, MOTE_F32, 11, (float[]){10, 20, 5, 6, 7, 1, 2, 3, 4, 8, 9});
    (void)add(g, MOTE_OP_ORDINAL, in, NULL);
    gives(g, (float[]){1, 0.25f, 0, 2, 0.5f, NAN}, (float[]){20, 0.25f, 5, NAN, NAN, NAN}, 6, 0);

    g = start(MOTE_F32, 5, in);
    in[1] = add_const(g, MOTE_I32, 5, (int32_t[]){2, 0, 3, 3, 1});
    in[2] = add_const(g, MOTE_F32, 9, (float[]){0, 10, -1, 0, 1, -1, 0, 1, 5});
    (void)add(g, MOTE_OP_BIN, in, NULL);
    gives(g, (float[]){10, 3.5f, -2, INFINITY, NAN}, (float[]){2, 3.5f, 0, 3, NAN}, 5, 0);
}

/* Every part against the C library's calendar, at random times and around leap days. */
static void dates_come_apart_as_the_calendar_says(void **state)
{
    (void)state;
    static const int32_t edges[] = {0,          -1,         951782399, 951782400,    951868800,
                                    1709164800, 1735689599, INT32_MAX, INT32_MIN + 1};
    mote_rng rng;
    mote_rng_init(&rng, t_seed());
    for (int i = 0; i < 300; i++) {
        int32_t t = i < (int)T_COUNT(edges) ? edges[i] : (int32_t)mote_rng_u64(&rng), x;
        if (t == INT32_MIN)
            continue;
        time_t at = t;
        struct tm d;
        assert_non_null(gmtime_r(&at, &d));
        int monday = (d.tm_wday + 6) % 7;
        double hour = d.tm_hour + d.tm_min / 60.0 + d.tm_sec / 3600.0;
        int year = d.tm_year + 1900, leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        double pi2 = 6.283185307179586, day = hour / 24, week = (monday + day) / 7,
               of_year = (d.tm_yday + day) / (365 + leap);
        float want[] = {(float)year,
                        (float)(d.tm_mon + 1),
                        (float)d.tm_mday,
                        (float)monday,
                        (float)hour,
                        (float)sin(pi2 * day),
                        (float)cos(pi2 * day),
                        (float)sin(pi2 * week),
                        (float)cos(pi2 * week),
                        (float)sin(pi2 * of_year),
                        (float)cos(pi2 * of_year)};
        mote_graph *g = start(MOTE_I32, 1, &x);
        mote_op_attrs a = {.parts = MOTE_DATE_ALL};
        (void)add(g, MOTE_OP_DATE_PARTS, &x, &a);
        gives(g, &t, want, T_COUNT(want), 2e-6f);
    }
    int32_t x;
    mote_graph *g = start(MOTE_I32, 2, &x);
    mote_op_attrs a = {.parts = MOTE_DATE_MONTH | MOTE_DATE_DAY_WAVE};
    (void)add(g, MOTE_OP_DATE_PARTS, &x, &a);
    gives(g, (int32_t[]){INT32_MIN, 21600}, (float[]){NAN, NAN, NAN, 1, 1, 0}, 6, 1e-6f);
}

static void bad_constants_are_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        mote_op_kind kind;
        mote_dtype type; /* of input 1 */
        int32_t values[2];
        int32_t n_third; /* float32 values of input 2, descending; 0: no input 2 */
        const char *says;
    } rows[] = {
        {MOTE_OP_IMPUTE, MOTE_I32, {1, 1}, 0, "'c' is int32, float32 is needed"},
        {MOTE_OP_LOG, MOTE_I32, {1, 1}, 0, "'c' is int32, bool is needed"},
        {MOTE_OP_ONE_HOT, MOTE_F32, {1, 1}, 0, "int32 is needed"},
        {MOTE_OP_ONE_HOT, MOTE_I32, {1, -1}, 0, "count 1 of 'c' is -1"},
        {MOTE_OP_ONE_HOT, MOTE_I32, {65537, 1}, 0, "count 0 of 'c' is 65537"},
        {MOTE_OP_ORDINAL, MOTE_I32, {2, 2}, 3, "as many values as the counts"},
        {MOTE_OP_BIN, MOTE_I32, {2, 1}, 3, "edge 1 of column 0 does not ascend"},
        {MOTE_OP_SCALE, MOTE_F32, {0, 0}, 3, "one factor a column"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        int32_t in[3], id;
        mote_graph *g = start(MOTE_F32, 2, in);
        in[1] = add_const(g, rows[i].type, 2, rows[i].values);
        if (rows[i].n_third)
            in[2] = add_const(g, MOTE_F32, rows[i].n_third, (float[]){3, 2, 1});
        mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
        mote_err err = {0};
        mote_status st =
            mote_graph_add_op(g, &(mote_op_spec){rows[i].kind, NULL, in, &o}, &id, &err);
        if (st == MOTE_OK)
            st = mote_graph_validate(g, &err);
        assert_int_not_equal(st, MOTE_OK);
        if (!strstr(err.text, rows[i].says))
            fail_msg("row %zu: '%s' does not say '%s'", i, err.text, rows[i].says);
        mote_graph_destroy(g);
    }
    int32_t x, id;
    mote_graph *g = start(MOTE_I32, 1, &x);
    mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
    mote_err err = {0};
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_DATE_PARTS, NULL, &x, &o}, &id, &err),
        MOTE_ARG);
    assert_non_null(strstr(err.text, "parts is 0"));
    mote_graph_destroy(g);

    /* They run on the host alone, and lowering says so. */
    mote_runner *r = NULL;
    int32_t in[2];
    g = start(MOTE_F32, 2, in);
    in[1] = add_const(g, MOTE_F32, 2, (float[]){1, 1});
    (void)add(g, MOTE_OP_IMPUTE, in, NULL);
    assert_int_equal(mote_runner_create(g, &r, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "(impute, 'y'): has no device kernel"));
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_filled_logged_and_scaled),
        cmocka_unit_test(categories_become_numbers),
        cmocka_unit_test(dates_come_apart_as_the_calendar_says),
        cmocka_unit_test(bad_constants_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
