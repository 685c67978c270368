/* SPDX-License-Identifier: Apache-2.0 */
/* The dialogue of `mote scope`. See ask.h. */
#include "cli/ask.h"

#include <string.h>
#include <unistd.h>

#define LINE_BYTES (MOTE_SCOPE_ANSWER_MAX_BYTES + 2)

bool mote_ask_can(const mote_cli *cli)
{
    return isatty(STDIN_FILENO) == 1 && cli->is_terminal && !cli->json && !cli->quiet;
}

/* A line without its line feed; *is_end: there is none any more. */
static mote_status read_line(mote_cli *cli, char line[LINE_BYTES], bool *is_end, mote_err *err)
{
    fflush(cli->messages);
    line[0] = '\0';
    *is_end = fgets(line, LINE_BYTES, stdin) == NULL;
    if (mote_cancelled(cli->cancel))
        return mote_fail(err, MOTE_CANCELLED, "stopped: " MOTE_PROJECT_FILE " is as it was");
    size_t n = strlen(line);
    bool is_whole = n > 0 && line[n - 1] == '\n';
    for (int c = ' '; !*is_end && !is_whole && c != '\n' && c != EOF;)
        c = fgetc(stdin); /* too long: refused by its length, and the rest is no answer */
    while (n > 0 && strchr(" \t\r\n", line[n - 1]))
        line[--n] = '\0';
    return MOTE_OK;
}

mote_status mote_ask_yes(mote_cli *cli, const char *words, bool *out, mote_err *err)
{
    char line[LINE_BYTES];
    bool is_end = false;
    mote_print(cli->messages, "%s [y/N] ", words);
    MOTE_TRY(read_line(cli, line, &is_end, err));
    *out = line[0] == 'y' || line[0] == 'Y';
    return MOTE_OK;
}

static mote_status apply(mote_cli *cli, const mote_scope_question *q, const char *answer,
                         char **text, mote_err *err)
{
    const mote_scope_answer one = {q->id, answer};
    return mote_scope_apply(*text, &one, 1, &cli->arena, text, err);
}

/* Why, once the answer is one that can be written; a question in own words is reason enough. */
static mote_status ask_reason(mote_cli *cli, const mote_scope_question *q, const char *answer,
                              char **text, bool *is_end, mote_err *err)
{
    char reason[LINE_BYTES];
    if (strstr(answer, " because ") || strncmp(q->path, "scope.", strlen("scope.")) == 0)
        return MOTE_OK;
    mote_print(cli->messages, "why? > ");
    MOTE_TRY(read_line(cli, reason, is_end, err));
    if (!reason[0])
        return MOTE_OK;
    const char *both = mote_arena_printf(&cli->arena, "%s because %s", answer, reason);
    return both ? apply(cli, q, both, text, err)
                : mote_fail(err, MOTE_NOMEM, "no memory for an answer");
}

/* One question, until its answer is one or there is none. */
static mote_status ask(mote_cli *cli, const mote_scope_question *q, char **text, bool *is_end,
                       mote_err *err)
{
    const char *hint = mote_scope_hint(q, &cli->arena);
    const char *said = mote_scope_said(*text, q, &cli->arena);
    mote_print(cli->messages, "\n%s\n  (%s)\n", q->words, hint ? hint : q->hint);
    if (said)
        mote_print(cli->messages, "  now: %s\n", said);
    for (;;) {
        char line[LINE_BYTES];
        mote_err why = {0};
        mote_print(cli->messages, "> ");
        MOTE_TRY(read_line(cli, line, is_end, err));
        if (*is_end || !line[0])
            return MOTE_OK;
        mote_status st = apply(cli, q, line, text, &why);
        if (st == MOTE_OK)
            st = ask_reason(cli, q, line, text, is_end, &why);
        if (st == MOTE_OK || st == MOTE_NOMEM || st == MOTE_CANCELLED)
            return st == MOTE_OK ? st : mote_fail(err, st, "%s", why.text);
        mote_print(cli->messages, "  %s\n", why.text);
    }
}

mote_status mote_ask_scope(mote_cli *cli, const char *dir, bool all, mote_err *err)
{
    size_t n = 0;
    const mote_scope_question *q = mote_scope_questions(&n);
    char *before = NULL, *text = NULL;
    mote_project *p = NULL;
    bool is_end = false;
    MOTE_TRY(mote_scope_load(dir, &cli->arena, &before, err));
    MOTE_TRY(mote_scope_apply(before, NULL, 0, &cli->arena, &text, err));
    MOTE_TRY(mote_project_parse(&(mote_file_bytes){MOTE_PROJECT_FILE, text, strlen(text)},
                                &cli->arena, &p, NULL, err));
    mote_print(cli->messages, "Enter leaves a question open, Ctrl-D all that are left; "
                              "Ctrl-C writes nothing.\n");
    for (size_t i = 0; i < n && !is_end; i++)
        if (mote_scope_is_asked(p, &q[i]) && (all || mote_scope_is_open(&p->scope, &q[i])))
            MOTE_TRY(ask(cli, &q[i], &text, &is_end, err));
    mote_print(cli->messages, "\n");
    return mote_scope_save(dir, before, text, &cli->arena, err);
}
