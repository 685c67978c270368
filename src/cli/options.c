/* SPDX-License-Identifier: Apache-2.0 */
/* Options: one table read for parsing and for help. See options.h. */
#include "cli/options.h"

#include <string.h>

static const mote_option common_options[] = {
    {"project", 0, MOTE_OPT_STRING, offsetof(mote_common_values, project), 0, 0, "DIR",
     "the project folder (default: the nearest one upwards with mote.yaml)"},
    {"json", 0, MOTE_OPT_FLAG, offsetof(mote_common_values, json), 0, 0, NULL,
     "the result as one JSON document on standard output"},
    {"quiet", 'q', MOTE_OPT_FLAG, offsetof(mote_common_values, quiet), 0, 0, NULL, "no progress"},
    {"threads", 0, MOTE_OPT_INT, offsetof(mote_common_values, threads), 1, 256, "N",
     "threads to use (default: training.threads of mote.yaml, or all processors); results do not "
     "depend on it"},
    {"help", 'h', MOTE_OPT_FLAG, offsetof(mote_common_values, help), 0, 0, NULL, "this text"},
};

const mote_option *mote_options_common(size_t *n)
{
    *n = MOTE_COUNT_OF(common_options);
    return common_options;
}

typedef struct {
    const mote_option *option;
    void *base;
} found;

static found find(const mote_command *c, const char *name, size_t n, char letter, mote_typed *to)
{
    for (int set = 0; set < 2; set++) {
        const mote_option *list = set ? common_options : c->options;
        size_t n_list = set ? MOTE_COUNT_OF(common_options) : c->n_options;
        for (size_t i = 0; i < n_list; i++) {
            bool by_name = name && strlen(list[i].name) == n && memcmp(list[i].name, name, n) == 0;
            if (by_name || (letter && list[i].letter == letter))
                return (found){&list[i], set ? (void *)&to->common : to->values};
        }
    }
    return (found){NULL, NULL};
}

static mote_status unknown(const mote_command *c, const char *arg, size_t name_len, mote_err *err)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; i < c->n_options && n < 60; i++)
        names[n++] = c->options[i].name;
    for (size_t i = 0; i < MOTE_COUNT_OF(common_options) && n < 64; i++)
        names[n++] = common_options[i].name;
    char word[64];
    (void)mote_format(word, sizeof word, "%.*s", (int)(name_len < 63 ? name_len : 63), arg + 2);
    const char *near = arg[1] == '-' ? mote_nearest(word, names, n) : NULL;
    if (near)
        return mote_fail(err, MOTE_USAGE, "unknown option '%s', did you mean '--%s'?", arg, near);
    return mote_fail(err, MOTE_USAGE, "unknown option '%s', see --help", arg);
}

static mote_status set_value(const found *f, const char *value, mote_err *err)
{
    char *at = (char *)f->base + f->option->offset;
    const mote_option *o = f->option;
    switch (o->kind) {
    case MOTE_OPT_FLAG:
        memcpy(at, &(bool){true}, sizeof(bool));
        return MOTE_OK;
    case MOTE_OPT_STRING:
        memcpy(at, &value, sizeof value);
        return MOTE_OK;
    case MOTE_OPT_STRINGS: {
        mote_option_list list;
        memcpy(&list, at, sizeof list);
        if (list.n == MOTE_OPT_MOST)
            return mote_fail(err, MOTE_USAGE, "option --%s is there more than %d times", o->name,
                             MOTE_OPT_MOST);
        list.items[list.n++] = value;
        memcpy(at, &list, sizeof list);
        return MOTE_OK;
    }
    case MOTE_OPT_INT: {
        int64_t x;
        if (!mote_parse_i64(value, strlen(value), &x))
            return mote_fail(err, MOTE_USAGE, "option --%s: '%s' is not a whole number", o->name,
                             value);
        if ((double)x < o->lo || (double)x > o->hi)
            return mote_fail(err, MOTE_USAGE, "option --%s: %s is outside %.0f to %.0f", o->name,
                             value, o->lo, o->hi);
        memcpy(at, &x, sizeof x);
        return MOTE_OK;
    }
    case MOTE_OPT_NUMBER: {
        double x;
        if (!mote_parse_f64(value, strlen(value), &x))
            return mote_fail(err, MOTE_USAGE, "option --%s: '%s' is not a number", o->name, value);
        if (!(x >= o->lo && x <= o->hi))
            return mote_fail(err, MOTE_USAGE, "option --%s: %s is outside %g to %g", o->name, value,
                             o->lo, o->hi);
        memcpy(at, &x, sizeof x);
        return MOTE_OK;
    }
    default:
        MOTE_BUG_IF(true);
    }
}

