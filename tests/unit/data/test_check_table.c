/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of tables: each kind of trouble in columns, rows and answers is found, counted, named and
 * ranked; a clean table has none. */
#include <math.h>

#include "base/text.h"
#include "data/check.h"
#include "data/provided.h"
#include "data/sample.h"
#include "data/version.h"
#include "findings.h"
#include "sample_add.h"
#include "support.h"
#include "temp_dir.h"

static const char *const asked = "y";

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_store *store;
    mote_arena arena;
    mote_check_config cfg;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    mote_arena_init(&f->arena, 256u << 20);
    f->cfg = (mote_check_config){.of_classes = true, .min_per_class = 20};
    f->cfg.cut.table = (mote_project_table){.target = {&asked, 1}, .group = "", .time = ""};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

/* A file, and where its rows belong. */
static void add(fixture *f, const char *name, const char *text, mote_provided_part part)
{
    mote_err err;
    bool added;
    mote_sample_facts facts = {
        .label = "x", .group = name, .source = name, .role = MOTE_ROLE_EXAMPLE};
    T_OK(sample_add(f->store, MOTE_INPUT_TABLE,
                    &(mote_file_bytes){facts.source, text, strlen(text)}, &facts, &added, &err));
    if (part != MOTE_N_PROVIDED)
        T_OK(mote_split_provide(f->store, name, part, 1, &err));
}

/* Numbers without any order. */
static unsigned next(unsigned *at)
{
    *at = *at * 1664525u + 1013904223u;
    return *at >> 8;
}

/* Rows "a,b,c,y" [from, from + n): two numbers, a category, and a class that no column alone gives
 * away. `more` (NULL: nothing) is what a fifth column "z" has in row i. */
static void write_rows(mote_buf *b, int from, int n, const char *(*more)(int i, char *out))
{
    static const char *const kinds[] = {"red", "green", "blue"};
    unsigned at = 7u + (unsigned)from;
    mote_buf_init(b, 1 << 22);
    mote_buf_printf(b, "a,b,c,y%s\n", more ? ",z" : "");
    for (int i = from; i < from + n; i++) {
        /* two corners that every part has, so that nothing is outside of it */
        int x = i == from ? 0 : i == from + 1 ? 999 : (int)(next(&at) % 998) + 1;
        int w = i == from ? 0 : i == from + 1 ? 99 : (int)(next(&at) % 100);
        char text[64];
        mote_buf_printf(b, "%d.%d,%d,%s,%s", x, x % 999 ? i % 900 : 0, w, kinds[next(&at) % 3],
                        x + 10 * w > 1000 ? "yes" : "no");
        mote_buf_printf(b, "%s%s\n", more ? "," : "", more ? more(i, text) : "");
    }
}

static void add_rows(fixture *f, const char *name, int from, int n,
                     const char *(*more)(int i, char *out), mote_provided_part part)
{
    mote_buf b;
    write_rows(&b, from, n, more);
    add(f, name, b.data, part);
    mote_buf_release(&b);
}

static mote_check_report check(fixture *f)
{
    mote_err err;
    mote_check_report r;
    T_OK(mote_data_check(f->store, &f->cfg, &f->arena, &r, &err));
    return r;
}

