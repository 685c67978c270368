/* SPDX-License-Identifier: Apache-2.0 */
/* loop/kept.h: kept inputs are listed, written to be labelled, read again, and become data. */
#include "tests/support.h"

#include "data/columns.h"
#include "data/history.h"
#include "loop/kept.h"
#include "tests/kept_server.h"

static const char *const jobs[2] = {"baker", "nurse"};
static const char *const targets[1] = {"pay"};
static const mote_field fields[2] = {
    {.name = "hours", .type = MOTE_FIELD_NUMBER, .missing = ""},
    {.name = "job", .type = MOTE_FIELD_CATEGORY, .missing = "", .values = jobs, .n_values = 2}};
static const mote_columns columns = {
    .fields = fields, .n = 2, .table = {.target = {targets, 1}, .group = "", .time = ""}};

#define ROWS                                                                                       \
    "mote: 1\nname: kept\ntask: table\ntable: {target: pay, group: who, columns: [{name: hours}, " \
    "{name: job, type: category}, {name: pay, type: category}, {name: who, type: category}]}\n"
#define PICTURES "mote: 1\nname: kept\ntask: image\nimage: {size: [2, 3], colour: grey}\n"

typedef struct {
    char dir[256];
    mote_arena arena;
    mote_store *store;
    mote_project *project;
} fixture;

static fixture *begin(const char *name, const char *settings)
{
    fixture *f = calloc(1, sizeof *f);
    char path[300];
    mote_err err = {0};
    snprintf(f->dir, sizeof f->dir, "%s", t_path(name));
    T_OK(mote_dir_make(f->dir, &err));
    snprintf(path, sizeof path, "%s/mote.yaml", f->dir);
    T_OK(mote_file_write(path, settings, strlen(settings), &err));
    mote_arena_init(&f->arena, 1 << 26);
    T_OK(mote_project_load(f->dir, &f->arena, &f->project, NULL, &err));
    return f;
}

static void look(fixture *f)
{
    mote_err err = {0};
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
}

static void end(fixture *f)
{
    mote_store_close(f->store);
    mote_arena_release(&f->arena);
    free(f);
}

static mote_kept_list list(fixture *f, mote_kept_wish wish)
{
    mote_err err = {0};
    mote_kept_list l;
    T_OK(mote_kept_find(f->store, &wish, &f->arena, &l, &err));
    return l;
}

static mote_kept_report take(fixture *f, mote_kept_label *labels, size_t n)
{
    mote_err err = {0};
    mote_kept_report r;
    const mote_kept_taking how = {f->project, "eve", 1000};
    const mote_kept_labels all = {labels, n, 0};
    T_OK(mote_kept_take(f->store, &how, &all, &f->arena, &r, &err));
    return r;
}

static int64_t count(fixture *f, const char *sql)
{
    mote_err err = {0};
    int64_t n = -1;
    T_OK(mote_store_query_i64(f->store, sql, &n, &err));
    return n;
}

/* Three rows of two subjects, whose request ids are their names. */
static fixture *begin_rows(const char *name)
{
    fixture *f = begin(name, ROWS);
    kept_server server = {0};
    static const char body[] = "hours,job\n4.5,\"smith, black\"\n7,nurse\n";
    snprintf(server.project, sizeof server.project, "%s", f->dir);
    kept_server_open(
        &server,
        kept_model_of((mote_signature){.input = MOTE_INPUT_TABLE,
                                       .sample = {.dtype = MOTE_F32, .n_dims = 1, .dims = {2}},
                                       .fields = &columns},
                      NULL));
    kept_server_ask(&server, body, sizeof body - 1, "ann");
    kept_server_ask(&server, "[1, 0]", 6, "bob");
    kept_server_close(&server);
    look(f);
    return f;
}

