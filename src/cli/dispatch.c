/* SPDX-License-Identifier: Apache-2.0 */
/* The dispatcher: from the words typed to a command that has what it needs, and from its status to
 * an exit code and a sentence. See cli.h. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "cli/manual.h"
#include "cli/settings.h"
#include "cli/options.h"
#include "serve/predlog.h"
#include "store/folders.h"
#include "track/run.h"

#define UPKEEP_MS 200 /* of each command, for retention */

typedef struct {
    const char *words;
    const char *group;
    uint32_t flags;
    const char *summary;
    const mote_command *command;
} row;

#define NEEDS_PROJECT    MOTE_CMD_NEEDS_PROJECT
#define NEEDS_STORE      MOTE_CMD_NEEDS_STORE
#define WRITES           MOTE_CMD_WRITES
#define OPTIONAL_PROJECT MOTE_CMD_OPTIONAL_PROJECT
#define TOLERANT         MOTE_CMD_TOLERANT
#define NOTHING          0u
static const row rows[] = {
#define CMD(id, words, group, flags, summary) {words, #group, flags, summary, &mote_cmd_##id},
#include "cli/commands.def"
#undef CMD
    {NULL, NULL, 0, NULL, NULL}};

/* The one thing a signal handler may touch; its address is what commands poll. */
static mote_cancel cancel_flag;

static void on_signal(int number)
{
    (void)number;
    if (cancel_flag.requested)
        _exit(130); /* the second Ctrl-C does not wait */
    cancel_flag.requested = 1;
}

static void catch_signals(void)
{
    struct sigaction act = {.sa_handler = on_signal};
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL); /* then a write over 'ulimit -f' fails, with words */
}

/* ---- help -------------------------------------------------------------------------------- */

static void help(FILE *out)
{
    fputs("mote: the whole machine-learning lifecycle for small models\n\n"
          "usage: mote COMMAND [options]\n",
          out);
    const char *group = "";
    for (const row *r = rows; r->words; r++) {
        if (strcmp(group, r->group) != 0)
            fprintf(out, "\n%s\n", r->group);
        group = r->group;
        fprintf(out, "  %-16s %s\n", r->words, r->summary);
    }
    fputs("\n'mote COMMAND --help' explains a command, with examples. 'mote --version' prints the "
          "version.\n",
          out);
}

static const row *find_row(size_t n, const char *const *argv, size_t *n_words)
{
    for (const row *r = rows; r->words; r++) {
        const char *space = strchr(r->words, ' ');
        if (!space && strcmp(r->words, argv[0]) == 0) {
            *n_words = 1;
            return r;
        }
        if (space && n > 1 && strlen(argv[0]) == (size_t)(space - r->words) &&
            strncmp(r->words, argv[0], strlen(argv[0])) == 0 && strcmp(space + 1, argv[1]) == 0) {
            *n_words = 2;
            return r;
        }
    }
    return NULL;
}

static bool is_family(const char *word)
{
    for (const row *r = rows; r->words; r++) {
        const char *space = strchr(r->words, ' ');
        if (space && strlen(word) == (size_t)(space - r->words) &&
            strncmp(word, r->words, strlen(word)) == 0)
            return true;
    }
    return false;
}

static void help_family(const char *word, FILE *out)
{
    mote_print(out, "usage: mote %s WHAT [options]\n\n", word);
    for (const row *r = rows; r->words; r++)
        if (mote_str_starts(r->words, word) && r->words[strlen(word)] == ' ')
            fprintf(out, "  %-16s %s\n", r->words, r->summary);
}

