/* SPDX-License-Identifier: Apache-2.0 */
/* Options: every kind, every way to write them, everything that is refused and how that is said. */
#include "support.h"

#include "cli/options.h"

typedef struct {
    bool force;
    const char *output;
    int64_t count;
    double ratio;
    mote_option_list words;
} values;

static const mote_option options[] = {
    {"force", 'f', MOTE_OPT_FLAG, offsetof(values, force), 0, 0, NULL, "do it"},
    {"output", 'o', MOTE_OPT_STRING, offsetof(values, output), 0, 0, "FILE", "where to"},
    {"count", 'n', MOTE_OPT_INT, offsetof(values, count), 1, 10, "N", "how many"},
    {"ratio", 0, MOTE_OPT_NUMBER, offsetof(values, ratio), -0.5, 0.5, "X", "how much"},
    {"word", 'w', MOTE_OPT_STRINGS, offsetof(values, words), 0, 0, "TEXT", "which"},
};
static const mote_command command = {.usage = "PATH..",
                                     .about = "Does it.",
                                     .examples = "  mote it a",
                                     .options = options,
                                     .n_options = MOTE_COUNT_OF(options),
                                     .min_args = 1,
                                     .max_args = 2,
                                     .values_bytes = sizeof(values)};

static values v;
static mote_common_values common;
static const char *args[16];
static size_t n_args;
static mote_err err;

static mote_status read_words(const mote_command *c, size_t n, const char *const *words)
{
    v = (values){.output = "default", .count = 5, .ratio = 0.25};
    mote_typed typed = {.values = &v, .args = args};
    const mote_status st = mote_options_read(c, words, n, &typed, &err);
    common = typed.common;
    n_args = typed.n_args;
    return st;
}
#define READ(...)                                                                                  \
    read_words(&command, T_COUNT(((const char *const[]){__VA_ARGS__})),                            \
               (const char *const[]){__VA_ARGS__})

static void what_may_be_repeated_is_a_list(void **state)
{
    (void)state;
    T_OK(READ("a"));
    assert_int_equal(v.words.n, 0);
    T_OK(READ("--word", "x", "a", "-w", "y y", "--word=z"));
    assert_int_equal(v.words.n, 3);
    assert_string_equal(v.words.items[0], "x");
    assert_string_equal(v.words.items[1], "y y");
    assert_string_equal(v.words.items[2], "z");
    const char *many[2 * (MOTE_OPT_MOST + 1) + 1] = {"a"};
    for (size_t i = 1; i < T_COUNT(many); i++)
        many[i] = i % 2 ? "-w" : "x";
    T_FAILS(read_words(&command, T_COUNT(many), many), MOTE_USAGE, "--word");
    T_OK(read_words(&command, T_COUNT(many) - 2, many));
}

static void options_stand_anywhere_and_are_written_in_each_way(void **state)
{
    (void)state;
    T_OK(READ("a"));
    assert_false(v.force);
    assert_string_equal(v.output, "default");
    assert_int_equal(v.count, 5);
    assert_int_equal(n_args, 1);
    T_OK(READ("--force", "a", "-o", "out", "--count=7", "b", "--ratio", "-0.5", "--json", "-q",
              "--project=dir", "--threads", "3"));
    assert_true(v.force && common.json && common.quiet);
    assert_string_equal(v.output, "out");
    assert_int_equal(v.count, 7);
    assert_true(v.ratio == -0.5);
    assert_string_equal(common.project, "dir");
    assert_int_equal(common.threads, 3);
    assert_int_equal(n_args, 2);
    assert_string_equal(args[0], "a");
    assert_string_equal(args[1], "b");
    T_OK(READ("a", "-n", "1", "--count", "10", "--output="));
    assert_int_equal(v.count, 10); /* the last one counts */
    assert_string_equal(v.output, "");
    T_OK(READ("a", "-o", "--force")); /* a value may look like an option */
    assert_string_equal(v.output, "--force");
    assert_false(v.force);
}

