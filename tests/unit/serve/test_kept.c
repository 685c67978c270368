/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of an input can be read again: rows as CSV with the words that came, windows of a
 * series as CSV, pictures as PGM; and it goes when its subject withdraws. */
#include "tests/support.h"

#include <math.h>

#include "data/columns.h"
#include "data/kind_image.h"
#include "data/kind_series.h"
#include "serve/classify.h"
#include "serve/intake.h"
#include "serve/predlog.h"
#include "tests/kept_server.h"

static const char *const jobs[2] = {"baker", "nurse, night"};
static const mote_field fields[3] = {
    {.name = "hours", .type = MOTE_FIELD_NUMBER, .missing = ""},
    {.name = "job", .type = MOTE_FIELD_CATEGORY, .missing = "", .values = jobs, .n_values = 2},
    {.name = "age", .type = MOTE_FIELD_INTEGER, .missing = ""}};
static const char *const pay = "pay";
static const mote_columns columns = {
    .fields = fields, .n = 3, .table = {.target = {&pay, 1}, .group = "", .time = ""}};
static const char *const axes[2] = {"acc,x", "acc_y"};

static mote_model *rows_model(void)
{
    return kept_model_of((mote_signature){.input = MOTE_INPUT_TABLE,
                                          .sample = {.dtype = MOTE_F32, .n_dims = 1, .dims = {3}},
                                          .fields = &columns},
                         NULL);
}

static void a_window_is_kept_as_csv_with_its_axes(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_model *m =
        kept_model_of((mote_signature){.input = MOTE_INPUT_SERIES,
                                       .sample = {.dtype = MOTE_F32, .n_dims = 2, .dims = {4, 2}},
                                       .rate_hz = 50,
                                       .n_columns = 2,
                                       .columns = axes},
                      NULL);
    const float x[8] = {9.12F, -1, 9.13F, 0.1F, 9.14F, 1e-7F, 9, 3};
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 1 << 16);
    T_OK(mote_intake_of(m)->encode(m, x, 8, &out, &err));
    assert_string_equal(mote_intake_of(m)->kept_as, "csv");
    mote_buf_add(&out, "", 1);
    assert_string_equal(out.data, "t_ms,\"acc,x\",acc_y\n0,9.12,-1\n20,9.13,0.1\n"
                                  "40,9.14,1e-07\n60,9,3\n");
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_SERIES);
    mote_decoding how = kind->decoding();
    mote_decoded d;
    T_OK(mote_kind_decode(kind, &(mote_file_bytes){"kept", out.data, out.len - 1}, &how, &d, &err));
    const mote_series_samples *s = mote_decoded_series(&d);
    assert_int_equal(s->n_channels, 2);
    assert_string_equal(s->names[0], "acc,x");
    assert_float_equal(s->rate_hz, 50, 1e-6);
    assert_memory_equal(s->stretches[0].x, x, sizeof x);
    mote_decoded_release(&d);
    mote_model_unref(m);
}

static void a_picture_is_kept_as_the_model_saw_it(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_model *m = kept_model_of(
        (mote_signature){.input = MOTE_INPUT_IMAGE,
                         .sample = {.dtype = MOTE_U8, .n_dims = 3, .dims = {2, 3, 1}}},
        "unit_pixels");
    const uint8_t x[6] = {0, 10, 255, 7, 13, 35};
    MOTE_SCOPED_BUF out;
    mote_buf_init(&out, 1 << 16);
    T_OK(mote_intake_of(m)->encode(m, x, 6, &out, &err));
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_IMAGE);
    mote_decoding how = kind->decoding();
    mote_decoded d;
    T_OK(mote_kind_decode(kind, &(mote_file_bytes){"kept", out.data, out.len}, &how, &d, &err));
    const mote_shape shape = {.dtype = MOTE_U8, .n_dims = 3, .dims = {2, 3, 1}};
    const mote_cut_config cut = mote_image_cut_of(&shape, NULL);
    uint8_t back[6];
    kind->cut(&(mote_piece){&d, 0, 0}, &cut, 0, back);
    assert_memory_equal(back, x, 6);
    mote_decoded_release(&d);
    mote_model_unref(m);
}

