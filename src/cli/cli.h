/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: a table of commands, typed options, results and progress.
 *
 * The dispatcher finds the command, reads its options into the command's own struct, prepares what
 * its flags ask for (project, store, lock), runs it, and turns a failure into words and an exit
 * code. A command body therefore only calls a library and shows the result. Results go to standard
 * output; progress and messages to standard error; with --json exactly one document is the result.
 *
 * Depends on everything below it in the house; only the commands use it. */
#ifndef MOTE_CLI_CLI_H
#define MOTE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/status.h"
#include "cli/pace.h"
#include "project/project.h"
#include "store/store.h"

enum {
    MOTE_CMD_NEEDS_PROJECT = 1u << 0, /* cli->project: mote.yaml, found upwards or by --project */
    MOTE_CMD_NEEDS_STORE = 1u << 1,   /* cli->store */
    MOTE_CMD_WRITES = 1u << 2,        /* one such command at a time in a project */
    MOTE_CMD_OPTIONAL_PROJECT = 1u << 3, /* project and store if there is one, else NULL */
    /* What the command needs and cannot be had is no end: it is in cli->trouble, its members NULL
     * (but project_dir, when a mote.yaml was found). */
    MOTE_CMD_TOLERANT = 1u << 4
};

/* What a command works with. All borrowed; lives until the command returns. */
typedef struct {
    mote_arena arena;        /* of the command; limit 4 GB */
    const char *project_dir; /* --project, or found; NULL without a project */
    mote_project *project;
    mote_store *store;
    mote_err trouble;     /* TOLERANT: why project or store is NULL */
    mote_pool *pool;      /* all processors (--threads N: N) */
    mote_cancel *cancel;  /* set by Ctrl-C and SIGTERM */
    FILE *out, *messages; /* standard output, standard error */
    bool json;
    bool quiet;       /* --quiet: no progress */
    bool is_terminal; /* of messages */
    bool color;       /* of out: a terminal, and NO_COLOR unset */
    bool is_cut;      /* there was no memory for a part of the result: the command fails */
    bool has_result;  /* a JSON document was printed */
} mote_cli;

/* ---- options ---- */

typedef enum {
    MOTE_OPT_FLAG,
    MOTE_OPT_STRING,
    MOTE_OPT_STRINGS, /* given again, it is one more */
    MOTE_OPT_INT,
    MOTE_OPT_NUMBER
} mote_option_kind;

#define MOTE_OPT_MOST 62
typedef struct {
    const char *items[MOTE_OPT_MOST]; /* borrowed from argv */
    size_t n;
} mote_option_list;

/* "--name VALUE" or "--name=VALUE"; the value lands at `offset` in the command's struct: bool,
 * const char *, mote_option_list, int64_t or double. Ints and numbers are refused outside [lo, hi].
 */
typedef struct {
    const char *name; /* "per-keyword" */
    char letter;      /* 'o' for -o; 0: none */
    mote_option_kind kind;
    size_t offset;
    double lo, hi;
    const char *value_name; /* "N", for help */
    const char *help;
} mote_option;

typedef struct {
    const char *usage;    /* what follows the words: "PATH.. [options]" */
    const char *about;    /* a paragraph or two for --help; lines <= 80 */
    const char *examples; /* lines "mote ..."; shown by --help */
    const mote_option *options;
    size_t n_options;
    size_t min_args, max_args; /* positional */
    size_t values_bytes;       /* size of the option struct */
    const void *defaults;      /* its initial value; NULL: zeros */
    mote_status (*run)(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err);
} mote_command;

/* A command's struct and its options are written like this:
 *
 *     typedef struct { int64_t per_keyword; bool force; } synth_values;
 *     static const mote_option options[] = {
 *         {"per-keyword", 'n', MOTE_OPT_INT, offsetof(synth_values, per_keyword), 1, 100000, "N",
 *          "utterances of each keyword (default 100)"}, ...
 *     };
 *     static const synth_values defaults = {.per_keyword = 100};
 *     const mote_command mote_cmd_data_synth = {.options = options, ...};                        */
#define MOTE_COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#define CMD(id, words, group, flags, summary) extern const mote_command mote_cmd_##id;
#include "cli/commands.def"
#undef CMD

/* The whole program: what main calls. Returns the exit code. */
int mote_cli_main(int argc, const char *const *argv, FILE *out, FILE *messages);

/* ---- results ---- */

/* A line or lines of the result; nothing with --json. */
MOTE_PRINTF(2, 3) void mote_say(mote_cli *cli, const char *fmt, ...);

/* The same in a colour ("31" red, "32" green, "33" yellow; "": none) where there are colours. */
MOTE_PRINTF(3, 4) void mote_say_colored(mote_cli *cli, const char *color, const char *fmt, ...);

/* Text to a stream, like all text here: control and bidirectional characters of what is shown (a
 * file name, a label) appear as \x1b or \u202e. Only line feeds and tabs pass as they are. */
MOTE_PRINTF(2, 3) void mote_print(FILE *f, const char *fmt, ...);

/* A name that stands on a line of its own kind: line feeds and tabs in it are shown too. Lives as
 * long as cli->arena. */
const char *mote_shown(mote_cli *cli, const char *text);

/* A label or group that was typed, in the form in which names are kept (base/unicode.h); NULL and
 * what is not UTF-8 stay as they are. */
MOTE_MUST_USE mote_status mote_normal_name(mote_cli *cli, const char **name, mote_err *err);

/* Who decides, for the record: `given` (an option) unless it is NULL, $USER, the user's name in the
 * password file, or "user N". Lives as long as cli->arena. */
const char *mote_who(mote_cli *cli, const char *given);

/* The result as a document; nothing without --json. Takes the reference. Once per command. NULL,
 * no memory for it, is reported by the dispatcher, which misses the result. */
void mote_say_json(mote_cli *cli, json_t *document);

/* A message to the person, on standard error; not a result. Nothing with --quiet. */
MOTE_PRINTF(2, 3) void mote_tell(mote_cli *cli, const char *fmt, ...);

/* Columns aligned by their widest cell. Cells are copied; a row takes as many as there are titles;
 * titles that start with '>' are right-aligned. */
typedef struct {
    mote_buf cells; /* private: 0-terminated cells one after another */
    size_t n_columns, n_cells;
    uint32_t right;
} mote_table;
void mote_table_init(mote_table *t, size_t n_columns, const char *const *titles);
MOTE_PRINTF(2, 3) void mote_table_cell(mote_table *t, const char *fmt, ...);
void mote_table_say(mote_table *t, mote_cli *cli); /* and release */

/* ---- progress ---- */

/* A bar with rate and time left on a terminal, plain lines now and then on a pipe, nothing with
 * --quiet. total 0: unknown. `note` is a short text behind the bar ("loss 0.41"). The first update
 * says where the work starts (pace.h): rate and time left are of what is done after it. */
typedef struct {
    mote_cli *cli;
    const char *label;
    int64_t total, start_us, shown_us;
    mote_pace pace;
    bool is_open;
} mote_progress;
void mote_progress_start(mote_progress *p, mote_cli *cli, const char *label, int64_t total);
MOTE_PRINTF(3, 4) void mote_progress_update(mote_progress *p, int64_t done, const char *note, ...);
MOTE_PRINTF(2, 3) void mote_progress_end(mote_progress *p, const char *note, ...);

#endif
