/* SPDX-License-Identifier: Apache-2.0 */
/* The dispatcher: which command is meant, exit codes, what goes to which stream, the document that
 * --json gives in good and in bad times, the write lock, the server's deadline. */
#include "support.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "http_client.h"

static char out[1 << 16], messages[1 << 16];

static void read_back(FILE *f, char *text, size_t n)
{
    rewind(f);
    text[fread(text, 1, n - 1, f)] = '\0';
    fclose(f);
}

static int mote(size_t n, const char *const *words)
{
    const char *argv[12] = {"mote"};
    FILE *o = tmpfile(), *m = tmpfile();
    assert_non_null(o);
    assert_non_null(m);
    for (size_t i = 0; i < n; i++)
        argv[i + 1] = words[i];
    int code = mote_cli_main((int)n + 1, argv, o, m);
    read_back(o, out, sizeof out);
    read_back(m, messages, sizeof messages);
    return code;
}
#define MOTE(...)                                                                                  \
    mote(T_COUNT(((const char *const[]){__VA_ARGS__})), (const char *const[]){__VA_ARGS__})

static void says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static void help_is_a_result_and_no_command_is_wrong_usage(void **state)
{
    (void)state;
    assert_int_equal(MOTE("--help"), 0);
    says(out, "usage: mote COMMAND");
    says(out, "data synth");
    assert_string_equal(messages, "");
    assert_int_equal(mote(0, NULL), 2);
    assert_string_equal(out, "");
    says(messages, "usage: mote COMMAND");
    assert_int_equal(MOTE("--version"), 0);
    assert_string_equal(out, "mote " MOTE_VERSION "\n");
    assert_int_equal(MOTE("status", "--help"), 0);
    says(out, "usage: mote status");
    assert_int_equal(MOTE("data", "--help"), 0);
    says(out, "data synth");
}

static void a_wrong_command_is_named_with_the_nearest(void **state)
{
    (void)state;
    assert_int_equal(MOTE("stauts"), 2);
    assert_string_equal(messages, "mote: there is no command 'stauts', did you mean 'status'?\n");
    assert_int_equal(MOTE("zzzzzzz"), 2);
    says(messages, "see 'mote --help'");
    assert_int_equal(MOTE("data"), 2);
    says(messages, "usage: mote data WHAT");
    assert_int_equal(MOTE("data", "ad"), 2);
    says(messages, "mote data: there is no 'ad'");
    assert_string_equal(out, "");
}

static void failures_have_the_exit_codes_of_the_table(void **state)
{
    (void)state;
    const char *empty = t_path("empty"), *project = t_path("words");
    mote_err err;
    T_OK(mote_dir_make(empty, &err));
    assert_int_equal(MOTE("status", "--project", empty), 7);
    says(messages, "mote status: no mote.yaml in");
    assert_string_equal(out, "");
    assert_int_equal(MOTE("init", project), 0);
    assert_int_equal(MOTE("init", project), 8);
    assert_int_equal(MOTE("status", "--project", project), 0);
    says(out, "next: add recordings");
    assert_int_equal(MOTE("status", "--project", project, "--forse"), 2);
    assert_int_equal(MOTE("evaluate", "--project", project, "--quiet"), 7);
    says(messages, "data: there is no data yet");
}

/* The whole of standard output as one document. */
static json_t *document(void)
{
    mote_err err = {0};
    json_t *j = NULL;
    T_OK(mote_json_parse("output", out, strlen(out), &j, &err));
    return j;
}

static void json_is_one_document_also_when_it_fails(void **state)
{
    (void)state;
    const char *project = t_path("doc");
    assert_int_equal(MOTE("init", project, "--json"), 0);
    json_decref(document());
    assert_int_equal(MOTE("status", "--project", project, "--json"), 0);
    json_t *j = document();
    assert_int_equal(json_array_size(json_object_get(j, "stages")), 8);
    json_decref(j);
    assert_int_equal(MOTE("run", "--project", project, "--json", "nonsense"), 2);
    j = document();
    assert_string_equal(json_string_value(json_object_get(j, "status")), "USAGE");
    says(json_string_value(json_object_get(j, "error")), "there is no stage 'nonsense'");
    says(messages, "mote run: there is no stage 'nonsense'"); /* for the person, too */
    json_decref(j);
    assert_int_equal(MOTE("run", "--project", project, "--json", "--quiet"), 7);
    j = document();
    assert_string_equal(json_string_value(json_object_get(j, "status")), "NOT_FOUND");
    json_decref(j);
}