/* One file of 400 rows with a fifth column; its finding. */
static void expect_of(fixture *f, const char *(*more)(int i, char *out), const char *id,
                      mote_finding_severity severity, const char *example)
{
    add_rows(f, "all.csv", 0, 400, more, MOTE_N_PROVIDED);
    mote_check_report r = check(f);
    expect(&r, id, severity, 1, example);
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void a_clean_table_has_no_findings(void **state)
{
    fixture *f = *state;
    mote_err err;
    add_rows(f, "learn.csv", 0, 600, NULL, MOTE_PROVIDED_LEARN);
    add_rows(f, "test.csv", 1000, 200, NULL, MOTE_PROVIDED_TEST);
    mote_check_report r = check(f);
    if (r.n > 0)
        fail_msg("%s: %s", r.findings[0].id, r.findings[0].text);
    mote_version_config c = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    c.table = f->cfg.cut.table;
    T_OK(mote_version_create(f->store, &c, &f->arena, &v, &vr, &err));
    r = check(f);
    assert_null(find(&r, "few-in-split"));
    assert_null(find(&r, "duplicate-across-splits"));
}

static const char *same(int i, char *out)
{
    (void)i;
    (void)out;
    return "here";
}

static void a_column_that_never_changes_is_named(void **state)
{
    expect_of(*state, same, "constant-column", MOTE_FINDING_NOTE, "z: always 'here'");
}

static const char *nothing(int i, char *out)
{
    (void)i;
    (void)out;
    return "";
}

static void a_column_without_any_cell_is_named(void **state)
{
    expect_of(*state, nothing, "constant-column", MOTE_FINDING_NOTE, "z: every cell is missing");
}

static const char *tenth_missing(int i, char *out)
{
    snprintf(out, 64, "%d", i * 7919 % 301);
    return i % 10 == 3 ? "" : out;
}

static void the_share_of_missing_cells_is_told(void **state)
{
    expect_of(*state, tenth_missing, "missing-cells", MOTE_FINDING_NOTE,
              "z: 10.0 % missing (40 of 400)");
}

static const char *mostly_missing(int i, char *out)
{
    snprintf(out, 64, "%d", i * 7919 % 301);
    return i % 10 < 8 ? "" : out;
}

static void a_column_that_is_mostly_empty_is_a_warning(void **state)
{
    expect_of(*state, mostly_missing, "missing-cells", MOTE_FINDING_WARNING, "z: 80.0 % missing");
}

static const char *with_marker(int i, char *out)
{
    snprintf(out, 64, "%s", i % 100 == 3 ? "?" : i % 3 ? "old" : "new");
    return out;
}

static void a_marker_that_is_not_declared_is_told_and_one_that_is_is_not(void **state)
{
    static const mote_project_column stated[] = {{"a", "number", "", "", {NULL, 0}},
                                                 {"z", "category", "", "?", {NULL, 0}},
                                                 {"y", "category", "", "", {NULL, 0}}};
    fixture *f = *state;
    expect_of(f, with_marker, "missing-marker", MOTE_FINDING_NOTE,
              "z: '?' is read as missing (missing cells: 4)");
    f->cfg.cut.table.columns = (mote_project_columns){stated, T_COUNT(stated)};
    mote_check_report r = check(f);
    assert_null(find(&r, "missing-marker"));
}

static const char *with_word(int i, char *out)
{
    snprintf(out, 64, "%s", i % 10 == 3 ? "Unknown" : i % 3 ? "old" : "new");
    return out;
}

static void a_word_that_probably_means_nothing_is_told(void **state)
{
    expect_of(*state, with_word, "value-like-marker", MOTE_FINDING_NOTE,
              "z: 'Unknown' is a value like others (cells: 40)");
}

static const char *with_nines(int i, char *out)
{
    snprintf(out, 64, "%d", i % 50 == 3 ? -999 : i * 7919 % 97);
    return out;
}

static void nines_far_from_all_others_are_a_warning(void **state)
{
    expect_of(*state, with_nines, "value-like-marker", MOTE_FINDING_WARNING,
              "z: -999 comes 8 times");
}

static const char *with_odd(int i, char *out)
{
    snprintf(out, 64, "%d", i * 7919 % 97);
    return i == 200 || i == 300 ? "broken" : out;
}

static void cells_that_are_no_numbers_are_counted(void **state)
{
    expect_of(*state, with_odd, "not-of-type", MOTE_FINDING_WARNING,
              "z: 2 are no integer, such as 'broken'");
}

static const char *with_unit(int i, char *out)
{
    snprintf(out, 64, "%d kg", i * 7919 % 97);
    return out;
}

static void texts_that_look_like_numbers_are_told(void **state)
{
    expect_of(*state, with_unit, "text-like-number", MOTE_FINDING_WARNING, "z: '0 kg' is taken as");
}

static const char *counter(int i, char *out)
{
    snprintf(out, 64, "%d", 1 + i);
    return out;
}

static void numbers_of_rows_are_no_texts_to_mend(void **state)
{
    fixture *f = *state;
    add_rows(f, "all.csv", 0, 400, counter, MOTE_N_PROVIDED);
    mote_check_report r = check(f);
    assert_null(find(&r, "text-like-number"));
}

static const char *with_dates(int i, char *out)
{
    if (i % 2)
        snprintf(out, 64, "2024-%02d-%02d", 1 + i % 12, 1 + i % 28);
    else
        snprintf(out, 64, "%d.%d.2023", 1 + i % 28, 1 + i % 12);
    return out;
}

static void texts_that_look_like_dates_are_told(void **state)
{
    expect_of(*state, with_dates, "text-like-date", MOTE_FINDING_WARNING, "z: '1.1.2023' is taken");
}

static const char *answer_again(int i, char *out)
{
    /* the class as write_rows draws it */
    static unsigned at;
    if (i == 0)
        at = 7u;
    int x = i == 0 ? 0 : i == 1 ? 999 : (int)(next(&at) % 998) + 1;
    int w = i == 0 ? 0 : i == 1 ? 99 : (int)(next(&at) % 100);
    (void)next(&at);
    snprintf(out, 64, "%d", x + 10 * w > 1000 ? 50 + i % 7 : 10 + i % 7);
    return out;
}

static void a_column_that_gives_the_answer_away_is_named(void **state)
{
    expect_of(*state, answer_again, "leak", MOTE_FINDING_WARNING, "z: it alone takes away");
}

static void a_column_that_gives_a_value_away_is_named(void **state)
{
    fixture *f = *state;
    MOTE_SCOPED_BUF b;
    unsigned at = 3;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "euro,noise,y\n");
    for (int i = 0; i < 800; i++) {
        int x = (int)(next(&at) % 5000);
        mote_buf_printf(&b, "%d,%u,%d.%02d\n", x, next(&at) % 1000, x * 11 / 10, i % 100);
    }
    f->cfg.of_classes = false;
    add(f, "prices.csv", b.data, MOTE_N_PROVIDED);
    mote_check_report r = check(f);
    expect(&r, "leak", MOTE_FINDING_WARNING, 1, "euro: it alone");
    assert_null(find(&r, "few-per-class"));
}

