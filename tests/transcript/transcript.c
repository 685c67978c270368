/* SPDX-License-Identifier: Apache-2.0 */
/* Runs command transcripts (tests/cli/NAME.t) and the console examples of the documentation
 * (NAME.md) and compares what the commands print. Used by tools/test.
 *
 *     transcript FILE..
 *
 * A transcript is what a terminal would show:
 *
 *     $ mote --version                a command; standard error is shown with standard output
 *     mote {{[0-9.]+}}                expected output; {{...}} holds an extended regular expression
 *     ...                             any lines, also none
 *     $ mote nope
 *     > --flag                        the line before goes on
 *     [exit 2]                        exit code when it is not 0, as the last expected line
 *
 * Blank lines at the end of the output do not count. In a .t file, lines that start with '#'
 * before the first command or after a blank line are comments until the next command; these
 * comments mean something: '# requires: PROGRAM or VARIABLE ..' skips the file when a program is
 * not in PATH (lower case) or a variable not set (upper case), '# timeout: SECONDS' (120).
 *
 * In Markdown the blocks fenced as ```console are the transcript; a page's blocks share one
 * session, so that 'cd' of the first holds in the second. ```console no-run is not run and
 * counted as skipped. The comments above stand in a page as <!-- requires: .. --> lines.
 *
 * All commands of a file run in one sh, in a fresh folder, with no input; each transcript and each
 * block is one test. The last line is 'N passed, N failed, N skipped'. */
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"

#define MOST_BYTES ((size_t)16 << 20)

typedef struct {
    char *command;   /* with its continuation lines */
    char **expected; /* lines, borrowed from the text of the file */
    size_t n_expected;
    int exit_code;
    int line; /* of the '$' in the file */
    size_t block;
} step;

typedef struct {
    const char *path;
    char **lines;
    size_t n_lines;
    step *steps;
    size_t n_steps;
    size_t n_blocks; /* runnable ones; a .t file has one */
    int *block_line;
    size_t n_not_run;
    long timeout_s;
    char *missing; /* what '# requires:' did not find, or NULL */
} transcript;

typedef struct {
    size_t passed, failed, skipped;
} tally;

static void die(const char *what)
{
    fprintf(stderr, "transcript: %s\n", what);
    exit(2);
}

static void *need(void *p)
{
    if (!p)
        die("out of memory");
    return p;
}

/* The text is cut at its line ends in place. */
static void split_lines(transcript *t, char *text, size_t n)
{
    t->lines = need(calloc(n + 2, sizeof *t->lines));
    for (char *p = text; *p;) {
        char *end = strchr(p, '\n');
        t->lines[t->n_lines++] = p;
        if (!end)
            break;
        *end = '\0';
        p = end + 1;
    }
}

