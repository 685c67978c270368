/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of tables in one pass against the graph's operators one after the other: the same
 * bits, whatever is missing. */
#include "tests/support.h"

#include <math.h>

#include "base/rng.h"
#include "device/signal/mrt_columns.h"
#include "graph/graph.h"

#define N      3 /* columns of a case */
#define ROUNDS 400

static int32_t constant(mote_graph *g, mote_dtype d, int32_t n, const void *values)
{
    mote_tensor_spec s = {.name = "c", .dtype = d, .n_dims = 1, .dims = {n}};
    mote_err err = {0};
    int32_t id = -1;
    T_OK(mote_graph_add_const(g, &s, &id, &err));
    memcpy(g->tensors[id].data, values, mote_tensor_bytes(&g->tensors[id]));
    return id;
}

static mote_graph *row_of(mote_dtype d, int32_t n, int32_t *x)
{
    mote_graph *g = NULL;
    mote_err err = {0};
    mote_tensor_spec s = {.name = "row", .dtype = d, .n_dims = 2, .dims = {1, n}};
    T_OK(mote_graph_create(0, &g, &err));
    T_OK(mote_graph_add_input(g, &s, x, &err));
    return g;
}

/* x becomes what the operator makes of it. */
static void then(mote_graph *g, mote_op_kind kind, int32_t *x, const int32_t *constants,
                 const mote_op_attrs *attrs)
{
    mote_tensor_spec o = {.name = "y", .dtype = MOTE_F32};
    mote_err err = {0};
    int32_t in[3] = {*x, constants ? constants[0] : -1, constants ? constants[1] : -1};
    T_OK(mote_graph_add_op(g, &(mote_op_spec){kind, attrs, in, &o}, x, &err));
}

/* Runs the graph on `in`, gives it back, and compares bit for bit. */
static void same_bits(mote_graph *g, const void *in, const float *want, size_t n)
{
    mote_err err = {0};
    float out[64];
    assert_int_equal(mote_tensor_elements(&g->tensors[g->outputs[0]]), (int64_t)n);
    T_OK(mote_graph_run(g, &in, (void *const[]){out}, NULL, NULL, &err));
    for (size_t i = 0; i < n; i++)
        if (memcmp(&out[i], &want[i], sizeof(float)) != 0)
            fail_msg("value %zu: operators %a, front end %a", i, (double)out[i], (double)want[i]);
    mote_graph_destroy(g);
}

static size_t in_one_pass(const mrt_column *columns, const float *pool, const float *x, float *out)
{
    mrt_columns_tables t = {.n_columns = N, .columns = columns, .pool = pool};
    for (int i = 0; i < N; i++) {
        t.n_numbers += mrt_column_numbers(&columns[i]);
        t.n_values += mrt_column_values(&columns[i]);
    }
    mrt_columns_f32(&t, x, out);
    return (size_t)t.n_values;
}

/* A number that a table may hold: missing, huge, on an edge, or anything. */
static float number(mote_rng *r, const float *edges, size_t n_edges)
{
    switch (mote_rng_below(r, 6)) {
    case 0:
        return NAN;
    case 1:
        return (float)(mote_rng_normal(r) * 1e20);
    case 2:
        return edges[mote_rng_below(r, (uint32_t)n_edges)];
    default:
        return (float)(mote_rng_normal(r) * 5.0);
    }
}

static const float edges[] = {-4.0f, -0.5f, 0.0f, 1.25f, 6.0f};

