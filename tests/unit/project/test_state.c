/* SPDX-License-Identifier: Apache-2.0 */
/* What was found is stated in mote.yaml where nobody said anything, and nowhere else. */
#include "project/state.h"

#include "base/file.h"
#include "support.h"
#include "temp_dir.h"

#define HEAD "mote: 1\nname: t\ntask: table\ntable:\n  target: y # asked\n"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    mote_arena arena;
} fixture;

static int set_up(void **state)
{
    static fixture f;
    temp_dir_make(f.dir);
    mote_arena_init(&f.arena, 1 << 24);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    temp_dir_remove(f->dir);
    return 0;
}

static void write_yaml(fixture *f, const char *text)
{
    char path[TEMP_DIR_BYTES + 20];
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/mote.yaml", f->dir);
    T_OK(mote_file_write(path, text, strlen(text), &err));
}

static void expect_yaml(fixture *f, const char *text)
{
    char path[TEMP_DIR_BYTES + 20], *is = NULL;
    size_t n = 0;
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/mote.yaml", f->dir);
    T_OK(mote_file_read(path, 1 << 16, &is, &n, &err));
    assert_string_equal(is, text);
    mote_free(is);
}

static void what_nobody_said_is_stated_and_the_rest_stays(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_yaml(f, HEAD);
    assert_false(mote_project_states(f->dir, "table.columns", &f->arena));
    T_OK(mote_project_state(f->dir, "table.columns",
                            "[\n    {name: y}, # asked\n    {name: x}\n  ]", &f->arena, &err));
    expect_yaml(f, HEAD "  columns: [\n    {name: y}, # asked\n    {name: x}\n  ]\n");
    assert_true(mote_project_states(f->dir, "table.columns", &f->arena));
}

static void what_is_said_stays(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_yaml(f, HEAD "  columns: [{name: y}]\n");
    T_FAILS(mote_project_state(f->dir, "table.columns", "[{name: x}]", &f->arena, &err),
            MOTE_EXISTS, "'table.columns' is in mote.yaml already");
    expect_yaml(f, HEAD "  columns: [{name: y}]\n");
}

static void what_makes_no_project_is_not_written(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    write_yaml(f, HEAD);
    T_FAILS(mote_project_state(f->dir, "table.columns", "[{name: x}]", &f->arena, &err), MOTE_PARSE,
            "'table.columns' has no column 'y'");
    expect_yaml(f, HEAD);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_nobody_said_is_stated_and_the_rest_stays),
        TEST(what_is_said_stays),
        TEST(what_makes_no_project_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