static void note_setting(transcript *t, const char *s)
{
    while (*s == '#' || *s == ' ' || *s == '<' || *s == '!' || *s == '-')
        s++;
    if (mote_str_starts(s, "timeout:"))
        t->timeout_s = strtol(s + 8, NULL, 10);
    if (!mote_str_starts(s, "requires:"))
        return;
    char *words = need(strdup(s + 9));
    for (char *save, *w = strtok_r(words, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
        if (mote_str_eq(w, "-->"))
            break;
        bool there = isupper((unsigned char)w[0]) ? mote_env(w) != NULL : mote_process_in_path(w);
        if (!there && !t->missing)
            t->missing = need(strdup(w));
    }
    free(words);
}

static step *add_step(transcript *t, const char *command, size_t i)
{
    step *s = &t->steps[t->n_steps++];
    *s = (step){.command = need(strdup(command)), .line = (int)i + 1, .block = t->n_blocks - 1};
    s->expected = need(calloc(t->n_lines + 1, sizeof *s->expected));
    return s;
}

static void continue_command(step *s, const char *more)
{
    size_t n = strlen(s->command);
    s->command = need(realloc(s->command, n + strlen(more) + 2));
    s->command[n] = '\n';
    strcpy(s->command + n + 1, more);
}

/* Blank lines at the end are layout; then '[exit N]' is the code. */
static void finish_step(step *s)
{
    if (!s)
        return;
    while (s->n_expected && !s->expected[s->n_expected - 1][0])
        s->n_expected--;
    int code;
    int used = 0;
    if (s->n_expected && sscanf(s->expected[s->n_expected - 1], "[exit %d]%n", &code, &used) == 1 &&
        used && !s->expected[s->n_expected - 1][used]) {
        s->exit_code = code;
        s->n_expected--;
    }
}

static void take_line(transcript *t, step **current, size_t i, bool may_comment, bool *in_comment)
{
    char *line = t->lines[i];
    bool after_blank = i == 0 || !t->lines[i - 1][0];
    if (mote_str_starts(line, "$ ")) {
        finish_step(*current);
        *current = add_step(t, line + 2, i);
        *in_comment = false;
    } else if (*current && !(*current)->n_expected && mote_str_starts(line, "> ") && !*in_comment) {
        continue_command(*current, line + 2);
    } else if (may_comment && line[0] == '#' && (!*current || after_blank || *in_comment)) {
        *in_comment = true;
        note_setting(t, line);
    } else if (*in_comment) {
        return;
    } else if (*current) {
        (*current)->expected[(*current)->n_expected++] = line;
    } else if (line[0]) {
        fprintf(stderr, "%s:%zu: text before the first command\n", t->path, i + 1);
        exit(2);
    }
}

static void read_transcript(transcript *t)
{
    step *current = NULL;
    bool in_comment = false;
    t->n_blocks = 1;
    t->block_line[0] = 1;
    for (size_t i = 0; i < t->n_lines; i++)
        take_line(t, &current, i, true, &in_comment);
    finish_step(current);
}

static void read_markdown(transcript *t)
{
    step *current = NULL;
    enum { OUTSIDE, OTHER, CONSOLE } in = OUTSIDE;
    for (size_t i = 0; i < t->n_lines; i++) {
        const char *line = t->lines[i];
        bool in_comment = false;
        if (in != OUTSIDE && mote_str_starts(line, "```")) {
            finish_step(current);
            current = NULL;
            in = OUTSIDE;
        } else if (in == OUTSIDE && mote_str_eq(line, "```console no-run")) {
            t->n_not_run++;
            in = OTHER;
        } else if (in == OUTSIDE && mote_str_eq(line, "```console")) {
            t->block_line[t->n_blocks++] = (int)i + 1;
            in = CONSOLE;
        } else if (in == OUTSIDE && mote_str_starts(line, "```")) {
            in = OTHER;
        } else if (in == OUTSIDE && mote_str_starts(line, "<!-- ")) {
            note_setting(t, line);
        } else if (in == CONSOLE) {
            take_line(t, &current, i, false, &in_comment);
        }
    }
    if (in != OUTSIDE) {
        fprintf(stderr, "%s: a fenced block does not end\n", t->path);
        exit(2);
    }
}

/* --- running --- */

static char *path_in(const char *dir, const char *kind, size_t i)
{
    mote_buf b;
    mote_buf_init(&b, 4096);
    mote_buf_printf(&b, "%s/%s.%zu", dir, kind, i);
    return need(mote_buf_take(&b, NULL));
}

/* One sh for all steps: eval keeps 'cd' and variables, the redirections end with it. */
static char *make_script(const transcript *t, const char *dir)
{
    mote_buf b;
    mote_buf_init(&b, MOST_BYTES);
    mote_buf_printf(&b, "T='%s'\ncd \"$T/work\"\n", dir);
    for (size_t i = 0; i < t->n_steps; i++) {
        char *path = path_in(dir, "cmd", i);
        if (mote_file_write(path, t->steps[i].command, strlen(t->steps[i].command), NULL) !=
            MOTE_OK)
            die("cannot write to the temporary folder");
        free(path);
        mote_buf_printf(&b,
                        "eval \"$(cat \"$T/cmd.%zu\")\" >\"$T/out.%zu\" 2>&1 </dev/null\n"
                        "echo $? >\"$T/rc.%zu\"\n",
                        i, i, i);
    }
    return need(mote_buf_take(&b, NULL));
}

/* --- comparing --- */

static void add_literal(mote_buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strchr("\\^$.[]|()*+?{}", s[i]))
            mote_buf_char(b, '\\');
        mote_buf_char(b, s[i]);
    }
}