static const char *rare_in_test(int i, char *out)
{
    snprintf(out, 64, "%s", i >= 1000 && i % 20 == 0 ? "purple" : i % 2 ? "old" : "new");
    return out;
}

static void a_category_that_training_lacks_is_named(void **state)
{
    fixture *f = *state;
    add_rows(f, "test.csv", 1000, 200, rare_in_test, MOTE_PROVIDED_TEST); /* before training */
    add_rows(f, "learn.csv", 0, 600, rare_in_test, MOTE_PROVIDED_LEARN);
    mote_check_report r = check(f);
    expect(&r, "unseen-category", MOTE_FINDING_WARNING, 1,
           "z: 'purple' is in no training row (rows of the other splits: 10)");
}

static const char *larger_in_test(int i, char *out)
{
    snprintf(out, 64, "%d", i >= 1000 && i % 20 == 0 ? 5000 : i * 7919 % 97);
    return out;
}

static void numbers_outside_of_training_are_counted(void **state)
{
    fixture *f = *state;
    add_rows(f, "test.csv", 1000, 200, larger_in_test, MOTE_PROVIDED_TEST);
    add_rows(f, "learn.csv", 0, 600, larger_in_test, MOTE_PROVIDED_LEARN);
    mote_check_report r = check(f);
    const mote_finding *found = find(&r, "outside-training");
    assert_non_null(found);
    assert_int_equal(found->severity, MOTE_FINDING_WARNING);
    assert_string_equal(found->examples[found->n_examples - 1],
                        "z: training has 0 to 96, 10 of 200 others are outside, as far as 5000");
}

static void rows_that_come_twice_are_counted_within_and_across_splits(void **state)
{
    fixture *f = *state;
    mote_buf b;
    write_rows(&b, 0, 400, NULL);
    const char *third = strchr(strchr(strchr(b.data, '\n') + 1, '\n') + 1, '\n') + 1;
    char row[100];
    snprintf(row, sizeof row, "%.*s", (int)(strcspn(third, "\n") + 1), third);
    mote_buf_str(&b, row);
    mote_buf_str(&b, row);
    add(f, "learn.csv", b.data, MOTE_PROVIDED_LEARN);
    mote_buf_release(&b);
    write_rows(&b, 1000, 200, NULL);
    mote_buf_str(&b, row);
    add(f, "test.csv", b.data, MOTE_PROVIDED_TEST);
    mote_buf_release(&b);
    mote_check_report r = check(f);
    expect(&r, "duplicate-rows", MOTE_FINDING_NOTE, 2, "learn.csv: row 3 (train) = learn.csv: row");
    expect(&r, "duplicate-across-splits", MOTE_FINDING_WARNING, 1,
           "learn.csv: row 3 (train) = test.csv: row 201 (test)");
}