static void mistakes_in_mote_yaml_are_all_told(void **state)
{
    (void)state;
    const char *project = t_path("bad"), *file = t_path("bad/mote.yaml");
    mote_err err;
    assert_int_equal(MOTE("init", project), 0);
    static const char text[] =
        "mote: 1\nname: x\ntask: keyword\nkeywords: [a]\nepochs: 3\nrates: 1\n";
    T_OK(mote_file_write(file, text, sizeof text - 1, &err));
    assert_int_equal(MOTE("status", "--project", project), 4);
    says(messages, "mote.yaml:5:1: ");
    says(messages, "mote.yaml:6:1: ");
    says(messages, "2 mistakes in mote.yaml");
}

static void only_one_command_writes_at_a_time(void **state)
{
    (void)state;
    const char *project = t_path("locked"), *path = t_path("locked/.mote/write.lock");
    mote_err err = {0};
    assert_int_equal(MOTE("init", project), 0);
    assert_int_equal(MOTE("status", "--project", project), 0); /* makes the store */
    int ready[2], status = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        mote_lock lock;
        char ok = mote_lock_take(path, "the test", &lock, NULL) == MOTE_OK ? 'y' : 'n';
        mote_ignore(write(ready[1], &ok, 1) == 1 ? MOTE_OK : MOTE_IO);
        for (;;)
            pause();
    }
    char ok = 'n';
    assert_int_equal(read(ready[0], &ok, 1), 1);
    assert_int_equal(ok, 'y');
    assert_int_equal(MOTE("run", "--project", project), 9);
    assert_int_equal(MOTE("status", "--project", project), 0); /* looking is free */
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    assert_int_equal(MOTE("run", "--project", project), 7); /* a dead holder holds nothing */
    (void)err;
}

/* ---- serving.deadline_ms ----------------------------------------------------------------- */

static int port_of(const char *said)
{
    for (int i = 0; i < 6000; i++) {
        mote_err err;
        MOTE_SCOPED_FREE char *text = NULL;
        size_t n = 0;
        if (mote_file_read(said, 1 << 16, &text, &n, &err) == MOTE_OK) {
            const char *at = strstr(text, "\"port\": ");
            if (at && strchr(at, ','))
                return atoi(at + 8);
        }
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fail_msg("mote serve does not say where it listens");
    return 0;
}

static void a_slow_client_gets_408_at_the_deadline_of_mote_yaml(void **state)
{
    (void)state;
    const char *root = getenv("MOTE_SOURCE_ROOT"), *program = getenv("MOTE_PROGRAM");
    if (!root || !program)
        T_SKIP("MOTE_SOURCE_ROOT or MOTE_PROGRAM is not set");
    static char project[512], file[600], said[600], model[600];
    snprintf(project, sizeof project, "%s/slow", t_temp());
    snprintf(file, sizeof file, "%s/mote.yaml", project);
    snprintf(said, sizeof said, "%s/said.json", project);
    snprintf(model, sizeof model, "%s/tests/fuzz/corpus/bundle/tensor.mote", root);
    mote_err err = {0};
    assert_int_equal(MOTE("init", project), 0);
    static const char text[] = "mote: 1\nname: x\ntask: keyword\nkeywords: [a, b]\n"
                               "serving:\n  deadline_ms: 400\n";
    T_OK(mote_file_write(file, text, sizeof text - 1, &err));
    pid_t child = fork();
    if (child == 0) {
        if (!freopen(said, "w", stdout))
            _exit(120);
        execl(program, "mote", "serve", model, "--port", "0", "--json", "--project", project,
              (char *)NULL);
        _exit(121);
    }
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(said))};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0), status = 0;
    assert_int_equal(connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a), 0);
    int64_t began = mote_clock_mono_us();
    t_put(fd, "POST /v1/classify HTT"); /* and nothing more */
    t_expect(fd, "HTTP/1.1 408");
    int64_t took_ms = (mote_clock_mono_us() - began) / 1000;
    assert_true(took_ms >= 350 && took_ms < 9000); /* the server's own preset would be 10 s */
    close(fd);
    kill(child, SIGTERM);
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_a_result_and_no_command_is_wrong_usage),
        cmocka_unit_test(a_wrong_command_is_named_with_the_nearest),
        cmocka_unit_test(failures_have_the_exit_codes_of_the_table),
        cmocka_unit_test(json_is_one_document_also_when_it_fails),
        cmocka_unit_test(mistakes_in_mote_yaml_are_all_told),
        cmocka_unit_test(only_one_command_writes_at_a_time),
        cmocka_unit_test(a_slow_client_gets_408_at_the_deadline_of_mote_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
