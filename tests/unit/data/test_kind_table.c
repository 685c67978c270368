/* SPDX-License-Identifier: Apache-2.0 */
/* Tables from file to data set: one object with many rows, columns as the project states them,
 * rows dealt by themselves, by group and by time, and a version that names them. */
#include "data/kind_table.h"

#include <math.h>

#include "data/columns.h"
#include "data/dataset.h"
#include "data/form.h"
#include "data/import.h"
#include "data/provided.h"
#include "data/sample.h"
#include "data/version.h"
#include "support.h"
#include "temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    char tree[TEMP_DIR_BYTES + 16];
    mote_store *store;
    mote_arena arena;
    mote_project_column columns[8];
    mote_project_table table;
} fixture;

static const mote_project_column stated[] = {
    {"who", "category", "", "", {NULL, 0}},  {"when", "date", "%Y-%m-%d", "", {NULL, 0}},
    {"age", "integer", "", "-1", {NULL, 0}}, {"work", "category", "", "", {NULL, 0}},
    {"note", "text", "", "", {NULL, 0}},     {"rich", "category", "", "", {NULL, 0}},
};

static const char *const rich = "rich";

static int set_up(void **state)
{
    static fixture f;
    mote_err err = {0};
    temp_dir_make(f.dir);
    snprintf(f.tree, sizeof f.tree, "%s/tree", f.dir);
    mote_arena_init(&f.arena, 1 << 28);
    T_OK(mote_dir_make(f.tree, &err));
    T_OK(mote_store_open(f.dir, true, &f.store, &err));
    f.table = (mote_project_table){
        .target = {&rich, 1}, .group = "", .time = "", .columns = {stated, T_COUNT(stated)}};
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_store_close(f->store);
    mote_arena_release(&f->arena);
    temp_dir_remove(f->dir);
    return 0;
}

static void write_file(fixture *f, const char *name, const char *text)
{
    char path[TEMP_DIR_BYTES + 200];
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/%s", f->tree, name);
    T_OK(mote_file_write(path, text, strlen(text), &err));
}

/* n rows of 20 people; row 7 has no age, row 8 no answer, row 9 the marker of the project. */
static void write_people(fixture *f, const char *name, int first, int n)
{
    static const char *const works[] = {"farm", "shop", "sea"};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 22);
    mote_buf_str(&b, "who,when,age,work,note,rich\n");
    for (int i = first; i < first + n; i++) {
        mote_buf_printf(&b, "p%d,2024-%02d-%02d,", i % 20, 1 + i / 28 % 12, 1 + i % 28);
        if (i == 9)
            mote_buf_str(&b, "-1");
        else if (i != 7)
            mote_buf_printf(&b, "%d", 20 + i % 50);
        mote_buf_printf(&b, ",%s,n%d,%s\n", works[i % 3], i,
                        i == 8        ? ""
                        : i % 50 > 25 ? "yes"
                                      : "no");
    }
    write_file(f, name, b.data);
}

static mote_status try_import(fixture *f, mote_import_report *r, mote_err *err)
{
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_TABLE));
    cfg.decoding.table = &f->table;
    cfg.now_ms = 5;
    return mote_data_import(f->store, f->tree, &cfg, &f->arena, r, err);
}

static void import(fixture *f)
{
    mote_err err = {0};
    mote_import_report r;
    T_OK(try_import(f, &r, &err));
    assert_int_equal(r.total.n_rejected, 0);
}

static mote_data_version make_version(fixture *f, bool by_time)
{
    mote_err err = {0};
    mote_version_config c = mote_version_config_default();
    mote_version_report r;
    mote_data_version v;
    c.table = f->table;
    c.by_time = by_time;
    c.now_ms = 7;
    T_OK(mote_version_create(f->store, &c, &f->arena, &v, &r, &err));
    return v;
}

static mote_columns columns_of(fixture *f, const mote_data_version *v)
{
    mote_err err = {0};
    mote_columns c;
    T_OK(mote_columns_of_version(f->store, v, &f->table, &f->arena, &c, &err));
    return c;
}