static bool line_matches(const char *want, const char *got)
{
    if (!strstr(want, "{{"))
        return strcmp(want, got) == 0;
    mote_buf b;
    mote_buf_init(&b, MOST_BYTES);
    mote_buf_char(&b, '^');
    const char *p = want;
    for (;;) {
        const char *open = strstr(p, "{{");
        const char *close = open ? strstr(open + 2, "}}") : NULL;
        if (!close)
            break;
        add_literal(&b, p, (size_t)(open - p));
        while (close[2] == '}') /* a{2}}} : the regular expression may end in a brace */
            close++;
        mote_buf_char(&b, '(');
        mote_buf_add(&b, open + 2, (size_t)(close - open - 2));
        mote_buf_char(&b, ')');
        p = close + 2;
    }
    add_literal(&b, p, strlen(p));
    mote_buf_char(&b, '$');
    char *pattern = need(mote_buf_take(&b, NULL));
    regex_t re;
    bool ok = false;
    if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) == 0) {
        ok = regexec(&re, got, 0, NULL, 0) == 0;
        regfree(&re);
    } else {
        fprintf(stderr, "transcript: '%s' is not a regular expression\n", want);
    }
    free(pattern);
    return ok;
}

/* reach[k] after i expected lines: they can have eaten exactly the first k lines of the output. */
static bool lines_match(const step *s, char **got, size_t n_got)
{
    bool *reach = need(calloc(n_got + 1, 1));
    reach[0] = true;
    for (size_t i = 0; i < s->n_expected; i++) {
        if (mote_str_eq(s->expected[i], "...")) {
            for (size_t k = 1; k <= n_got; k++)
                reach[k] = reach[k] || reach[k - 1];
            continue;
        }
        for (size_t k = n_got; k > 0; k--)
            reach[k] = reach[k - 1] && line_matches(s->expected[i], got[k - 1]);
        reach[0] = false;
    }
    bool ok = reach[n_got];
    free(reach);
    return ok;
}

static void show_difference(const transcript *t, const step *s, const transcript *got, int code)
{
    printf("not ok - %s:%d: $ %s\n", t->path, s->line, s->command);
    printf("  expected (exit %d):\n", s->exit_code);
    for (size_t i = 0; i < s->n_expected; i++)
        printf("    %s\n", s->expected[i]);
    printf("  got (exit %d):\n", code);
    for (size_t i = 0; i < got->n_lines; i++)
        printf("    %s\n", got->lines[i]);
}

static char *read_text(const char *dir, const char *kind, size_t i)
{
    char *path = path_in(dir, kind, i);
    char *text = NULL;
    size_t n;
    if (mote_file_read(path, MOST_BYTES, &text, &n, NULL) != MOTE_OK)
        text = NULL;
    free(path);
    return text;
}

static bool step_passes(const transcript *t, const char *dir, size_t i)
{
    const step *s = &t->steps[i];
    char *code = read_text(dir, "rc", i);
    char *out = read_text(dir, "out", i);
    transcript got = {.path = t->path};
    if (out)
        split_lines(&got, out, strlen(out));
    while (got.n_lines && !got.lines[got.n_lines - 1][0])
        got.n_lines--;
    bool ok = code && atoi(code) == s->exit_code && lines_match(s, got.lines, got.n_lines);
    if (!code) {
        printf("not ok - %s:%d: $ %s\n  was not finished (time-out, or 'exit' before)\n", t->path,
               s->line, s->command);
        for (size_t k = 0; k < got.n_lines; k++)
            printf("    %s\n", got.lines[k]);
    } else if (!ok) {
        show_difference(t, s, &got, atoi(code));
    }
    free(got.lines);
    mote_free(out);
    mote_free(code);
    return ok;
}