/* Without the texts that came a row is written from its numbers. */
static void a_row_of_numbers_is_written_by_its_columns(void **state)
{
    (void)state;
    static const mote_field all[4] = {
        {.name = "hours", .type = MOTE_FIELD_NUMBER},
        {.name = "job", .type = MOTE_FIELD_CATEGORY, .values = jobs, .n_values = 2},
        {.name = "at", .type = MOTE_FIELD_DATE},
        {.name = "age", .type = MOTE_FIELD_INTEGER}};
    const mote_columns c = {.fields = all, .n = 4};
    const struct {
        float x[5];
        const char *line;
    } cases[] = {
        {{0.1F, 1, 19723, 3661, 39}, "0.1,\"nurse, night\",2024-01-01T01:01:01Z,39"},
        {{NAN, NAN, NAN, NAN, NAN}, ",,,"},
        {{1.0F / 3, 2, 0, 0, -1}, "0.33333334,,1970-01-01T00:00:00Z,-1"},
        {{16777216, 0, 1, 0, 1e20F}, "16777216,baker,1970-01-02T00:00:00Z,1e+20"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        char want[200];
        MOTE_SCOPED_BUF out;
        mote_buf_init(&out, 1 << 16);
        mote_columns_put_row(&c, cases[i].x, NULL, &out);
        mote_buf_add(&out, "", 1);
        snprintf(want, sizeof want, "hours,job,at,age\n%s\n", cases[i].line);
        assert_string_equal(out.data, want);
    }
}

static void ask(kept_server *f, const char *body, const char *subject)
{
    kept_server_ask(f, body, strlen(body), subject);
}

/* A category that training did not have is a number without a meaning to the model, and its word
 * is what the next training needs. */
static void rows_are_kept_with_the_words_that_came(void **state)
{
    (void)state;
    mote_err err = {0};
    kept_server f = {0};
    static const char *const kept[4] = {
        "hours,job,age\n4.5,\"smith, black\",30\n", "hours,job,age\n,baker,31\n",
        "hours,job,age\n7.25,diver,32\n", "hours,job,age\n1,\"nurse, night\",2\n"};
    snprintf(f.project, sizeof f.project, "%s", t_path("kept"));
    T_OK(mote_dir_make(f.project, &err));
    kept_server_open(&f, rows_model());
    ask(&f, "{\"hours\": 4.5, \"job\": \"smith, black\", \"age\": 30}", "ann");
    ask(&f, "age;job;hours\n31;baker;\n32;diver;7,25\n", "bob");
    ask(&f, "[1, 1, 2]", "bob");
    kept_server_close(&f);
    {
        MOTE_SCOPED_STORE *s = NULL;
        MOTE_SCOPED_ARENA a;
        mote_predlog_record *r = NULL;
        size_t n = 0;
        mote_arena_init(&a, 1 << 22);
        T_OK(mote_store_open(f.project, true, &s, &err));
        T_OK(mote_predlog_list(s, &(mote_predlog_page){.max = 100}, &a, &r, &n, &err));
        assert_int_equal(n, 4);
        for (size_t i = 0; i < n; i++) {
            char *bytes = NULL;
            size_t len = 0;
            assert_string_equal(r[i].input_kind, "csv");
            T_OK(mote_predlog_input(s, r[i].id, 1 << 20, &bytes, &len, &err));
            assert_int_equal(len, strlen(kept[i]));
            assert_memory_equal(bytes, kept[i], len);
            mote_free(bytes);
        }
        mote_predlog_withdrawn w = {0};
        int64_t first = r[0].id;
        char *bytes = NULL;
        size_t len = 0;
        T_OK(mote_predlog_withdraw(s, "ann", 1000, NULL, &w, &err));
        assert_int_equal(w.now.n_inputs, 1);
        assert_int_equal(mote_predlog_input(s, first, 1 << 20, &bytes, &len, &err), MOTE_NOT_FOUND);
        T_OK(mote_predlog_list(s, &(mote_predlog_page){.max = 100}, &a, &r, &n, &err));
        assert_int_equal(n, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_is_kept_as_csv_with_its_axes),
        cmocka_unit_test(a_picture_is_kept_as_the_model_saw_it),
        cmocka_unit_test(a_row_of_numbers_is_written_by_its_columns),
        cmocka_unit_test(rows_are_kept_with_the_words_that_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