static void rows_that_contradict_each_other_are_counted(void **state)
{
    fixture *f = *state;
    mote_buf b;
    write_rows(&b, 0, 400, NULL);
    for (int i = 0; i < 10; i++)
        mote_buf_printf(&b, "5,5,red,%s\n", i < 4 ? "yes" : "no");
    add(f, "all.csv", b.data, MOTE_N_PROVIDED);
    mote_buf_release(&b);
    mote_check_report r = check(f);
    expect(&r, "contradicting-rows", MOTE_FINDING_NOTE, 4, "row 405 (no) = all.csv: row 404 (yes)");
}

static void answers_that_are_missing_or_rare_are_told(void **state)
{
    fixture *f = *state;
    mote_buf b;
    write_rows(&b, 0, 400, NULL);
    for (int i = 0; i < 6; i++)
        mote_buf_printf(&b, "%d,5,red,%s\n", i, i < 3 ? "" : "maybe");
    add(f, "all.csv", b.data, MOTE_N_PROVIDED);
    mote_buf_release(&b);
    mote_check_report r = check(f);
    expect(&r, "no-answer", MOTE_FINDING_WARNING, 3, NULL);
    expect(&r, "few-per-class", MOTE_FINDING_ERROR, 1, "maybe: 3");
    assert_true(find(&r, "few-per-class")->is_required);
    expect(&r, "imbalance", MOTE_FINDING_NOTE, 202, NULL);
}

static void too_few_groups_are_an_error(void **state)
{
    fixture *f = *state;
    f->cfg.cut.table.group = "c";
    f->cfg.min_groups = 3;
    add_rows(f, "all.csv", 0, 400, NULL, MOTE_N_PROVIDED);
    mote_check_report r = check(f);
    assert_null(find(&r, "few-groups"));
    f->cfg.min_groups = 4;
    r = check(f);
    expect(&r, "few-groups", MOTE_FINDING_ERROR, 3, NULL);
    assert_true(find(&r, "few-groups")->is_required);
}

static void a_class_that_is_rare_in_a_split_is_an_error(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_version_config c = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    mote_buf b;
    add_rows(f, "learn.csv", 0, 600, NULL, MOTE_PROVIDED_LEARN);
    write_rows(&b, 1000, 100, NULL);
    for (int i = 0; i < 30; i++)
        mote_buf_printf(&b, "%d,5,red,late\n", i);
    add(f, "test.csv", b.data, MOTE_PROVIDED_TEST);
    mote_buf_release(&b);
    c.table = f->cfg.cut.table;
    T_OK(mote_version_create(f->store, &c, &f->arena, &v, &vr, &err));
    mote_check_report r = check(f);
    expect(&r, "few-in-split", MOTE_FINDING_ERROR, 2, "late: 0 in train");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_clean_table_has_no_findings),
        TEST(a_column_that_never_changes_is_named),
        TEST(a_column_without_any_cell_is_named),
        TEST(the_share_of_missing_cells_is_told),
        TEST(a_column_that_is_mostly_empty_is_a_warning),
        TEST(a_marker_that_is_not_declared_is_told_and_one_that_is_is_not),
        TEST(a_word_that_probably_means_nothing_is_told),
        TEST(nines_far_from_all_others_are_a_warning),
        TEST(cells_that_are_no_numbers_are_counted),
        TEST(texts_that_look_like_numbers_are_told),
        TEST(numbers_of_rows_are_no_texts_to_mend),
        TEST(texts_that_look_like_dates_are_told),
        TEST(a_column_that_gives_the_answer_away_is_named),
        TEST(a_column_that_gives_a_value_away_is_named),
        TEST(a_category_that_training_lacks_is_named),
        TEST(numbers_outside_of_training_are_counted),
        TEST(rows_that_come_twice_are_counted_within_and_across_splits),
        TEST(rows_that_contradict_each_other_are_counted),
        TEST(answers_that_are_missing_or_rare_are_told),
        TEST(too_few_groups_are_an_error),
        TEST(a_class_that_is_rare_in_a_split_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
