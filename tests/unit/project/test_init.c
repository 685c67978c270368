/* SPDX-License-Identifier: Apache-2.0 */
/* New projects: the template is a good mote.yaml and says the truth about the presets. */
#include "base/file.h"
#include "project/init.h"
#include "project/project.h"
#include "support.h"

typedef struct {
    char dir[64];
    mote_arena arena;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    strcpy(f->dir, "/tmp/mote_init_XXXXXX");
    mote_arena_init(&f->arena, 8u << 20);
    *state = f;
    return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    int failed = mote_dir_remove(f->dir, NULL) != MOTE_OK;
    free(f);
    return failed;
}

static mote_status init(fixture *f, const char *name, size_t *n, mote_err *err)
{
    char dir[128];
    const char *const *created = NULL;
    snprintf(dir, sizeof dir, "%s/%s", f->dir, name);
    return mote_project_init(dir, &(mote_init_config){.template_name = "keyword"}, &f->arena,
                             &created, n, err);
}

static void load(fixture *f, const char *name, mote_project **p)
{
    char dir[128];
    mote_err err;
    snprintf(dir, sizeof dir, "%s/%s", f->dir, name);
    if (mote_project_load(dir, &f->arena, p, NULL, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static void the_template_is_a_good_project_named_after_its_folder(void **state)
{
    fixture *f = *state;
    size_t n = 0;
    mote_project *p = NULL;
    assert_int_equal(init(f, "deep/down/tea.pot", &n, NULL), MOTE_OK);
    assert_int_equal(n, 3);
    load(f, "deep/down/tea.pot", &p);
    assert_string_equal(p->name, "tea.pot");
    assert_int_equal(p->words.n, 3);
    assert_true(p->n_requirements >= 5);
    assert_int_equal(p->device.ram_bytes, 65536);
}

static void every_template_begins_a_good_project(void **state)
{
    fixture *f = *state;
    size_t n = 0;
    const char *const *names = mote_init_templates(&n);
    assert_true(n > 0);
    for (size_t i = 0; i < n; i++) {
        const char *const *created = NULL;
        size_t n_created = 0;
        char dir[128];
        mote_err err;
        mote_project *p = NULL;
        snprintf(dir, sizeof dir, "%s/each-%s", f->dir, names[i]);
        if (mote_project_init(dir, &(mote_init_config){.template_name = names[i]}, &f->arena,
                              &created, &n_created, &err) != MOTE_OK ||
            mote_project_load(dir, &f->arena, &p, NULL, &err) != MOTE_OK)
            fail_msg("%s: %s", names[i], err.text);
        assert_true(p->n_requirements > 0);
        /* what comes next is said in words of its own kind of data */
        const mote_init_next *next = mote_init_next_of(names[i]);
        bool is_of_words = strstr(next->first, "word") || strstr(next->data, "speech");
        assert_int_equal(is_of_words, p->words.n > 0);
        assert_non_null(strstr(next->data, "mote data add"));
    }
}

static void words_take_the_place_of_those_of_the_template(void **state)
{
    fixture *f = *state;
    static const char *const words[] = {"hey mote", "stop: now, [all]"}, *const twice[] = {"a",
                                                                                           "a"};
    mote_init_config cfg = {.template_name = "wakeword",
                            .words = words,
                            .n_words = 2,
                            .clip_ms = 1300,
                            .measured = "300 to 1100 ms by somebody"};
    const char *const *created = NULL;
    size_t n = 0;
    char dir[128], path[160];
    mote_err err;
    mote_project *p = NULL;
    snprintf(dir, sizeof dir, "%s/words", f->dir);
    T_OK(mote_project_init(dir, &cfg, &f->arena, &created, &n, &err));
    T_OK(mote_project_load(dir, &f->arena, &p, NULL, &err));
    assert_int_equal(p->words.n, 2);
    assert_string_equal(p->words.items[0], words[0]);
    assert_string_equal(p->words.items[1], words[1]);
    assert_int_equal((int)p->clip_ms, 1300);
    assert_string_equal(p->data.spoken, "auto");

    cfg.template_name = "table"; /* has none; nothing is made */
    snprintf(dir, sizeof dir, "%s/none", f->dir);
    snprintf(path, sizeof path, "%s/mote.yaml", dir);
    T_FAILS(mote_project_init(dir, &cfg, &f->arena, &created, &n, &err), MOTE_ARG, "'table'");
    assert_false(mote_path_exists(path));
    cfg.template_name = "keyword";
    cfg.words = twice;
    T_FAILS(mote_project_init(dir, &cfg, &f->arena, &created, &n, &err), MOTE_ARG, "'a'");
    assert_false(mote_path_exists(path));
}

static void odd_folder_names_become_good_names(void **state)
{
    static const struct {
        const char *folder, *name;
    } cases[] = {
        {"a b", "a-b"},
        {"...x...", "x"},
        {"---", "project"},
        {"\xc3\xa4rger", "rger"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789",
         "0123456789012345678901234567890123456789012345678901234567890123"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t n;
        mote_project *p = NULL;
        assert_int_equal(init(f, cases[i].folder, &n, NULL), MOTE_OK);
        load(f, cases[i].folder, &p);
        assert_string_equal(p->name, cases[i].name);
    }
}

static void nothing_is_overwritten(void **state)
{
    fixture *f = *state;
    size_t n;
    mote_err err;
    char path[128];
    MOTE_SCOPED_FREE char *text = NULL;
    size_t len;
    snprintf(path, sizeof path, "%s/mote.yaml", f->dir);
    assert_int_equal(mote_file_write(path, "mine", 4, NULL), MOTE_OK);
    assert_int_equal(init(f, ".", &n, &err), MOTE_EXISTS);
    assert_int_equal(mote_file_read(path, 100, &text, &len, NULL), MOTE_OK);
    assert_string_equal(text, "mine");
    snprintf(path, sizeof path, "%s/README.md", f->dir);
    assert_false(mote_path_exists(path));
}

/* Where the template shows the preset in a comment, uncommenting it must change nothing but what it
 * says; here: every commented block of the template, uncommented, is still a good file. */
static void the_commented_examples_are_good_too(void **state)
{
    fixture *f = *state;
    size_t n, len, at = 0;
    char path[128];
    MOTE_SCOPED_FREE char *text = NULL;
    assert_int_equal(init(f, "p", &n, NULL), MOTE_OK);
    snprintf(path, sizeof path, "%s/p/mote.yaml", f->dir);
    assert_int_equal(mote_file_read(path, 100000, &text, &len, NULL), MOTE_OK);
    char *line = strstr(text, "mote: 1"),
         *out = malloc(len + 1); /* after the head, which is prose */
    int n_uncommented = 0;
    for (char *next; line && *line; line = next) {
        next = strchr(line, '\n') + 1;
        size_t n_line = (size_t)(next - line), blank = strspn(line, " ");
        /* An example is '# key: value' or '# - key: value'; prose has no lower-case word with a
         * colon. */
        const char *word = line + blank + 2;
        size_t dash = line[blank] == '#' && (word[0] == '-' || word[0] == ' ') ? 2 : 0;
        size_t key = line[blank] == '#' ? strspn(word + dash, "abcdefghijklmnopqrstuvwxyz_") : 0;
        bool is_example = key > 0 && word[dash + key] == ':';
        if (is_example) {
            memset(out + at, ' ', blank);
            memcpy(out + at + blank, line + blank + 2, n_line - blank - 2);
            at += n_line - 2;
            n_uncommented++;
        } else {
            memcpy(out + at, line, n_line);
            at += n_line;
        }
    }
    assert_true(n_uncommented >= 18);
    mote_project *p = NULL;
    mote_err err;
    if (mote_project_parse(&(mote_file_bytes){"mote.yaml", out, at}, &f->arena, &p, NULL, &err) !=
        MOTE_OK)
        fail_msg("%s\n%.*s", err.text, (int)at, out);
    assert_true(p->value.is_given && p->augmentation.speed.lo == 0.9);
    free(out);
}

static void unknown_templates_are_refused(void **state)
{
    fixture *f = *state;
    const char *const *created = NULL;
    size_t n;
    mote_err err;
    assert_int_equal(mote_project_init(f->dir, &(mote_init_config){.template_name = "keywords"},
                                       &f->arena, &created, &n, &err),
                     MOTE_NOT_FOUND);
    assert_string_equal(err.text, "no template 'keywords', did you mean 'keyword'?");
    assert_int_equal(mote_project_init("/proc/nope/x",
                                       &(mote_init_config){.template_name = "keyword"}, &f->arena,
                                       &created, &n, &err) == MOTE_OK,
                     0);
}

static void which_templates_ask_for_keywords_is_known(void **state)
{
    (void)state;
    size_t n;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64 << 20);
    const char *const *names = mote_init_templates(&n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(mote_init_takes_words(names[i], &a),
                         strcmp(names[i], "keyword") == 0 || strcmp(names[i], "wakeword") == 0);
    assert_false(mote_init_takes_words("none", &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(which_templates_ask_for_keywords_is_known),
        cmocka_unit_test_setup_teardown(the_template_is_a_good_project_named_after_its_folder,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(every_template_begins_a_good_project, setup, teardown),
        cmocka_unit_test_setup_teardown(words_take_the_place_of_those_of_the_template, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(odd_folder_names_become_good_names, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_overwritten, setup, teardown),
        cmocka_unit_test_setup_teardown(the_commented_examples_are_good_too, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_templates_are_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