/* Steps after a failed one are not compared: their failures would only be echoes. */
static void judge(const transcript *t, const char *dir, tally *sum)
{
    bool broken = false;
    size_t i = 0;
    for (size_t block = 0; block < t->n_blocks; block++) {
        bool ok = !broken;
        for (; i < t->n_steps && t->steps[i].block == block; i++)
            ok = ok && step_passes(t, dir, i);
        if (ok) {
            printf("ok - %s:%d\n", t->path, t->block_line[block]);
            sum->passed++;
        } else {
            if (broken)
                printf("not ok - %s:%d: an earlier block of the page failed\n", t->path,
                       t->block_line[block]);
            sum->failed++;
        }
        broken = broken || !ok;
    }
}

static void run(transcript *t, tally *sum)
{
    char dir[] = "/tmp/mote-transcript-XXXXXX";
    char work[64];
    mote_err err = {0};
    if (!mkdtemp(dir))
        die("cannot make a temporary folder");
    snprintf(work, sizeof work, "%s/work", dir);
    if (mote_dir_make(work, &err) != MOTE_OK)
        die(err.text);
    setenv("HOME", work, 1);
    char *script = make_script(t, dir);
    const char *const argv[] = {"sh", "-c", script, NULL};
    mote_process p = {.argv = argv, .timeout_ms = t->timeout_s * 1000, .own_group = true};
    int code;
    if (mote_process_run(&p, &code, &err) != MOTE_OK)
        printf("# %s: %s\n", t->path, err.text);
    judge(t, dir, sum);
    mote_ignore(mote_dir_remove(dir, NULL)); /* rubbish in /tmp is no failure of a test */
    free(script);
}

static void run_file(const char *path, tally *sum)
{
    mote_err err;
    char *text = NULL;
    size_t n;
    transcript t = {.path = path, .timeout_s = 120};
    if (mote_file_read(path, MOST_BYTES, &text, &n, &err) != MOTE_OK)
        die(err.text);
    split_lines(&t, text, n);
    t.steps = need(calloc(t.n_lines + 1, sizeof *t.steps));
    t.block_line = need(calloc(t.n_lines + 2, sizeof *t.block_line));
    if (mote_str_ends(path, ".md"))
        read_markdown(&t);
    else
        read_transcript(&t);
    if (t.n_not_run) {
        printf("skip - %s: %zu blocks are marked no-run\n", path, t.n_not_run);
        sum->skipped += t.n_not_run;
    }
    if (t.missing && t.n_blocks) {
        printf("skip - %s: '%s' is not there\n", path, t.missing);
        sum->skipped += t.n_blocks;
    } else if (t.n_blocks && !t.n_steps) {
        printf("not ok - %s: has no command\n", path);
        sum->failed += t.n_blocks;
    } else if (t.n_steps) {
        run(&t, sum);
    }
    for (size_t i = 0; i < t.n_steps; i++) {
        free(t.steps[i].command);
        free(t.steps[i].expected);
    }
    free(t.missing);
    free(t.steps);
    free(t.block_line);
    free(t.lines);
    mote_free(text);
}

int main(int argc, char **argv)
{
    tally sum = {0};
    /* A make above this one is nothing to a make below. */
    unsetenv("MAKEFLAGS");
    unsetenv("MFLAGS");
    unsetenv("MAKELEVEL");
    setenv("LC_ALL", "C", 1);
    setenv("NO_COLOR", "1", 1);
    setenv("TZ", "UTC", 1);
    for (int i = 1; i < argc; i++)
        run_file(argv[i], &sum);
    printf("%zu passed, %zu failed, %zu skipped\n", sum.passed, sum.failed, sum.skipped);
    return sum.failed ? 1 : 0;
}
