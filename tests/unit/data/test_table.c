/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: types with their evidence, names, missing cells, stated types, rows in blocks, times. */
#include "tests/support.h"

#include <math.h>

#include "base/rng.h"
#include "base/text.h"
#include "data/table.h"
#include "data/time_text.h"

static mote_table *open_text(const char *text, const mote_table_config *cfg)
{
    mote_err err;
    mote_table *t = NULL;
    T_OK(mote_table_open_bytes(&(mote_file_bytes){"t.csv", text, strlen(text)}, cfg, &t, &err));
    return t;
}

static const mote_column *column(const mote_table *t, const char *name)
{
    uint32_t n;
    int32_t i = mote_table_find(t, name);
    if (i < 0)
        fail_msg("no column '%s'", name);
    return &mote_table_get_columns(t, &n)[i];
}

/* A table of n rows of "header" whose cells are made by `row`. */
static mote_table *made(const char *header, int n, void (*row)(mote_buf *, int))
{
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    mote_buf_printf(&b, "%s\n", header);
    for (int i = 0; i < n; i++) {
        row(&b, i);
        mote_buf_char(&b, '\n');
    }
    mote_err err;
    mote_table *t = NULL;
    T_OK(mote_table_open_bytes(&(mote_file_bytes){"t.csv", b.data, b.len}, NULL, &t, &err));
    /* the bytes are borrowed: columns and counts stay, rows must not be read */
    mote_buf_release(&b);
    return t;
}

static void every_type(mote_buf *b, int i)
{
    static const char *const colours[] = {"red", "green", "blue"};
    mote_buf_printf(b, "%d,%d,%d.5,%s,%s,kept,dev-%d,word %d and %d,2024-01-%02d 12:00:00,%s",
                    i + 7, i * i % 50, i, i % 2 ? "yes" : "No", colours[i % 3], i * 7919, i, i * i,
                    1 + i % 28, i == 5 ? "oops" : "3");
}

static void every_type_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        mote_column_type type;
        const char *why;
    } want[] = {{"nr", MOTE_COLUMN_ID, "7 to 66, one more in each row"},
                {"n", MOTE_COLUMN_INT, "0 to 49, "},
                {"x", MOTE_COLUMN_FLOAT, "0.5 to 59.5, 60 different"},
                {"ok", MOTE_COLUMN_BOOL, "'No' and 'yes'"},
                {"colour", MOTE_COLUMN_CATEGORY, "3 different texts"},
                {"state", MOTE_COLUMN_CONSTANT, "always 'kept'"},
                {"device", MOTE_COLUMN_ID, "no value comes twice"},
                {"note", MOTE_COLUMN_TEXT, "60 different texts"},
                {"when", MOTE_COLUMN_TIME, "28 different times"},
                {"odd", MOTE_COLUMN_INT, "3 to 3"}};
    mote_table *t = made("nr,n,x,ok,colour,state,device,note,when,odd", 60, every_type);
    for (size_t i = 0; i < T_COUNT(want); i++) {
        const mote_column *c = column(t, want[i].name);
        if (c->type != want[i].type || !strstr(c->why, want[i].why))
            fail_msg("'%s' is %s: %s", c->name, mote_column_type_name(c->type), c->why);
    }
    const mote_column *odd = column(t, "odd");
    assert_int_equal(odd->n_unfit, 1);
    assert_int_equal(odd->unfit_line[0], 7);
    assert_string_equal(odd->unfit, "oops");
    assert_string_equal(column(t, "when")->format, "%Y-%m-%d");
    assert_string_equal(column(t, "ok")->values[0], "No");
    mote_table_destroy(t);
}

static void missing_cells_are_counted_and_read_as_nan(void **state)
{
    (void)state;
    mote_err err;
    mote_table *t = open_text("a,b\n1,x\n,y\nNA,?\nn/a,null\n2,x\n-,y\nNaN,\"\"\n", NULL);
    const mote_column *a = column(t, "a"), *b = column(t, "b");
    assert_int_equal(a->n_missing, 5);
    assert_int_equal(b->n_missing, 3);
    assert_string_equal(a->missing, "");
    assert_string_equal(b->missing, "?");
    assert_int_equal(b->type, MOTE_COLUMN_CATEGORY);
    double out[14];
    T_OK(mote_table_read(t, 0, 7, out, &err));
    assert_true(out[0] == 1 && isnan(out[2]) && isnan(out[4]) && out[8] == 2);
    assert_true(out[1] == 0 && out[3] == 1 && isnan(out[5]) && isnan(out[13]));
    mote_table_destroy(t);
}

