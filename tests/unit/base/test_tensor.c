/* SPDX-License-Identifier: Apache-2.0 */
/* Types and shapes: sizes, checks, and the text there and back. */
#include "support.h"

#include "base/tensor.h"

static void every_type_has_the_number_name_and_size_that_files_hold(void **state)
{
    (void)state;
    static const struct {
        int id;
        const char *name;
        size_t bytes;
    } rows[] = {{1, "float32", 4}, {2, "int8", 1},  {3, "int32", 4},
                {4, "int16", 2},   {5, "uint8", 1}, {6, "bool", 1}};
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_dtype d = MOTE_F32;
        mote_shape found;
        mote_err err = {0};
        d = (mote_dtype)rows[i].id;
        assert_string_equal(mote_dtype_name(d), rows[i].name);
        assert_int_equal(mote_dtype_bytes(d), rows[i].bytes);
        char text[32];
        snprintf(text, sizeof text, "%s[1]", rows[i].name);
        T_OK(mote_shape_parse(text, &found, &err));
        assert_int_equal(found.dtype, rows[i].id);
    }
    for (int d = -1; d <= 7; d += d == 0 ? 7 : 1) {
        assert_int_equal(mote_dtype_bytes((mote_dtype)d), 0);
        assert_string_equal(mote_dtype_name((mote_dtype)d), "unknown type");
    }
}

static void shapes_count_compare_and_read_back(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        mote_shape shape;
        int64_t elements;
        size_t bytes;
    } rows[] = {
        {"int16[16000]", {MOTE_I16, 1, {16000}}, 16000, 32000},
        {"float32[]", {MOTE_F32, 0, {0}}, 1, 4},
        {"uint8[28,28,1]", {MOTE_U8, 3, {28, 28, 1}}, 784, 784},
        {"float32[1,2,3,4,5,6]", {MOTE_F32, 6, {1, 2, 3, 4, 5, 6}}, 720, 2880},
        {"bool[67108864]", {MOTE_BOOL, 1, {1 << 26}}, 1 << 26, 1 << 26},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err;
        mote_shape back;
        char text[MOTE_SHAPE_TEXT_BYTES];
        assert_int_equal(mote_shape_check("x", &rows[i].shape, &err), MOTE_OK);
        mote_shape_text(&rows[i].shape, text);
        assert_string_equal(text, rows[i].text);
        mote_dims_text(rows[i].shape.n_dims, rows[i].shape.dims, text);
        assert_string_equal(text, strchr(rows[i].text, '['));
        assert_int_equal(mote_shape_parse(rows[i].text, &back, &err), MOTE_OK);
        assert_true(mote_shape_equal(&back, &rows[i].shape));
        assert_int_equal(mote_shape_elements(&back), rows[i].elements);
        assert_int_equal(mote_shape_bytes(&back), rows[i].bytes);
        for (size_t k = 0; k < T_COUNT(rows); k++)
            assert_int_equal(mote_shape_equal(&back, &rows[k].shape), i == k);
    }
    mote_shape widest = {
        MOTE_F32, 6, {INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN, INT32_MIN}};
    char text[MOTE_SHAPE_TEXT_BYTES];
    mote_shape_text(&widest, text);
    assert_true(text[strlen(text) - 1] == ']');
    mote_shape same_but_type = {MOTE_U8, 1, {16000}};
    assert_false(mote_shape_equal(&same_but_type, &rows[0].shape));
}

static void texts_that_are_no_shape_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "int16",
        "int16[",
        "int16]",
        "[3]",
        "int17[3]",
        "int16[3",
        "int16[3,]",
        "int16[,3]",
        "int16[,]",
        "int16[0]",
        "int16[-1]",
        "int16[3] ",
        "int16[3]]",
        "int16[3]x]",
        "int16[ 3]",
        "int16[3][4]",
        "int16[67108865]",
        "int16[99999,9999]",
        "int16[]]",
        "f[1,1,1]",
        "int16[1,1,1,1,1,1,1]",
        "averyveryverylongname[1]",
    };
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        mote_err err;
        mote_shape s = {MOTE_BOOL, 1, {7}};
        if (mote_shape_parse(bad[i], &s, &err) == MOTE_OK)
            fail_msg("'%s' was taken for a shape", bad[i]);
        assert_non_null(strstr(err.text, bad[i]));
        assert_true(s.dtype == MOTE_BOOL && s.n_dims == 1 && s.dims[0] == 7);
    }
}

static void bad_shapes_are_refused_and_named(void **state)
{
    (void)state;
    static const struct {
        mote_shape shape;
        mote_status status;
        const char *says;
    } rows[] = {
        {{MOTE_F32, 7, {1, 1, 1, 1, 1, 1}}, MOTE_SHAPE, "7 dimensions"},
        {{MOTE_F32, -1, {1}}, MOTE_SHAPE, "-1 dimensions"},
        {{MOTE_F32, 2, {3, 0}}, MOTE_SHAPE, "dimension 1"},
        {{MOTE_F32, 2, {-3, 2}}, MOTE_SHAPE, "dimension 0"},
        {{MOTE_F32, 3, {1 << 20, 1 << 20, 1 << 30}}, MOTE_LIMIT, "elements"},
        {{(mote_dtype)7, 1, {1}}, MOTE_ARG, "type 7"},
        {{(mote_dtype)0, 0, {0}}, MOTE_ARG, "type 0"},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err;
        assert_int_equal(mote_shape_check("thing", &rows[i].shape, &err), rows[i].status);
        assert_non_null(strstr(err.text, "'thing'"));
        assert_non_null(strstr(err.text, rows[i].says));
    }
    mote_err err;
    assert_int_equal(mote_dims_check("thing", 0, rows[0].shape.dims, &err), MOTE_SHAPE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_the_number_name_and_size_that_files_hold),
        cmocka_unit_test(shapes_count_compare_and_read_back),
        cmocka_unit_test(texts_that_are_no_shape_are_refused),
        cmocka_unit_test(bad_shapes_are_refused_and_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