static void two_dashes_end_the_options_and_one_is_an_argument(void **state)
{
    (void)state;
    T_OK(READ("-f", "--", "--count", "-x"));
    assert_int_equal(n_args, 2);
    assert_string_equal(args[0], "--count");
    assert_string_equal(args[1], "-x");
    assert_true(v.force);
    T_OK(READ("-", "--", "--"));
    assert_string_equal(args[0], "-");
    assert_string_equal(args[1], "--");
}

static void what_is_wrong_is_refused_and_named(void **state)
{
    (void)state;
    T_FAILS(READ("a", "--forse"), MOTE_USAGE, "unknown option '--forse', did you mean '--force'?");
    T_FAILS(READ("a", "--coutn=3"), MOTE_USAGE, "did you mean '--count'?");
    T_FAILS(READ("a", "--jsn"), MOTE_USAGE, "did you mean '--json'?");
    T_FAILS(READ("a", "--something-else"), MOTE_USAGE, "unknown option '--something-else', see");
    T_FAILS(READ("a", "-x"), MOTE_USAGE, "unknown option '-x'");
    T_FAILS(READ("a", "-fo"), MOTE_USAGE, "unknown option '-fo'");
    T_FAILS(READ("a", "-n"), MOTE_USAGE, "option --count needs a value (N)");
    T_FAILS(READ("a", "--output"), MOTE_USAGE, "option --output needs a value (FILE)");
    T_FAILS(READ("a", "--force=yes"), MOTE_USAGE, "option --force takes no value");
    T_FAILS(READ("a", "--count", "0"), MOTE_USAGE, "option --count: 0 is outside 1 to 10");
    T_FAILS(READ("a", "--count", "11"), MOTE_USAGE, "11 is outside 1 to 10");
    T_FAILS(READ("a", "--count", "99999999999999999999"), MOTE_USAGE, "is not a whole number");
    T_FAILS(READ("a", "--count", "3.5"), MOTE_USAGE, "'3.5' is not a whole number");
    T_FAILS(READ("a", "--count="), MOTE_USAGE, "'' is not a whole number");
    T_FAILS(READ("a", "--ratio", "0.51"), MOTE_USAGE, "0.51 is outside -0.5 to 0.5");
    T_FAILS(READ("a", "--ratio", "nan"), MOTE_USAGE, "'nan' is not a number");
    T_FAILS(READ("a", "--ratio", "1,5"), MOTE_USAGE, "'1,5' is not a number");
    T_FAILS(READ("a", "--threads", "257"), MOTE_USAGE, "option --threads: 257 is outside 1 to 256");
}

static void arguments_are_counted(void **state)
{
    (void)state;
    T_FAILS(READ("--force"), MOTE_USAGE, "an argument is missing: PATH..");
    T_FAILS(READ("a", "b", "c"), MOTE_USAGE, "unexpected argument 'c': PATH..");
    T_OK(READ("--help")); /* help needs none */
    assert_true(common.help);
    static const mote_command bare = {.usage = ""};
    const char *const word[] = {"a"};
    T_FAILS(read_words(&bare, 1, word), MOTE_USAGE,
            "unexpected argument 'a': the command takes none");
    T_OK(read_words(&bare, 0, word));
}

static void help_shows_every_option(void **state)
{
    (void)state;
    char text[4000];
    FILE *f = tmpfile();
    assert_non_null(f);
    mote_options_help("it", "does it", &command, f);
    rewind(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    static const char *const want[] = {"usage: mote it PATH..",
                                       "Does it.",
                                       "-o, --output FILE",
                                       "--ratio X",
                                       "how many",
                                       "--json",
                                       "--help",
                                       "mote it a"};
    for (size_t i = 0; i < T_COUNT(want); i++)
        if (!strstr(text, want[i]))
            fail_msg("'%s' is not in:\n%s", want[i], text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_may_be_repeated_is_a_list),
        cmocka_unit_test(options_stand_anywhere_and_are_written_in_each_way),
        cmocka_unit_test(two_dashes_end_the_options_and_one_is_an_argument),
        cmocka_unit_test(what_is_wrong_is_refused_and_named),
        cmocka_unit_test(arguments_are_counted),
        cmocka_unit_test(help_shows_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