static mote_dataset load(fixture *f, const mote_data_version *v, const mote_columns *c,
                         mote_split split)
{
    static const char *const labels[] = {"no", "yes"};
    mote_err err = {0};
    mote_dataset d;
    mote_dataset_config cfg = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_TABLE));
    cfg.labels = labels;
    cfg.n_labels = 2;
    cfg.split = split;
    cfg.cut = (mote_cut_config){.table = f->table, .columns = c};
    T_OK(mote_dataset_load(f->store, v, &cfg, &d, &err));
    return d;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_file_of_rows_is_one_object_and_a_version_names_each_row(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_people(f, "people.csv", 0, 600);
    import(f);
    mote_data_version v = make_version(f, false), again;
    assert_int_equal(v.n, 1);
    assert_int_equal(v.items[0].n_rows, 600);
    size_t sum = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        double share = (double)mote_version_n_in(&v.items[0], (mote_split)s) / 600;
        assert_true(fabs(share - v.fractions[s]) < 0.06);
        sum += mote_version_n_in(&v.items[0], (mote_split)s);
    }
    assert_int_equal(sum, 600);

    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 20);
    T_OK(mote_manifest_write(&v, &text, &err));
    assert_true(text.len < 600); /* not a line a row */
    assert_true(mote_str_starts(text.data, "mote.data 4\n"));
    T_OK(mote_version_load(f->store, "latest", &f->arena, &again, &err));
    assert_int_equal(again.items[0].n_rows, 600);
    assert_memory_equal(again.items[0].rows, v.items[0].rows, 600);
}

static void rows_become_numbers_by_the_stated_columns(void **state)
{
    fixture *f = *state;
    write_people(f, "people.csv", 0, 600);
    import(f);
    mote_data_version v = make_version(f, false);
    mote_columns c = columns_of(f, &v);
    assert_int_equal(c.n, 4); /* without the text and what is asked for */
    assert_int_equal(mote_columns_width(&c), 5);
    assert_int_equal(c.fields[3].n_values, 3);
    assert_string_equal(c.fields[3].values[0], "farm");
    size_t n = 0, n_missing = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        mote_dataset d = load(f, &v, &c, (mote_split)s);
        n += d.n;
        for (size_t i = 0; i < d.n; i++) {
            const float *x = mote_dataset_sample(&d, i);
            n_missing += isnan(x[3]) ? 1 : 0;
            if (!isnan(x[3]))
                assert_int_equal(d.class_id[i], x[3] > 45 ? 1 : 0);
            assert_true(x[1] >= 19723 && x[1] < 20089 && fabsf(x[2]) < 1e-6f);
            assert_string_equal(d.label[i], d.class_id[i] ? "yes" : "no");
        }
        assert_int_equal(d.n_groups, d.n); /* no row is like another */
        mote_dataset_release(&d);
    }
    assert_int_equal(n, 599); /* the row without an answer is left out */
    assert_int_equal(n_missing, 2);
}

static void groups_of_a_column_never_cross_splits(void **state)
{
    fixture *f = *state;
    f->table.group = "who";
    write_people(f, "people.csv", 0, 600);
    import(f);
    mote_data_version v = make_version(f, false);
    int of[20];
    for (int i = 0; i < 20; i++)
        of[i] = v.items[0].rows[i];
    for (int i = 0; i < 600; i++)
        assert_int_equal(v.items[0].rows[i], of[i % 20]);
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        assert_true(mote_version_n_in(&v.items[0], (mote_split)s) >= 60);
    mote_columns c = columns_of(f, &v);
    assert_string_equal(c.fields[0].name, "when"); /* who it is about is nothing to learn from */
    mote_dataset d = load(f, &v, &c, MOTE_SPLIT_TRAIN);
    assert_true(d.n_groups >= 10 && d.n_groups <= 18);
    mote_dataset_release(&d);

    /* another file of the same people: nobody moves */
    write_people(f, "more.csv", 600, 200);
    import(f);
    v = make_version(f, false);
    assert_int_equal(v.n, 2);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < v.items[k].n_rows; i++)
            assert_int_equal(v.items[k].rows[i], of[i % 20]);
}

static void by_time_the_last_rows_are_the_test(void **state)
{
    fixture *f = *state;
    f->table.time = "when";
    write_people(f, "people.csv", 0, 336);
    import(f);
    mote_data_version v = make_version(f, true);
    const uint8_t *rows = v.items[0].rows;
    for (int i = 1; i < 336; i++)
        assert_true(rows[i] >= rows[i - 1]); /* train, validation, test */
    assert_int_equal(mote_version_n_in(&v.items[0], MOTE_SPLIT_TEST), 51);
    f->table.time = "";
    mote_err err = {0};
    mote_version_config c = mote_version_config_default();
    mote_version_report r;
    c.table = f->table;
    c.by_time = true;
    T_FAILS(mote_version_create(f->store, &c, &f->arena, &v, &r, &err), MOTE_ARG, "table.time");
}

