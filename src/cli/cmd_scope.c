/* SPDX-License-Identifier: Apache-2.0 */
/* mote scope: the questions with which a project begins, and mote.yaml from their answers. */
#include <string.h>

#include "base/file.h"
#include "cli/ask.h"

#define ANSWERS_MAX_BYTES 65536

typedef struct {
    const char *answers;
    bool all, list;
} scope_values;

static const mote_option options[] = {
    {"answers", 'a', MOTE_OPT_STRING, offsetof(scope_values, answers), 0, 0, "FILE",
     "answers, a line each: 'speed: 200 ms because it feels immediate'"},
    {"all", 0, MOTE_OPT_FLAG, offsetof(scope_values, all), 0, 0, NULL,
     "on a terminal: ask again what was answered"},
    {"list", 'l', MOTE_OPT_FLAG, offsetof(scope_values, list), 0, 0, NULL,
     "show the questions and their answers, and ask nothing"},
};

/* "speed=200 ms" of the command line. */
static mote_status read_argument(mote_cli *cli, const char *arg, mote_scope_answer *out,
                                 mote_err *err)
{
    const char *equals = strchr(arg, '=');
    if (!equals || equals == arg)
        return mote_fail(err, MOTE_USAGE,
                         "'%s' is no answer: QUESTION=ANSWER, as in 'speed=200 ms'", arg);
    const char *id = mote_arena_strndup(&cli->arena, arg, (size_t)(equals - arg));
    *out = (mote_scope_answer){id, equals + 1};
    return id ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the answers");
}

static mote_status read_file(mote_cli *cli, const char *path, mote_scope_answers *out,
                             mote_err *err)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, ANSWERS_MAX_BYTES, &text, &n, err));
    return mote_scope_read(path, text, n, &cli->arena, out, err);
}

/* Those of the file, then those of the command line, which come later and so hold. */
static mote_status collect(mote_cli *cli, const char *path, const char *const *args, size_t n_args,
                           mote_scope_answers *out, mote_err *err)
{
    mote_scope_answers filed = {0}, all = {0};
    if (path)
        MOTE_TRY(read_file(cli, path, &filed, err));
    MOTE_TRY(
        mote_arena_take(&cli->arena, filed.n + n_args + 1, sizeof *all.items, &all.items, err));
    for (size_t i = 0; i < filed.n; i++)
        all.items[all.n++] = filed.items[i];
    for (size_t i = 0; i < n_args; i++)
        MOTE_TRY(read_argument(cli, args[i], &all.items[all.n++], err));
    *out = all;
    return MOTE_OK;
}

/* What is asked, what was said, and what is open. */
static mote_status show(mote_cli *cli, const char *text, mote_err *err)
{
    MOTE_SCOPED_JSON *document = NULL;
    MOTE_TRY(mote_scope_document(text, &cli->arena, &document, err));
    const json_t *list = json_object_get(document, "questions"), *q = NULL;
    size_t i = 0;
    json_array_foreach(list, i, q)
    {
        const char *said = json_string_value(json_object_get(q, "answer"));
        const bool waits = said && json_is_true(json_object_get(q, "open"));
        mote_say(cli, "  %-10s %s\n", json_string_value(json_object_get(q, "id")),
                 json_string_value(json_object_get(q, "question")));
        mote_say(cli, "             %s%s\n", said ? said : "open", waits ? " (waits)" : "");
    }
    mote_say(cli, "\n%lld of %zu questions open\n",
             (long long)json_integer_value(json_object_get(document, "n_open")),
             json_array_size(list));
    mote_say_json(cli, json_incref(document));
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const scope_values *v = values;
    mote_scope_answers answers;
    char *before = NULL, *after = NULL;
    MOTE_TRY(collect(cli, v->answers, args, n_args, &answers, err));
    if (answers.n == 0 && !v->list && !v->answers && mote_ask_can(cli))
        MOTE_TRY(mote_ask_scope(cli, cli->project_dir, v->all, err));
    MOTE_TRY(mote_scope_load(cli->project_dir, &cli->arena, &before, err));
    if (answers.n == 0)
        return show(cli, before, err);
    MOTE_TRY(mote_scope_apply(before, answers.items, answers.n, &cli->arena, &after, err));
    MOTE_TRY(mote_scope_save(cli->project_dir, before, after, &cli->arena, err));
    return show(cli, after, err);
}

const mote_command mote_cmd_scope = {
    .usage = "[QUESTION=ANSWER..] [options]",
    .about = "Asks in plain words what is decided, what right and wrong answers are worth, which\n"
             "number says that it is good enough, what data exist, how often it must learn anew,\n"
             "how fast it must be and on what hardware, and writes the answers into mote.yaml:\n"
             "each key with the answer and its reason as a comment above it. What nobody has\n"
             "answered stays open, and 'mote status' shows it. Without a terminal, answers are\n"
             "given as arguments or in a file; without any it shows the questions.",
    .examples = "mote scope\n"
                "mote scope 'speed=200 ms because a light that comes later feels broken'\n"
                "mote scope --answers answers.yaml\n"
                "mote scope --list",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 32,
    .values_bytes = sizeof(scope_values),
    .run = run,
};
