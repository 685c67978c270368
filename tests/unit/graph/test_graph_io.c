/* SPDX-License-Identifier: Apache-2.0 */
/* Version 2 of the saved graph: lists of inputs and outputs, every type, six dimensions; what a
 * newer program made is refused by its name. */
#include "support.h"

#include "base/hash.h"
#include "base/text.h"
#include "graph/graph.h"

/* Two inputs, their sum, and a batch norm and a softmax of it as two outputs; beside them a
 * constant of every type, one of six dimensions. */
static mote_graph *two_by_two(void)
{
    mote_graph *g = NULL;
    assert_int_equal(mote_graph_create(0, &g, NULL), MOTE_OK);
    int32_t x[2], sum, out[2], in[5], id;
    mote_tensor_spec s = {.name = "a", .dtype = MOTE_F32, .n_dims = 2, .dims = {1, 3}};
    assert_int_equal(mote_graph_add_input(g, &s, &x[0], NULL), MOTE_OK);
    s.name = "b";
    assert_int_equal(mote_graph_add_input(g, &s, &x[1], NULL), MOTE_OK);
    for (int d = MOTE_F32; d <= MOTE_BOOL; d++) {
        s = (mote_tensor_spec){.name = mote_dtype_name((mote_dtype)d),
                               .dtype = (mote_dtype)d,
                               .n_dims = d == MOTE_I16 ? 6 : 1,
                               .dims = {2, 1, 1, 1, 1, 1}};
        assert_int_equal(mote_graph_add_const(g, &s, &id, NULL), MOTE_OK);
        memset(g->tensors[id].data, 1, mote_tensor_bytes(&g->tensors[id]));
    }
    mote_tensor_spec o = {.name = "sum", .dtype = MOTE_F32};
    assert_int_equal(mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_ADD, NULL, x, &o}, &sum, NULL),
                     MOTE_OK);
    in[0] = sum;
    for (int32_t k = 1; k < 5; k++) {
        s = (mote_tensor_spec){.name = "p", .dtype = MOTE_F32, .n_dims = 1, .dims = {3}};
        assert_int_equal(mote_graph_add_const(g, &s, &in[k], NULL), MOTE_OK);
        for (int32_t c = 0; c < 3; c++)
            ((float *)g->tensors[in[k]].data)[c] = k == 1 || k == 4 ? 1.0f : 0.0f;
    }
    mote_op_attrs attrs = {.epsilon = 1e-3f};
    o.name = "norm";
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_BATCH_NORM, &attrs, in, &o}, &out[0], NULL),
        MOTE_OK);
    o.name = "softmax";
    assert_int_equal(
        mote_graph_add_op(g, &(mote_op_spec){MOTE_OP_SOFTMAX, NULL, &sum, &o}, &out[1], NULL),
        MOTE_OK);
    assert_int_equal(mote_graph_set_outputs(g, out, 2, NULL), MOTE_OK);
    assert_int_equal(mote_graph_validate(g, NULL), MOTE_OK);
    return g;
}

static void save(const mote_graph *g, mote_buf *b)
{
    mote_buf_init(b, 1 << 20);
    mote_graph_save(g, b);
    assert_int_equal(b->status, MOTE_OK);
}