static void numbers_are_filled_logged_binned_and_scaled(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < ROUNDS; round++) {
        mrt_column c[N];
        float x[N], fill[N], offset[N], scale[N], all_edges[N * T_COUNT(edges)], out[64];
        uint8_t is_log[N];
        int32_t n_edges[N], n_all = 0;
        for (int i = 0; i < N; i++) {
            bool is_bin = mote_rng_below(&r, 2) == 1;
            is_log[i] = !is_bin && mote_rng_below(&r, 2) == 1;
            fill[i] = (float)mote_rng_normal(&r);
            offset[i] = (float)mote_rng_normal(&r);
            scale[i] = (float)(0.1 + mote_rng_uniform(&r));
            n_edges[i] = is_bin ? (int32_t)T_COUNT(edges) : 0;
            for (int32_t k = 0; k < n_edges[i]; k++)
                all_edges[n_all++] = edges[k];
            x[i] = number(&r, edges, T_COUNT(edges));
            c[i] = (mrt_column){.kind = MRT_COLUMN_NUMBER,
                                .flags = is_log[i] ? MRT_COLUMN_LOG
                                         : is_bin  ? MRT_COLUMN_BIN
                                                   : 0,
                                .n = n_edges[i],
                                .fill = fill[i],
                                .offset = offset[i],
                                .scale = scale[i]};
        }
        size_t n = in_one_pass(c, edges, x, out);
        int32_t y;
        mote_graph *g = row_of(MOTE_F32, N, &y);
        then(g, MOTE_OP_IMPUTE, &y, (int32_t[]){constant(g, MOTE_F32, N, fill), -1}, NULL);
        then(g, MOTE_OP_LOG, &y, (int32_t[]){constant(g, MOTE_BOOL, N, is_log), -1}, NULL);
        if (n_all > 0)
            then(g, MOTE_OP_BIN, &y,
                 (int32_t[]){constant(g, MOTE_I32, N, n_edges),
                             constant(g, MOTE_F32, n_all, all_edges)},
                 NULL);
        then(g, MOTE_OP_SCALE, &y,
             (int32_t[]){constant(g, MOTE_F32, N, offset), constant(g, MOTE_F32, N, scale)}, NULL);
        same_bits(g, x, out, n);
    }
}

static void categories_become_numbers(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < ROUNDS; round++) {
        mrt_column hot[N], ordinal[N];
        float x[N], fill[N], offset[N], scale[N], values[N * 8], out[64];
        int32_t n[N], n_all = 0;
        for (int i = 0; i < N; i++) {
            n[i] = 1 + (int32_t)mote_rng_below(&r, 8);
            for (int32_t k = 0; k < n[i]; k++)
                values[n_all++] = (float)k;
            fill[i] = (float)mote_rng_normal(&r);
            offset[i] = (float)mote_rng_normal(&r);
            scale[i] = (float)(0.1 + mote_rng_uniform(&r));
            int32_t at = (int32_t)mote_rng_below(&r, 10); /* 8, 9: none of them */
            x[i] = at == 9 ? NAN : (float)at;
            hot[i] = (mrt_column){.kind = MRT_COLUMN_ONE_HOT, .n = n[i]};
            ordinal[i] = (mrt_column){.kind = MRT_COLUMN_ORDINAL,
                                      .n = n[i],
                                      .fill = fill[i],
                                      .offset = offset[i],
                                      .scale = scale[i]};
        }
        int32_t y;
        size_t n_values = in_one_pass(hot, NULL, x, out);
        mote_graph *g = row_of(MOTE_F32, N, &y);
        then(g, MOTE_OP_ONE_HOT, &y, (int32_t[]){constant(g, MOTE_I32, N, n), -1}, NULL);
        same_bits(g, x, out, n_values);

        n_values = in_one_pass(ordinal, NULL, x, out);
        g = row_of(MOTE_F32, N, &y);
        then(g, MOTE_OP_ORDINAL, &y,
             (int32_t[]){constant(g, MOTE_I32, N, n), constant(g, MOTE_F32, n_all, values)}, NULL);
        then(g, MOTE_OP_IMPUTE, &y, (int32_t[]){constant(g, MOTE_F32, N, fill), -1}, NULL);
        then(g, MOTE_OP_SCALE, &y,
             (int32_t[]){constant(g, MOTE_F32, N, offset), constant(g, MOTE_F32, N, scale)}, NULL);
        same_bits(g, x, out, n_values);
    }
}

/* Waves are as they are; plain parts are scaled by the pool, here by one. */
static void dates_come_apart(void **state)
{
    (void)state;
    static const float pool[2 * MRT_DATE_PLAIN] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < ROUNDS; round++) {
        int32_t t[N], y;
        float x[2 * N], out[64];
        mrt_column c[N];
        for (int i = 0; i < N; i++) {
            t[i] = (int32_t)mote_rng_below(&r, INT32_MAX); /* 1970 to 2038 */
            x[2 * i] = (float)(t[i] / 86400);
            x[2 * i + 1] = (float)(t[i] % 86400);
            c[i] = (mrt_column){.kind = MRT_COLUMN_DATE, .flags = MOTE_DATE_ALL};
        }
        size_t n = in_one_pass(c, pool, x, out);
        mote_graph *g = row_of(MOTE_I32, N, &y);
        then(g, MOTE_OP_DATE_PARTS, &y, NULL, &(mote_op_attrs){.parts = MOTE_DATE_ALL});
        same_bits(g, t, out, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_filled_logged_binned_and_scaled),
        cmocka_unit_test(categories_become_numbers),
        cmocka_unit_test(dates_come_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