/* argv[*i] is an option; *i moves on to its value if that is the next argument. */
static mote_status read_one(const mote_command *c, const char *const *argv, size_t n, size_t *i,
                            mote_typed *to, mote_err *err)
{
    const char *arg = argv[*i], *value = NULL;
    size_t name_len = strlen(arg) - 1;
    found f;
    if (arg[1] == '-') {
        const char *eq = strchr(arg, '=');
        name_len = eq ? (size_t)(eq - arg) - 2 : strlen(arg) - 2;
        value = eq ? eq + 1 : NULL;
        f = find(c, arg + 2, name_len, 0, to);
    } else {
        f = arg[2] == 0 ? find(c, NULL, 0, arg[1], to) : (found){NULL, NULL};
    }
    if (!f.option)
        return unknown(c, arg, name_len, err);
    if (f.option->kind == MOTE_OPT_FLAG) {
        if (value)
            return mote_fail(err, MOTE_USAGE, "option --%s takes no value", f.option->name);
    } else if (!value) {
        if (*i + 1 >= n)
            return mote_fail(err, MOTE_USAGE, "option --%s needs a value (%s)", f.option->name,
                             f.option->value_name);
        value = argv[++*i];
    }
    return set_value(&f, value, err);
}

mote_status mote_options_read(const mote_command *c, const char *const *argv, size_t n,
                              mote_typed *out, mote_err *err)
{
    size_t count = 0;
    bool only_args = false;
    for (size_t i = 0; i < n; i++) {
        if (!only_args && strcmp(argv[i], "--") == 0)
            only_args = true;
        else if (!only_args && argv[i][0] == '-' && argv[i][1] != 0)
            MOTE_TRY(read_one(c, argv, n, &i, out, err));
        else
            out->args[count++] = argv[i];
    }
    out->n_args = count;
    if (out->common.help)
        return MOTE_OK;
    if (count < c->min_args)
        return mote_fail(err, MOTE_USAGE, "an argument is missing: %s", c->usage);
    if (count > c->max_args)
        return mote_fail(err, MOTE_USAGE, "unexpected argument '%s': %s", out->args[c->max_args],
                         c->usage[0] ? c->usage : "the command takes none");
    return MOTE_OK;
}

static void help_options(const mote_option *list, size_t n, FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        char left[64], letter[8] = "    ";
        if (list[i].letter)
            (void)mote_format(letter, sizeof letter, "-%c, ", list[i].letter);
        (void)mote_format(left, sizeof left, "%s--%s%s%s", letter, list[i].name,
                          list[i].value_name ? " " : "",
                          list[i].value_name ? list[i].value_name : "");
        fprintf(out, "  %-28s %s\n", left, list[i].help);
    }
}

void mote_options_help(const char *words, const char *summary, const mote_command *c, FILE *out)
{
    fprintf(out, "mote %s: %s\n\nusage: mote %s%s%s\n", words, summary, words,
            c->usage[0] ? " " : "", c->usage);
    if (c->about)
        fprintf(out, "\n%s\n", c->about);
    fputs("\noptions:\n", out);
    help_options(c->options, c->n_options, out);
    help_options(common_options, MOTE_COUNT_OF(common_options), out);
    if (c->examples)
        fputs("\nexamples:\n", out);
    for (const char *line = c->examples; line && *line;) {
        while (*line == ' ')
            line++;
        size_t n = strcspn(line, "\n");
        fprintf(out, "  %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}