static void lists_types_and_dimensions_come_back(void **state)
{
    (void)state;
    mote_graph *g = two_by_two(), *l = NULL, *c = NULL;
    mote_buf b1, b2, b3;
    save(g, &b1);
    mote_err err = {0};
    if (mote_graph_load(b1.data, b1.len, &l, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    save(l, &b2);
    assert_int_equal(mote_graph_clone(l, &c, NULL), MOTE_OK);
    save(c, &b3);
    assert_int_equal(b1.len, b2.len);
    assert_memory_equal(b1.data, b2.data, b1.len);
    assert_memory_equal(b1.data, b3.data, b1.len);
    assert_int_equal(l->n_inputs, 2);
    assert_int_equal(l->n_outputs, 2);
    assert_int_equal(l->tensors[5].n_dims, 6);
    assert_int_equal(l->tensors[5].dtype, MOTE_I16);
    assert_true(mote_graph_run_f32(l, NULL, NULL, NULL, NULL, &err) == MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "this has 2 and 2"));

    float a[3] = {1, 2, 3}, b[3] = {2, 1, 0}, norm[3], soft[3];
    assert_int_equal(mote_graph_run(l, (const void *const[]){a, b}, (void *const[]){norm, soft},
                                    NULL, NULL, NULL),
                     MOTE_OK);
    for (int i = 0; i < 3; i++) {
        assert_float_equal(norm[i], 3.0f / 1.0004999f, 1e-5f);
        assert_float_equal(soft[i], 1.0f / 3.0f, 1e-6f);
    }
    mote_graph_destroy(g);
    mote_graph_destroy(l);
    mote_graph_destroy(c);
    mote_buf_release(&b1);
    mote_buf_release(&b2);
    mote_buf_release(&b3);
}

/* Replace `from` by `to` of the same length, make the checksum fit, and load. */
static mote_status load_changed(const mote_buf *b, const char *from, const char *to, size_t n,
                                mote_err *err)
{
    char *copy = malloc(b->len);
    memcpy(copy, b->data, b->len);
    char *at = NULL;
    for (size_t i = 0; !at && i + n <= b->len; i++)
        if (memcmp(copy + i, from, n) == 0)
            at = copy + i;
    assert_non_null(at);
    memcpy(at, to, n);
    uint32_t crc = mote_crc32(0, copy, b->len - 4);
    memcpy(copy + b->len - 4, &crc, 4);
    mote_graph *g = NULL;
    mote_status st = mote_graph_load(copy, b->len, &g, err);
    mote_graph_destroy(g);
    free(copy);
    return st;
}

static void what_a_newer_program_made_is_refused_by_name(void **state)
{
    (void)state;
    mote_graph *g = two_by_two();
    mote_buf b;
    save(g, &b);
    static const struct {
        const char *from, *to;
        size_t n;
        mote_status status;
        const char *says;
    } rows[] = {
        {"MGRF\2", "MGRF\3", 5, MOTE_UNSUPPORTED,
         "made by mote " MOTE_VERSION " in format version 3"},
        {"\12batch_norm", "\12batch_gnom", 11, MOTE_UNSUPPORTED, "operator 'batch_gnom' (9)"},
        {"\7epsilon", "\7epsilom", 8, MOTE_UNSUPPORTED, "attribute 'epsilom' (7)"},
        {"\10\0\7softmax", "\71\0\7softmax", 10, MOTE_UNSUPPORTED, "operator 'softmax' (57)"},
        {"\7\0\7epsilon", "\77\0\7epsilon", 10, MOTE_UNSUPPORTED, "attribute 'epsilon' (63)"},
        {"\6\0\3add", "\6\0\0add", 6, MOTE_PARSE, "a name of 0 bytes"},
        {"\6\0\3add", "\6\0\3a\0d", 6, MOTE_PARSE, "a 0 in its name"},
        {"\6\0\2\0\1\0\0\0", "\4\0\2\0\1\0\0\0", 8, MOTE_PARSE, "not in the table of names"},
        {"\6\0\2\0\1\0\0\0", "\6\0\101\0\1\0\0\0", 8, MOTE_LIMIT, "a list of 65"},
        {"\4bool\2\6", "\4bool\2\7", 7, MOTE_PARSE, "malformed"},
        {"int8", "int8", 4, MOTE_OK, ""},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err = {0};
        assert_int_equal(load_changed(&b, rows[i].from, rows[i].to, rows[i].n, &err),
                         rows[i].status);
        if (!strstr(err.text, rows[i].says))
            fail_msg("row %zu: '%s' does not say '%s'", i, err.text, rows[i].says);
    }
    mote_buf_release(&b);

    /* A bool that is neither, and an output that is there twice. */
    mote_err err = {0};
    mote_graph *l = NULL;
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].dtype == MOTE_BOOL)
            ((uint8_t *)g->tensors[t].data)[1] = 2;
    save(g, &b);
    assert_int_equal(mote_graph_load(b.data, b.len, &l, &err), MOTE_PARSE);
    assert_non_null(strstr(err.text, "no bool"));
    mote_buf_release(&b);
    int32_t twice[2] = {g->outputs[0], g->outputs[0]};
    assert_int_equal(mote_graph_set_outputs(g, twice, 2, NULL), MOTE_OK);
    assert_int_equal(mote_graph_validate(g, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "'norm' is output of the graph twice"));
    mote_graph_destroy(g);
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    mote_graph *g = two_by_two(), *l = NULL;
    mote_buf b;
    save(g, &b);
    for (size_t n = 0; n < b.len; n++) {
        char *copy = malloc(n + 1); /* of its own length, so that a sanitizer sees what is read */
        memcpy(copy, b.data, n);
        if (n >= 4) {
            uint32_t crc = mote_crc32(0, copy, n - 4);
            memcpy(copy + n - 4, &crc, 4);
        }
        assert_int_not_equal(mote_graph_load(copy, n, &l, NULL), MOTE_OK);
        free(copy);
    }
    mote_buf_release(&b);
    mote_graph_destroy(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_types_and_dimensions_come_back),
        cmocka_unit_test(what_a_newer_program_made_is_refused_by_name),
        cmocka_unit_test(damaged_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