static void a_row_does_not_move_when_others_come_and_equal_rows_stay_together(void **state)
{
    fixture *f = *state;
    write_people(f, "a.csv", 0, 300);
    import(f);
    mote_data_version v = make_version(f, false);
    write_people(f, "b.csv", 100, 400); /* 200 rows are those of the first file */
    import(f);
    mote_data_version w = make_version(f, false);
    assert_int_equal(w.n, 2);
    const mote_version_item *old = &w.items[0], *new = &w.items[1];
    if (old->n_rows != 300) {
        old = &w.items[1];
        new = &w.items[0];
    }
    assert_memory_equal(old->rows, v.items[0].rows, 300);
    assert_memory_equal(new->rows, old->rows + 100, 200);
}

static void a_file_that_came_with_its_split_keeps_it(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_people(f, "a.csv", 0, 300);
    import(f);
    write_people(f, "b.csv", 300, 100);
    import(f);
    mote_sample_row *rows = NULL;
    size_t n = 0;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, &n, &err));
    assert_int_equal(n, 2);
    T_OK(mote_split_provide(f->store, rows[0].group, MOTE_PROVIDED_LEARN, 1, &err));
    T_OK(mote_split_provide(f->store, rows[1].group, MOTE_PROVIDED_TEST, 1, &err));
    mote_data_version v = make_version(f, false);
    for (size_t i = 0; i < 2; i++) {
        const mote_version_item *it = &v.items[i];
        assert_int_equal(mote_version_n_in(it, MOTE_SPLIT_TEST), it->n_rows == 100 ? 100 : 0);
        if (it->n_rows == 300)
            assert_true(mote_version_n_in(it, MOTE_SPLIT_VALIDATION) > 30);
    }
}

static void a_file_that_does_not_fit_is_refused_by_the_name_of_the_column(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"who,when,age,work,rich\na,2024-01-01,1,x,no\nb,2024-01-02,2,y,yes\n",
         "the table has no column 'note'"},
        {"who,when,age,work,note,rich\na,2024-01-01,old,x,q,no\nb,2024-01-02,2,y,q,yes\n",
         "column 'age' is stated as integer, and 1 of 2 cells are not: 'old' in row 1"},
        {"who,when,age,work,note,rich\na,1.1.2024,1,x,q,no\nb,2.1.2024,2,y,q,yes\n",
         "column 'when' is stated as date"},
        {"who,when,age,work,note,riches\na,2024-01-01,1,x,q,no\nb,2024-01-02,2,y,q,yes\n",
         "no column 'rich'; is it 'riches'?"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_import_report r;
        mote_err err = {0};
        write_file(f, "bad.csv", rows[i].text);
        (void)try_import(f, &r, &err);
        assert_int_equal(r.total.n_rejected, 1);
        if (!strstr(r.rejected[0].reason, rows[i].says))
            fail_msg("'%s' does not say '%s'", r.rejected[0].reason, rows[i].says);
    }
}

static void a_row_is_read_from_json_and_from_a_line_of_csv_alike(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_people(f, "people.csv", 0, 100);
    import(f);
    mote_data_version v = make_version(f, false);
    mote_columns c = columns_of(f, &v), back;
    MOTE_SCOPED_JSON *j = mote_columns_to_json(&c);
    assert_non_null(j);
    T_OK(mote_columns_from_json(j, &f->arena, &back, &err));
    static const char line[] = "work,age,when,who\nshop,31,2024-02-29 12:00,p3\n";
    mote_csv *csv = NULL;
    mote_csv_row row;
    int32_t at[8];
    float x[5], y[5];
    T_OK(mote_csv_open_bytes(&(mote_file_bytes){"row", line, sizeof line - 1}, NULL, &csv, &err));
    T_OK(mote_columns_bind(&back, mote_csv_get_header(csv), 4, "row", at, &err));
    T_OK(mote_csv_next(csv, &row, &err));
    T_OK(mote_columns_row_cells(&back, csv, &row, at, x, &err));
    mote_csv_destroy(csv);
    MOTE_SCOPED_JSON *o = json_pack("{s:s, s:i, s:s, s:s, s:s}", "work", "shop", "age", 31, "when",
                                    "2024-02-29 12:00", "who", "p3", "rich", "yes");
    T_OK(mote_columns_row_json(&back, o, y, &err));
    assert_memory_equal(x, y, sizeof x);
    assert_true(x[1] > 19781.5f && x[1] < 19782.5f && fabsf(x[2] - 43200) < 0.5f);
    json_object_set_new(o, "wrok", json_string("sea"));
    T_FAILS(mote_columns_row_json(&back, o, y, &err), MOTE_ARG,
            "row: there is no column 'wrok'; is it 'work'?");
    json_object_del(o, "wrok");
    json_object_set_new(o, "age", json_string("many"));
    T_FAILS(mote_columns_row_json(&back, o, y, &err), MOTE_ARG,
            "row: column 'age': 'many' is no integer");
    json_object_set_new(o, "age", json_null());
    json_object_set_new(o, "work", json_string("mill"));
    T_OK(mote_columns_row_json(&back, o, y, &err));
    assert_true(isnan(y[3]));
    assert_true(y[4] > 2.5f && y[4] < 3.5f); /* none of the three */
}