/* `--json` is honoured also where the other words cannot be read. */
static bool wants_json(const char *const *argv, size_t n)
{
    for (size_t i = 0; i < n && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

static void say_error(mote_cli *cli, mote_status st, const char *text)
{
    if (cli->json && !cli->has_result)
        mote_say_json(cli, json_pack("{s:o, s:s}", "error", mote_json_text(text), "status",
                                     mote_status_name(st)));
}

static void name_unknown(const char *const *argv, size_t n, mote_err *err)
{
    const char *names[MOTE_COUNT_OF(rows)];
    size_t n_names = 0;
    for (const row *r = rows; r->words; r++)
        names[n_names++] = r->words;
    const char *near = mote_nearest(argv[0], names, n_names);
    if (is_family(argv[0]) && n > 1)
        mote_ignore(mote_fail(err, MOTE_USAGE, "mote %s: there is no '%s'", argv[0], argv[1]));
    else if (is_family(argv[0]))
        mote_ignore(mote_fail(err, MOTE_USAGE, "mote %s: say what", argv[0]));
    else if (argv[0][0] == '-')
        mote_ignore(mote_fail(err, MOTE_USAGE,
                              "mote: options come after the command: 'mote status %s'", argv[0]));
    else if (near)
        mote_ignore(mote_fail(err, MOTE_USAGE, "mote: there is no command '%s', did you mean '%s'?",
                              argv[0], near));
    else
        mote_ignore(mote_fail(err, MOTE_USAGE, "mote: there is no command '%s', see 'mote --help'",
                              argv[0]));
}

static int unknown_command(const char *const *argv, size_t n, FILE *out, FILE *messages)
{
    if (is_family(argv[0]) && n > 1 &&
        (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        help_family(argv[0], out);
        return 0;
    }
    mote_cli cli = {.out = out, .messages = messages, .json = wants_json(argv, n)};
    mote_err err = {0};
    name_unknown(argv, n, &err);
    say_error(&cli, MOTE_USAGE, err.text);
    mote_print(messages, "%s\n", err.text);
    if (is_family(argv[0]))
        help_family(argv[0], messages);
    return mote_status_exit_code(MOTE_USAGE);
}

/* ---- running ----------------------------------------------------------------------------- */

static mote_status find_project(mote_cli *cli, const row *r, const char *given, mote_err *err)
{
    bool optional = (r->flags & MOTE_CMD_OPTIONAL_PROJECT) != 0;
    if (!(r->flags & (MOTE_CMD_NEEDS_PROJECT | MOTE_CMD_NEEDS_STORE)) && !optional)
        return MOTE_OK;
    char *dir = NULL;
    mote_status st = mote_project_find(given ? given : ".", &cli->arena, &dir, err);
    if (st == MOTE_NOT_FOUND && optional && !given)
        return MOTE_OK;
    if (st != MOTE_OK)
        return st;
    cli->project_dir = dir;
    mote_project_problems *problems = NULL;
    MOTE_TRY(mote_arena_take(&cli->arena, 1, sizeof *problems, &problems, err));
    st = mote_project_load(dir, &cli->arena, &cli->project, problems, err);
    for (size_t i = 0; st == MOTE_OK && i < cli->project->warnings.n; i++)
        mote_print(cli->messages, "warning: %s\n", cli->project->warnings.items[i]);
    if (st != MOTE_PARSE || problems->n < 2)
        return st;
    for (size_t i = 0; i < problems->n; i++)
        mote_print(cli->messages, "%s\n", problems->items[i].text);
    if (cli->json) /* the document names the first */
        return st;
    return mote_fail(err, st, "%zu mistakes in " MOTE_PROJECT_FILE, problems->n + problems->n_more);
}

static mote_status open_store(mote_cli *cli, const row *r, mote_lock *lock, mote_err *err)
{
    if (!cli->project_dir || !(r->flags & (MOTE_CMD_NEEDS_STORE | MOTE_CMD_OPTIONAL_PROJECT)))
        return MOTE_OK;
    MOTE_TRY(mote_store_open(cli->project_dir, true, &cli->store, err));
    if (mote_store_migrated(cli->store))
        mote_tell(cli, "mote: the store was made by an older version: brought up to date by %s\n",
                  mote_store_migrated(cli->store));
    if (!(r->flags & MOTE_CMD_WRITES))
        return MOTE_OK;
    MOTE_TRY(mote_store_write_lock(cli->store, lock, err));
    /* With the lock in hand: a run that says it is running belongs to a process that was killed. */
    int64_t n_abandoned = 0;
    return mote_run_close_abandoned(cli->store, mote_clock_wall_ms(), &n_abandoned, err);
}

/* Retention holds whichever command runs, not only while a server does: a slice of what is over is
 * removed before each. What fails here is said and no failure of the command. */
static void keep_up(mote_cli *cli)
{
    if (!cli->store || !cli->project || mote_store_is_read_only(cli->store))
        return;
    const mote_consent_policy policy = mote_consent_policy_of(cli->project);
    const mote_budget budget = {.until_us = mote_clock_mono_us() + UPKEEP_MS * 1000,
                                .cancel = cli->cancel};
    mote_predlog_erased r = {0};
    mote_err err = {0};
    mote_status st =
        mote_predlog_upkeep(cli->store, &policy, mote_clock_wall_ms(), &budget, &r, &err);
    if (st != MOTE_OK)
        mote_tell(cli, "mote: %s\n", err.text);
    else if (r.n_left > 0)
        mote_tell(cli,
                  "mote: %lld predictions over their retention were removed, %lld are left; 'mote "
                  "gc' removes them now\n",
                  (long long)r.n_records, (long long)r.n_left);
    else if (r.n_plain_left > 0)
        mote_tell(cli,
                  "mote: %lld predictions of an older version are still in the clear; 'mote gc' "
                  "seals them now\n",
                  (long long)r.n_plain_left);
}

static mote_status prepare_and_run(mote_cli *cli, const row *r, const mote_typed *typed,
                                   mote_err *err)
{
    mote_lock lock = {.fd = -1};
    mote_status st = find_project(cli, r, typed->common.project, err);
    if (st == MOTE_OK)
        st = open_store(cli, r, &lock, err);
    if (st != MOTE_OK && (r->flags & MOTE_CMD_TOLERANT) != 0 && cli->project_dir) {
        st = MOTE_OK;
        cli->trouble = *err;
        *err = (mote_err){0};
    }
    if (st == MOTE_OK)
        keep_up(cli);
    if (st == MOTE_OK)
        st = mote_pool_create(mote_cli_threads(cli->project, typed->common.threads), &cli->pool,
                              err);
    if (st == MOTE_OK)
        st = r->command->run(cli, typed->values, typed->args, typed->n_args, err);
    mote_pool_destroy(cli->pool);
    mote_store_close(cli->store);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
    return st;
}

static void report(mote_cli *cli, const row *r, mote_status st, const mote_err *err)
{
    say_error(cli, st, err->text);
    if (err->text[0])
        mote_print(cli->messages, "mote %s: %s\n", r->words, err->text);
}

/* The exit code of a command that ended with `st`, once its result has really been written. A
 * reader that has seen enough ('| head -1') is no failure worth a word: the code is that of a
 * program which SIGPIPE ended. */
static int finish(FILE *out, FILE *messages, mote_status st)
{
    if (fflush(out) != 0 || ferror(out)) {
        struct pollfd reader = {.fd = fileno(out)};
        if (poll(&reader, 1, 0) == 1 && (reader.revents & POLLERR) != 0)
            return 128 + SIGPIPE;
        fputs("mote: the result could not be written\n", messages);
        if (st == MOTE_OK)
            st = MOTE_IO;
    }
    return st == MOTE_CANCELLED ? 128 + SIGINT : mote_status_exit_code(st);
}

static int run_row(const row *r, size_t n, const char *const *argv, FILE *out, FILE *messages)
{
    const mote_command *c = r->command;
    mote_cli cli = {.out = out, .messages = messages, .cancel = &cancel_flag};
    mote_arena_init(&cli.arena, (size_t)4 << 30);
    mote_err err = {0};
    mote_typed typed = {.values =
                            mote_arena_alloc(&cli.arena, 1, c->values_bytes ? c->values_bytes : 1),
                        .args = mote_arena_alloc(&cli.arena, n + 1, sizeof *typed.args)};
    mote_status st = MOTE_OK;
    if (!typed.values || !typed.args)
        st = mote_fail(&err, MOTE_NOMEM, "no memory to start");
    if (st == MOTE_OK && c->defaults)
        memcpy(typed.values, c->defaults, c->values_bytes);
    if (st == MOTE_OK)
        st = mote_options_read(c, argv, n, &typed, &err);
    cli.json = typed.common.json || wants_json(argv, n);
    cli.quiet = typed.common.quiet;
    cli.is_terminal = isatty(fileno(messages)) == 1;
    cli.color = isatty(fileno(out)) == 1 && !mote_env("NO_COLOR");
    if (st == MOTE_OK && typed.common.help) {
        mote_options_help(r->words, r->summary, c, out);
        mote_arena_release(&cli.arena);
        return finish(out, messages, MOTE_OK);
    }
    if (st == MOTE_OK) {
        (void)mote_json_was_refused(); /* from here on */
        st = prepare_and_run(&cli, r, &typed, &err);
        cli.is_cut |= mote_json_was_refused() || (cli.json && !cli.has_result);
        if (st == MOTE_OK && cli.is_cut)
            st = mote_fail(&err, MOTE_NOMEM, "no memory for the result");
    }
    if (st != MOTE_OK)
        report(&cli, r, st, &err);
    mote_arena_release(&cli.arena);
    return finish(out, messages, st);
}

/* mote help COMMAND is mote COMMAND --help. */
static int help_on(size_t n, const char *const *argv, FILE *out, FILE *messages)
{
    size_t n_words = 0;
    if (mote_manual_print(argv, n, out))
        return finish(out, messages, MOTE_OK);
    if (argv[0][0] == '-' && n > 1)
        return unknown_command(argv + 1, n - 1, out, messages);
    const row *r = find_row(n, argv, &n_words);
    if (r) {
        mote_options_help(r->words, r->summary, r->command, out);
        return finish(out, messages, MOTE_OK);
    }
    if (n == 1 && is_family(argv[0])) {
        help_family(argv[0], out);
        return finish(out, messages, MOTE_OK);
    }
    return unknown_command(argv, n, out, messages);
}

int mote_cli_main(int argc, const char *const *argv, FILE *out, FILE *messages)
{
    catch_signals();
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        (strcmp(argv[1], "help") == 0 && argc == 2)) {
        help(argc < 2 ? messages : out);
        return argc < 2 ? mote_status_exit_code(MOTE_USAGE) : 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        fputs("mote " MOTE_VERSION "\n", out);
        return 0;
    }
    if (strcmp(argv[1], "help") == 0)
        return help_on((size_t)argc - 2, argv + 2, out, messages);
    size_t n = (size_t)argc - 1, n_words = 0;
    const row *r = find_row(n, argv + 1, &n_words);
    if (!r)
        return unknown_command(argv + 1, n, out, messages);
    return run_row(r, n - n_words, argv + 1 + n_words, out, messages);
}