static void kept_inputs_are_listed(void **state)
{
    (void)state;
    fixture *f = begin_rows("listed");
    mote_kept_list l = list(f, (mote_kept_wish){.model = NULL});
    assert_int_equal(l.n, 3);
    assert_string_equal(l.items[0].subject, "bob"); /* the newest */
    assert_string_equal(l.items[0].form, "csv");
    assert_non_null(l.items[0].said);
    assert_true(l.items[0].sure > 0 && l.items[0].sure <= 1);
    assert_null(l.items[0].taken);
    l = list(f, (mote_kept_wish){.least_sure = true, .limit = 2});
    assert_int_equal(l.n, 2);
    assert_int_equal(l.n_all, 3);
    assert_true(l.items[0].sure <= l.items[1].sure);
    assert_int_equal(list(f, (mote_kept_wish){.model = "another"}).n, 0);
    end(f);
}

static char *read_object(fixture *f, const char *group, size_t *n)
{
    mote_err err = {0};
    mote_sample_row *rows = NULL;
    size_t n_rows = 0;
    char *bytes = NULL;
    T_OK(mote_sample_list(f->store, &f->arena, &rows, &n_rows, &err));
    for (size_t i = 0; i < n_rows && !bytes; i++)
        if (strcmp(rows[i].group, group) == 0) {
            assert_true(rows[i].taken_ms > 0);
            assert_string_equal(rows[i].origin, "upload");
            assert_non_null(strstr(rows[i].provenance, "\"kept\""));
            T_OK(mote_object_get(f->store, &rows[i].object, 1 << 20, &bytes, n, &err));
        }
    assert_non_null(bytes);
    return bytes;
}

static void rows_with_labels_become_a_file_for_each_subject(void **state)
{
    (void)state;
    fixture *f = begin_rows("rows");
    mote_err err = {0};
    size_t n = 0;
    mote_kept_label labels[] = {{.id = 1, .label = "high, very"},
                                {.id = 2, .label = "low"},
                                {.request = "bob", .label = "low"},
                                {.request = "ann", .label = "low"},
                                {.request = "nobody", .label = "low"},
                                {.id = 77, .label = "low"},
                                {.id = 3, .label = ""}};
    mote_kept_report r = take(f, labels, T_COUNT(labels));
    assert_int_equal(r.n_added, 3);
    assert_int_equal(r.n_samples, 2);
    assert_int_equal(r.n_refused, 4);
    assert_string_equal(r.refused[0].which, "request 'ann'");
    assert_non_null(strstr(r.refused[0].why, "several predictions"));
    assert_non_null(strstr(r.refused[1].why, "no input of it is kept"));
    assert_string_equal(r.refused[2].which, "prediction 77");
    char *bytes = read_object(f, "ann", &n);
    static const char want[] = "hours,job,who,pay\n4.5,\"smith, black\",ann,\"high, very\"\n"
                               "7,nurse,ann,low\n";
    assert_int_equal(n, sizeof want - 1);
    assert_memory_equal(bytes, want, n);
    mote_free(bytes);
    assert_int_equal(list(f, (mote_kept_wish){.model = NULL}).n, 0);
    assert_string_equal(list(f, (mote_kept_wish){.with_taken = true}).items[0].taken, "low");
    /* Said again it is known, said otherwise it is refused. */
    r = take(f, labels, 3);
    assert_true(r.n_known == 3 && r.n_added == 0 && r.import == 0);
    labels[1].label = "high";
    r = take(f, labels, 2);
    assert_true(r.n_known == 1 && r.n_refused == 1);
    assert_non_null(strstr(r.refused[0].why, "it is in the data as 'low'"));
    /* And the way back. */
    mote_undo_report undone;
    T_OK(mote_data_undo(f->store, 2000, &f->arena, &undone, &err));
    assert_int_equal(undone.n_removed, 2);
    assert_int_equal(list(f, (mote_kept_wish){.model = NULL}).n, 3);
    r = take(f, labels, 2);
    assert_int_equal(r.n_added, 2);
    end(f);
}