static void with_nines(mote_buf *b, int i)
{
    mote_buf_printf(b, "%d,%d,%d,%d", i % 10 ? i * 13 % 700 : 9999,
                    i % 10 ? i * 47 % 9000 + 1 : 9999, i % 9 ? i * 7 % 40 : -99,
                    i == 50 ? 9999 : i % 40);
}

static void nines_are_suggested_and_never_taken(void **state)
{
    (void)state;
    mote_table *t = made("far,near,low,once", 200, with_nines);
    assert_non_null(column(t, "far")->hint);
    assert_non_null(strstr(column(t, "far")->hint, "9999 comes 20 times, the next value is "));
    assert_int_equal(column(t, "far")->n_missing, 0);
    assert_true(column(t, "far")->max == 9999);
    assert_true(!column(t, "near")->hint || !strstr(column(t, "near")->hint, "missing"));
    assert_non_null(strstr(column(t, "low")->hint, "-99 comes 23 times"));
    assert_null(column(t, "once")->hint); /* one extreme value is an extreme value */
    mote_table_destroy(t);
}

static void names_become_unique(void **state)
{
    (void)state;
    mote_table *t = open_text("a,a,,a,a_2\n1,2,3,4,5\n6,7,8,9,1\n", NULL);
    static const char *const want[] = {"a", "a_2", "column_3", "a_3", "a_2_2"};
    uint32_t n;
    const mote_column *c = mote_table_get_columns(t, &n);
    assert_int_equal(n, 5);
    for (uint32_t i = 0; i < n; i++)
        assert_string_equal(c[i].name, want[i]);
    assert_int_equal(mote_table_find(t, "b"), -1);
    mote_table_destroy(t);
}

static void days_and_months_are_told_apart_by_their_order(void **state)
{
    (void)state;
    mote_table *t =
        open_text("d,m,open\n01/02/24,01/02/24,01/01/2024\n02/02/24,02/01/24,02/02/2024\n"
                  "03/02/24,03/01/24,03/03/2024\n01/03/24,04/01/24,04/04/2024\n",
                  NULL);
    assert_string_equal(column(t, "d")->format, "%d/%m/%Y");
    assert_null(column(t, "d")->hint);
    assert_string_equal(column(t, "m")->format, "%m/%d/%Y");
    assert_non_null(strstr(column(t, "open")->hint, "cannot be told apart"));
    mote_table_destroy(t);
}

static void stated_types_are_held(void **state)
{
    (void)state;
    static const char text[] = "code,when,n\n1,03/04/2024,1\n2,05/04/2024,x\n1,13/04/2024,2.5\n";
    mote_column_stated stated[] = {{"code", MOTE_COLUMN_CATEGORY, NULL},
                                   {"when", MOTE_COLUMN_TIME, "%d/%m/%Y"},
                                   {"n", MOTE_COLUMN_INT, NULL}};
    mote_table_config cfg = mote_table_config_default();
    mote_err err;
    cfg.stated = stated;
    cfg.n_stated = 3;
    mote_table *t = open_text(text, &cfg);
    double out[9], want = 0;
    T_OK(mote_table_read(t, 0, 3, out, &err));
    assert_true(out[0] == 0 && out[3] == 1 && out[6] == 0);
    assert_true(mote_time_parse(MOTE_TIME_YMD_DASH, "2024-04-03", 10, &want) && out[1] == want);
    assert_true(out[2] == 1 && isnan(out[5]) && isnan(out[8]));
    assert_int_equal(column(t, "n")->n_unfit, 2);
    assert_int_equal(column(t, "n")->unfit_line[1], 4);
    assert_true(column(t, "n")->is_stated);
    mote_table_destroy(t);
    t = NULL;
    stated[1].format = "%m/%d/%Y";
    t = open_text(text, &cfg);
    assert_int_equal(column(t, "when")->n_unfit, 1);
    assert_int_equal(column(t, "when")->unfit_line[0], 4);
    mote_table_destroy(t);
    t = NULL;
    stated[1].format = "%Q";
    T_FAILS(mote_table_open_bytes(&(mote_file_bytes){"t", text, sizeof text - 1}, &cfg, &t, &err),
            MOTE_ARG, "'%Q'");
    stated[0].name = "cod";
    T_FAILS(mote_table_open_bytes(&(mote_file_bytes){"t", text, sizeof text - 1}, &cfg, &t, &err),
            MOTE_NOT_FOUND, "no column 'cod'; is it 'code'?");
    assert_null(t);
}