static void a_file_without_header_says_how_its_columns_get_names(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_import_report r;
    f->table.columns = (mote_project_columns){NULL, 0};
    write_file(f, "wine.csv", "7.4,0.7,5\n7.8,0.8,6\n11.2,0.3,5\n7.9,0.6,7\n");
    T_FAILS(try_import(f, &r, &err), MOTE_NOT_FOUND, "nothing could be taken");
    assert_non_null(strstr(r.rejected[0].reason, "it has no header: its columns are called "
                                                 "column_1 to column_3"));
}

/* What is found is written as mote.yaml reads it, whatever columns are called. */
static void what_is_found_is_what_mote_yaml_states(void **state)
{
    static const char text[] = "on,a b,\"x: {y}\",when,# z,\xc3\xbc\n"
                               "x,1,0.5,2024-01-01,k0,same\ny,?,1.5,2024-01-02,k1,same\n"
                               "x,2,2.5,2024-01-03,k2,same\ny,5,9,2024-01-04,k3,same\n";
    static const char *const want[][4] = {
        {"on", "category", "", ""},   {"a b", "integer", "", "?"},
        {"x: {y}", "number", "", ""}, {"when", "date", "%Y-%m-%d", ""},
        {"# z", "text", "", ""},      {"\xc3\xbc", "text", "", ""}};
    fixture *f = *state;
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_TABLE);
    mote_decoding how = kind->decoding();
    mote_project *p = NULL;
    mote_decoded d;
    mote_err err = {0};
    T_OK(mote_kind_decode(kind, &(mote_file_bytes){"odd.csv", text, sizeof text - 1}, &how, &d,
                          &err));
    MOTE_SCOPED_JSON *found = kind->found(&d);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    mote_buf_str(&b, "mote: 1\nname: odd\ntask: table\ntable:\n  target: \"on\"\n  columns: ");
    kind->write_found(found, 4, &b);
    mote_decoded_release(&d);
    assert_non_null(strstr(b.data, "# 1 to 5, 3 different, 1 missing; few values: 'category'"));
    T_OK(mote_project_parse(&(mote_file_bytes){"mote.yaml", b.data, b.len}, &f->arena, &p, NULL,
                            &err));
    assert_int_equal(p->table.columns.n, T_COUNT(want));
    for (size_t i = 0; i < T_COUNT(want); i++) {
        const mote_project_column *c = &p->table.columns.items[i];
        assert_string_equal(c->name, want[i][0]);
        assert_string_equal(c->type, want[i][1]);
        assert_string_equal(c->format, want[i][2]);
        assert_string_equal(c->missing, want[i][3]);
    }
}

static void damaged_splits_of_rows_are_refused(void **state)
{
    fixture *f = *state;
    static const char head[] = "mote.data 4\nseed 0\nshares 0.7 0.15 0.15\nsamples 1\n"
                               "445d901b445d901b445d901b445d901b445d901b445d901b445d901b445d901b\t"
                               "example\t-\t0\t_rows_\tg\t";
    static const char *const bad[] = {"#7 ?\n",      "#7 ?9\n",           "#0 ?\n",   "#7 ?2~\n",
                                      "#7 ?2\x01\n", "#999999999999 ?\n", "#7 ?3?\n", "#7 ?3\tx\n"};
    mote_err err = {0};
    mote_data_version v;
    char text[400];
    snprintf(text, sizeof text, "%s%s", head, "#7 ?3\n");
    T_OK(mote_manifest_parse(text, strlen(text), &f->arena, &v, &err));
    assert_int_equal(mote_version_n_in(&v.items[0], MOTE_SPLIT_TRAIN), 7);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        snprintf(text, sizeof text, "%s%s", head, bad[i]);
        T_FAILS(mote_manifest_parse(text, strlen(text), &f->arena, &v, &err), MOTE_CORRUPT,
                "data version: line 5");
    }
}