#define VALUES                                                                                     \
    "mote: 1\nname: kept\ntask: table\nanswer: value\ntable: {target: [pay, tax], columns: "       \
    "[{name: "                                                                                     \
    "hours}, {name: job, type: category}, {name: pay}, {name: tax}]}\n"

static void of_several_values_all_are_needed(void **state)
{
    (void)state;
    fixture *f = begin_rows("values");
    char path[300];
    mote_err err = {0};
    size_t n = 0;
    mote_kept_labels labels;
    static const char list[] = "id,tax,pay\n1,2.5,30\n2,,\n3,,31\n";
    snprintf(path, sizeof path, "%s/mote.yaml", f->dir);
    T_OK(mote_file_write(path, VALUES, strlen(VALUES), &err));
    T_OK(mote_project_load(f->dir, &f->arena, &f->project, NULL, &err));
    snprintf(path, sizeof path, "%s/l.csv", f->dir);
    T_OK(mote_file_write(path, list, strlen(list), &err));
    T_OK(mote_kept_read(path, f->project, &f->arena, &labels, &err));
    assert_int_equal(labels.n_blank, 1);
    assert_string_equal(labels.items[0].label, "30, 2.5");
    mote_kept_report r = take(f, labels.items, labels.n);
    assert_true(r.n_added == 1 && r.n_refused == 1);
    assert_string_equal(r.refused[0].why, "'31, ' is not the numbers that the project asks for");
    char *bytes = read_object(f, "ann", &n);
    static const char want[] = "hours,job,pay,tax\n4.5,\"smith, black\",30,2.5\n";
    assert_true(n == sizeof want - 1 && memcmp(bytes, want, n) == 0);
    mote_free(bytes);
    end(f);
}

static void a_withdrawal_says_what_of_it_is_data(void **state)
{
    (void)state;
    fixture *f = begin_rows("withdrawn");
    mote_err err = {0};
    mote_predlog_withdrawn w = {0};
    mote_kept_label labels[] = {{.id = 1, .label = "low"}, {.id = 3, .label = "low"}};
    assert_int_equal(take(f, labels, 2).n_added, 2);
    T_OK(mote_predlog_withdraw(f->store, "ann", 1000, NULL, &w, &err));
    assert_int_equal(w.n_in_data, 1);
    assert_int_equal(count(f, "SELECT count(*) FROM prediction_taken"), 1);
    assert_int_equal(count(f, "SELECT count(*) FROM data_sample"), 2);
    end(f);
}

/* Fill in the last column of labels.csv: `label` in line `line` (the first below the header is 1).
 */
static void fill_in(const char *path, int line, const char *label)
{
    mote_err err = {0};
    char *text = NULL;
    size_t n = 0;
    int at = 0;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    T_OK(mote_file_read(path, 1 << 20, &text, &n, &err));
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n' && at++ == line)
            mote_buf_str(&b, label);
        mote_buf_add(&b, text + i, 1);
    }
    T_OK(mote_file_write(path, b.data, b.len, &err));
    mote_free(text);
}

static void rows_stand_in_the_list_that_is_filled_in(void **state)
{
    (void)state;
    fixture *f = begin_rows("written");
    mote_err err = {0};
    char dir[300], path[400];
    mote_kept_labels labels;
    const mote_kept_list l = list(f, (mote_kept_wish){.model = NULL});
    snprintf(dir, sizeof dir, "%s/to-label", f->dir);
    snprintf(path, sizeof path, "%s/labels.csv", dir);
    T_OK(mote_kept_write(f->store, f->project, &l, dir, &err));
    char *text = NULL;
    size_t n = 0;
    T_OK(mote_file_read(path, 1 << 20, &text, &n, &err));
    assert_non_null(strstr(text, "id,time,hours,job,said,sure,pay\n3,20"));
    assert_non_null(strstr(text, "Z,4.5,\"smith, black\","));
    mote_free(text);
    fill_in(path, 3, "low"); /* the oldest is last */
    T_OK(mote_kept_read(path, f->project, &f->arena, &labels, &err));
    assert_int_equal(labels.n, 1);
    assert_int_equal(labels.n_blank, 2);
    assert_int_equal(labels.items[0].id, 1);
    assert_string_equal(labels.items[0].label, "low");
    assert_int_equal(mote_kept_write(f->store, f->project, &l, dir, &err), MOTE_CONFLICT);
    end(f);
}