static void ragged_rows_are_passed_over_in_every_way_of_reading(void **state)
{
    (void)state;
    mote_err err;
    mote_buf b;
    mote_buf_init(&b, 1 << 24);
    mote_buf_str(&b, "i,x\n");
    for (int i = 0; i < 3000; i++)
        mote_buf_printf(&b, i % 7 == 3 ? "%d\n%d,0.5\n" : "%d,0.25\n", i, i);
    mote_table *t = open_text(b.data, NULL);
    assert_int_equal(mote_table_n_rows(t), 3000);
    assert_int_equal(mote_csv_get_findings(mote_table_get_csv(t))->n_ragged, 429);
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int k = 0; k < 300; k++) {
        double out[2 * 10];
        uint64_t first = mote_rng_below(&r, 2991);
        T_OK(mote_table_read(t, first, 10, out, &err));
        for (uint64_t i = 0; i < 10; i++)
            assert_true(out[2 * i] == (double)(first + i));
        const mote_csv_cell *cells;
        T_OK(mote_table_cells(t, first, &cells, &err));
        double x;
        assert_true(mote_csv_number(mote_table_get_csv(t), &cells[0], &x) && x == (double)first);
    }
    double out[2];
    T_FAILS(mote_table_read(t, 3000, 1, out, &err), MOTE_RANGE, "has 3000 rows");
    mote_table_destroy(t);
    mote_buf_release(&b);
}

static void memory_is_bounded_and_the_bound_said(void **state)
{
    (void)state;
    mote_table_config cfg = mote_table_config_default();
    mote_buf b;
    cfg.memory_bytes = (size_t)64 << 10;
    mote_buf_init(&b, 1 << 24);
    mote_buf_str(&b, "x\n");
    for (int i = 0; i < 50000; i++)
        mote_buf_printf(&b, "%d\n", (int)((uint32_t)i * 2654435761u % 100000u));
    mote_table *t = open_text(b.data, &cfg);
    const mote_column *c = column(t, "x");
    assert_true(c->is_at_least && c->n_different >= 1000 && c->n_different < 50000);
    assert_non_null(strstr(c->why, "at least "));
    assert_int_equal(c->type, MOTE_COLUMN_INT);
    mote_table_destroy(t);
    mote_buf_release(&b);
}

/* ---- times ---- */

static void times_are_read_and_impossible_ones_refused(void **state)
{
    (void)state;
    static const struct {
        mote_time_format f;
        const char *text;
        double seconds; /* negative: none */
    } cases[] = {{MOTE_TIME_YMD_DASH, "1970-01-01", 0},
                 {MOTE_TIME_YMD_DASH, "2015-02-04 17:51:00", 1423072260},
                 {MOTE_TIME_YMD_DASH, "2015-02-04T17:51:00.25Z", 1423072260.25},
                 {MOTE_TIME_YMD_DASH, "2015-02-04T18:51:00+01:00", 1423072260},
                 {MOTE_TIME_YMD_DASH, "2015-02-04 12:21-0530", 1423072260},
                 {MOTE_TIME_YMD_DASH, "2000-02-29", 951782400},
                 {MOTE_TIME_YMD_DASH, "1900-02-29", -1},
                 {MOTE_TIME_YMD_DASH, "2023-02-29", -1},
                 {MOTE_TIME_YMD_DASH, "2023-13-01", -1},
                 {MOTE_TIME_YMD_DASH, "2023-01-01 24:00", -1},
                 {MOTE_TIME_YMD_DASH, "2023-01-01 ", -1},
                 {MOTE_TIME_YMD_DASH, "2023-01-01 10:00x", -1},
                 {MOTE_TIME_YMD_DASH, "23-01-01", -1},
                 {MOTE_TIME_DMY_SLASH, "31/12/12", 1356912000},
                 {MOTE_TIME_DMY_DOT, "31.12.2012 23:59:59", 1356998399},
                 {MOTE_TIME_MDY_SLASH, "12/31/2012", 1356912000},
                 {MOTE_TIME_MDY_SLASH, "31/12/2012", -1},
                 {MOTE_TIME_OF_DAY, "17:51:00.5", 64260.5},
                 {MOTE_TIME_OF_DAY, "17:61:00", -1}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        double s = -1;
        bool ok = mote_time_parse(cases[i].f, cases[i].text, strlen(cases[i].text), &s);
        if (ok != (cases[i].seconds >= 0) || (ok && fabs(s - cases[i].seconds) > 1e-9))
            fail_msg("'%s' is %.3f", cases[i].text, s);
    }
}

static mote_status open_small(mote_err *err)
{
    static const char text[] = "a,b,c\n1,x,2024-01-01\n2,y,2024-01-02\n3,x,z\n";
    mote_table *t = NULL;
    mote_status st =
        mote_table_open_bytes(&(mote_file_bytes){"t", text, sizeof text - 1}, NULL, &t, err);
    mote_table_destroy(t);
    return st;
}