/* A row of x has the values 2x and 3x; row 7 lacks the first, row 8 the second, row 9 has a text.
 */
static void a_row_has_several_values_in_the_order_of_mote_yaml(void **state)
{
    static const char *const asked[] = {"twice", "thrice"};
    fixture *f = *state;
    MOTE_SCOPED_BUF b;
    mote_err err = {0};
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "x,thrice,twice\n");
    for (int i = 0; i < 200; i++)
        mote_buf_printf(&b, "%d,%.*s%s,%.*s\n", i % 97, i == 8 ? 0 : 9,
                        mote_arena_printf(&f->arena, "%d", i % 97 * 3), i == 9 ? "?!" : "",
                        i == 7 ? 0 : 9, mote_arena_printf(&f->arena, "%d", i % 97 * 2));
    write_file(f, "rows.csv", b.data);
    f->table = (mote_project_table){.target = {asked, 2}, .group = "", .time = ""};
    import(f);
    mote_data_version v = make_version(f, false);
    mote_columns c = columns_of(f, &v);
    assert_int_equal(c.n, 1); /* what is asked for is nothing to learn from */
    size_t n = 0, n_left_out = 0;
    for (int s = 0; s < MOTE_N_SPLITS; s++) {
        const mote_kind *kind = mote_kind_of(MOTE_INPUT_TABLE);
        mote_dataset_config cfg = mote_dataset_config_default(kind);
        mote_sample_form form;
        mote_dataset d;
        cfg.n_values = 2;
        cfg.split = (mote_split)s;
        cfg.cut = (mote_cut_config){.table = f->table, .columns = &c};
        T_OK(mote_form_of(f->store, &v, &cfg, &f->arena, &form, &err));
        assert_int_equal(form.values.n, 2);
        assert_string_equal(form.values.items[0], "twice");
        assert_string_equal(form.values.items[1], "thrice");
        cfg.labels = form.values.items;
        cfg.n_labels = 2;
        T_OK(mote_dataset_load(f->store, &v, &cfg, &d, &err));
        assert_int_equal(d.n_values, 2);
        for (size_t i = 0; i < d.n; i++) {
            const float *x = mote_dataset_sample(&d, i);
            assert_float_equal(d.values[2 * i], 2 * x[0], 0);
            assert_float_equal(d.values[2 * i + 1], 3 * x[0], 0);
        }
        n += d.n;
        n_left_out += d.n_left_out;
        mote_dataset_release(&d);
    }
    assert_int_equal(n, 197); /* a row that lacks one of them is not learned from */
    assert_int_equal(n_left_out, 3);

    /* as a bundle keeps it, and one of before, of one value */
    json_t *j = mote_columns_to_json(&c);
    mote_columns back;
    T_OK(mote_columns_from_json(j, &f->arena, &back, &err));
    assert_true(mote_columns_equal(&c, &back));
    assert_int_equal(back.table.target.n, 2);
    assert_string_equal(back.table.target.items[1], "thrice");
    json_object_set_new(j, "target", json_string("twice"));
    T_OK(mote_columns_from_json(j, &f->arena, &back, &err));
    assert_int_equal(back.table.target.n, 1);
    json_object_set_new(j, "target", json_pack("[s, i]", "twice", 3));
    assert_int_equal(mote_columns_from_json(j, &f->arena, &back, &err), MOTE_PARSE);
    json_decref(j);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_file_of_rows_is_one_object_and_a_version_names_each_row),
        TEST(rows_become_numbers_by_the_stated_columns),
        TEST(groups_of_a_column_never_cross_splits),
        TEST(by_time_the_last_rows_are_the_test),
        TEST(a_row_does_not_move_when_others_come_and_equal_rows_stay_together),
        TEST(a_file_that_came_with_its_split_keeps_it),
        TEST(a_file_that_does_not_fit_is_refused_by_the_name_of_the_column),
        TEST(a_row_is_read_from_json_and_from_a_line_of_csv_alike),
        TEST(damaged_splits_of_rows_are_refused),
        TEST(a_file_without_header_says_how_its_columns_get_names),
        TEST(what_is_found_is_what_mote_yaml_states),
        TEST(a_row_has_several_values_in_the_order_of_mote_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