static void bad_lists_are_refused_by_name(void **state)
{
    (void)state;
    fixture *f = begin("lists", PICTURES);
    char path[300];
    static const struct {
        const char *text;
        mote_status status;
        const char *words;
    } rows[] = {
        {"id,said\n1,a\n", MOTE_ARG, "has no column 'label'"},
        {"file,label\n1,a\n", MOTE_ARG, "has no column 'id' or 'request'"},
        {"id,label\n1,a\nx2,b\n", MOTE_PARSE, "line 3: 'x2' is no number of a prediction"},
        {"id,label\n0,a\n", MOTE_PARSE, "line 2"},
        {"id,request,label\n,,a\n", MOTE_PARSE, "says not of which prediction"},
    };
    snprintf(path, sizeof path, "%s/l.csv", f->dir);
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_err err = {0};
        mote_kept_labels labels;
        T_OK(mote_file_write(path, rows[i].text, strlen(rows[i].text), &err));
        mote_status st = mote_kept_read(path, f->project, &f->arena, &labels, &err);
        if (st != rows[i].status || !strstr(err.text, rows[i].words))
            fail_msg("%zu: status %d: %s", i, (int)st, err.text);
    }
    end(f);
}

static void a_picture_becomes_a_sample_of_its_subject(void **state)
{
    (void)state;
    fixture *f = begin("picture", PICTURES);
    mote_err err = {0};
    kept_server server = {0};
    static const char body[] = "P5\n3 2\n255\nabcdef";
    snprintf(server.project, sizeof server.project, "%s", f->dir);
    kept_server_open(
        &server, kept_model_of(
                     (mote_signature){.input = MOTE_INPUT_IMAGE,
                                      .sample = {.dtype = MOTE_U8, .n_dims = 3, .dims = {2, 3, 1}}},
                     "unit_pixels"));
    kept_server_ask(&server, body, sizeof body - 1, "ann");
    kept_server_close(&server);
    look(f);
    char dir[300], path[400], *bytes = NULL;
    size_t n = 0;
    const mote_kept_list l = list(f, (mote_kept_wish){.model = "kept"});
    snprintf(dir, sizeof dir, "%s/to-label", f->dir);
    snprintf(path, sizeof path, "%s/1.pgm", dir);
    T_OK(mote_kept_write(f->store, f->project, &l, dir, &err));
    T_OK(mote_file_read(path, 1 << 20, &bytes, &n, &err));
    assert_true(n == sizeof body - 1 && memcmp(bytes, body, n) == 0);
    mote_free(bytes);
    snprintf(path, sizeof path, "%s/labels.csv", dir);
    fill_in(path, 1, "cat");
    mote_kept_labels labels;
    T_OK(mote_kept_read(path, f->project, &f->arena, &labels, &err));
    assert_int_equal(take(f, labels.items, labels.n).n_added, 1);
    mote_free(read_object(f, "ann", &n));
    assert_int_equal(
        count(f, "SELECT count(*) FROM data_label WHERE label = 'cat' AND who = 'eve'"), 1);
    end(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_inputs_are_listed),
        cmocka_unit_test(rows_with_labels_become_a_file_for_each_subject),
        cmocka_unit_test(of_several_values_all_are_needed),
        cmocka_unit_test(a_withdrawal_says_what_of_it_is_data),
        cmocka_unit_test(rows_stand_in_the_list_that_is_filled_in),
        cmocka_unit_test(bad_lists_are_refused_by_name),
        cmocka_unit_test(a_picture_becomes_a_sample_of_its_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