static void a_refused_allocation_is_an_error(void **state)
{
    (void)state;
    mote_err err;
    T_ALLOC_SWEEP(open_small(&err), (void)0);
}

/* ---- real tables ---- */

static mote_table *open_real(const char *file)
{
    char path[512];
    mote_err err;
    mote_table *t = NULL;
    static char *bytes; /* of the last one: one is open at a time */
    size_t n = 0;
    mote_free(bytes);
    bytes = NULL;
    snprintf(path, sizeof path, "%s/%s", t_data(), file);
    T_OK(mote_file_read(path, (size_t)64 << 20, &bytes, &n, &err));
    T_OK(mote_table_open_bytes(&(mote_file_bytes){path, bytes, n}, NULL, &t, &err));
    return t;
}

static void real_tables_have_their_types(void **state)
{
    (void)state;
    static const struct {
        const char *file, *column;
        mote_column_type type;
        uint64_t n_missing;
    } want[] = {{"adult/adult-train.csv", "column_1", MOTE_COLUMN_INT, 0},
                {"adult/adult-train.csv", "column_2", MOTE_COLUMN_CATEGORY, 1836},
                {"adult/adult-train.csv", "column_3", MOTE_COLUMN_INT, 0},
                {"adult/adult-train.csv", "column_10", MOTE_COLUMN_CATEGORY, 0},
                {"adult/adult-train.csv", "column_14", MOTE_COLUMN_CATEGORY, 583},
                {"adult/adult-train.csv", "column_15", MOTE_COLUMN_CATEGORY, 0},
                {"occupancy/datatraining.txt", "row", MOTE_COLUMN_ID, 0},
                {"occupancy/datatraining.txt", "date", MOTE_COLUMN_TIME, 0},
                {"occupancy/datatraining.txt", "CO2", MOTE_COLUMN_FLOAT, 0},
                {"occupancy/datatraining.txt", "Occupancy", MOTE_COLUMN_BOOL, 0},
                {"bike-sharing/hour.csv", "instant", MOTE_COLUMN_ID, 0},
                {"bike-sharing/hour.csv", "dteday", MOTE_COLUMN_TIME, 0},
                {"bike-sharing/hour.csv", "cnt", MOTE_COLUMN_INT, 0},
                {"bike-sharing/hour.csv", "temp", MOTE_COLUMN_FLOAT, 0},
                {"wine-quality/winequality-red.csv", "column_12", MOTE_COLUMN_INT, 0}};
    T_NEED_DATA();
    for (size_t i = 0; i < T_COUNT(want); i++) {
        mote_table *t = open_real(want[i].file);
        const mote_column *c = column(t, want[i].column);
        if (c->type != want[i].type || c->n_missing != want[i].n_missing || c->n_unfit)
            fail_msg("%s, '%s' is %s, %llu missing, %llu unfit: %s", want[i].file, c->name,
                     mote_column_type_name(c->type), (unsigned long long)c->n_missing,
                     (unsigned long long)c->n_unfit, c->why);
        mote_table_destroy(t);
    }
    mote_table *t = open_real("adult/adult-train.csv");
    assert_non_null(strstr(column(t, "column_11")->hint, "99999 comes 159 times"));
    mote_table_destroy(t);
    t = open_real("bike-sharing/hour.csv");
    assert_string_equal(column(t, "dteday")->format, "%d/%m/%Y");
    double sum = 0, row[17];
    mote_err err;
    int32_t cnt = mote_table_find(t, "cnt");
    for (uint64_t i = 0; i < mote_table_n_rows(t); i++) {
        T_OK(mote_table_read(t, i, 1, row, &err));
        sum += row[cnt];
    }
    assert_true(sum == 3292679);
    mote_table_destroy(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_found),
        cmocka_unit_test(missing_cells_are_counted_and_read_as_nan),
        cmocka_unit_test(nines_are_suggested_and_never_taken),
        cmocka_unit_test(names_become_unique),
        cmocka_unit_test(days_and_months_are_told_apart_by_their_order),
        cmocka_unit_test(stated_types_are_held),
        cmocka_unit_test(ragged_rows_are_passed_over_in_every_way_of_reading),
        cmocka_unit_test(memory_is_bounded_and_the_bound_said),
        cmocka_unit_test(times_are_read_and_impossible_ones_refused),
        cmocka_unit_test(a_refused_allocation_is_an_error),
        cmocka_unit_test(real_tables_have_their_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
