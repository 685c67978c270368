/* SPDX-License-Identifier: Apache-2.0 */
/* Manual pages (man(7) macros) and completion. See manual.h. */
#include "cli/manual.h"

#include <string.h>

#include "cli/options.h"

#define WORD_BYTES 32

typedef struct {
    const char *words, *group, *summary;
    const mote_command *command;
} entry;

static const entry entries[] = {
#define CMD(id, words, group, flags, summary) {words, #group, summary, &mote_cmd_##id},
#include "cli/commands.def"
#undef CMD
};

/* The options of a command and those of every one, as one list. */
static const mote_option *option_at(const mote_command *c, size_t i)
{
    size_t n_common = 0;
    const mote_option *common = mote_options_common(&n_common);
    return i < c->n_options              ? &c->options[i]
           : i < c->n_options + n_common ? &common[i - c->n_options]
                                         : NULL;
}

/* First and second word; the second is "" for a command of one. */
static void split(const entry *e, char first[WORD_BYTES], char second[WORD_BYTES])
{
    const size_t n = strcspn(e->words, " ");
    (void)mote_format(first, WORD_BYTES, "%.*s", (int)n, e->words);
    (void)mote_format(second, WORD_BYTES, "%s", e->words[n] ? e->words + n + 1 : "");
}

/* Is this the first entry of its first word? */
static bool begins_family(size_t i)
{
    const size_t n = strcspn(entries[i].words, " ") + 1;
    return i == 0 || strncmp(entries[i - 1].words, entries[i].words, n) != 0;
}

static bool is_family(const entry *e)
{
    return strchr(e->words, ' ') != NULL;
}

/* ---- manual pages ------------------------------------------------------------------------ */

/* Text for troff: a backslash, a hyphen that is one, and no line that looks like a request. */
static void put_roff(const char *s, size_t n, FILE *out)
{
    for (size_t i = 0; i < n; i++) {
        if ((i == 0 || s[i - 1] == '\n') && (s[i] == '.' || s[i] == '\''))
            fputs("\\&", out);
        if (s[i] == '\\')
            fputs("\\e", out);
        else if (s[i] == '-')
            fputs("\\-", out);
        else
            fputc(s[i], out);
    }
}

/* A paragraph of its own for each block of lines. */
static void put_paragraphs(const char *s, FILE *out)
{
    while (*s) {
        const char *end = strstr(s, "\n\n");
        const size_t n = end ? (size_t)(end - s) : strlen(s);
        put_roff(s, n, out);
        fputs(end ? "\n.PP\n" : "\n", out);
        s += n + (end ? 2 : 0);
    }
}

static void put_title(const char *words, FILE *out)
{
    fputs(".\\\" Made by 'mote help --man' from the program's tables.\n.TH \"MOTE", out);
    for (const char *s = words; *s; s++)
        fputc(*s == ' ' ? '-' : *s >= 'a' && *s <= 'z' ? *s - 'a' + 'A' : *s, out);
    fputs("\" 1 \"\" \"mote " MOTE_VERSION "\" \"Mote\"\n", out);
}

static void put_options(const mote_command *c, FILE *out)
{
    const mote_option *o;
    fputs(".SH OPTIONS\n", out);
    for (size_t i = 0; (o = option_at(c, i)) != NULL; i++) {
        fputs(".TP\n", out);
        if (o->letter)
            fprintf(out, "\\fB\\-%c\\fR, ", o->letter);
        fputs("\\fB\\-\\-", out);
        put_roff(o->name, strlen(o->name), out);
        fputs("\\fR", out);
        if (o->value_name) {
            fputs(" \\fI", out);
            put_roff(o->value_name, strlen(o->value_name), out);
            fputs("\\fR", out);
        }
        fputc('\n', out);
        put_paragraphs(o->help, out);
    }
}

static void put_examples(const char *examples, FILE *out)
{
    fputs(".SH EXAMPLES\n.nf\n", out);
    for (const char *line = examples; *line;) {
        line += strspn(line, " ");
        const size_t n = strcspn(line, "\n");
        put_roff(line, n, out);
        fputc('\n', out);
        line += n + (line[n] == '\n');
    }
    fputs(".fi\n", out);
}

static void print_page(const entry *e, FILE *out)
{
    char dashed[2 * WORD_BYTES] = " ";
    (void)mote_format(dashed, sizeof dashed, " %s", e->words);
    put_title(dashed, out);
    fputs(".SH NAME\nmote", out);
    for (const char *s = dashed; *s; s++)
        fputs(*s == ' ' ? "\\-" : (const char[2]){*s, '\0'}, out);
    fputs(" \\- ", out);
    put_roff(e->summary, strlen(e->summary), out);
    fprintf(out, "\n.SH SYNOPSIS\n\\fBmote %s\\fR ", e->words);
    put_roff(e->command->usage, strlen(e->command->usage), out);
    fputs("\n", out);
    if (e->command->about) {
        fputs(".SH DESCRIPTION\n", out);
        put_paragraphs(e->command->about, out);
    }
    put_options(e->command, out);
    if (e->command->examples)
        put_examples(e->command->examples, out);
    fputs(".SH SEE ALSO\n\\fBmote\\fR(1)\n", out);
}

static void print_statuses(FILE *out)
{
    static const struct {
        int code;
        const char *name, *text;
    } statuses[] = {
#define STATUS(name, exit_code, http_code, text) {exit_code, #name, text},
#include "base/status.def"
#undef STATUS
    };
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < MOTE_COUNT_OF(statuses); i++) {
        fprintf(out, ".TP\n%d\n", statuses[i].code);
        put_paragraphs(statuses[i].text, out);
    }
}

static void print_program(FILE *out)
{
    put_title("", out);
    fputs(".SH NAME\nmote \\- the whole machine\\-learning lifecycle for small models\n"
          ".SH SYNOPSIS\n\\fBmote\\fR \\fICOMMAND\\fR [options]\n"
          ".SH DESCRIPTION\nFrom the requirements of a product, through data, features, training "
          "and validation, to integer code on a microcontroller and an inference server, and back "
          "round through monitoring and retraining. A project is a folder with a\n\\fImote.yaml\\fR"
          ".\n.SH COMMANDS\n",
          out);
    const char *group = "";
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        if (strcmp(group, entries[i].group) != 0)
            fprintf(out, ".SS %s\n", entries[i].group);
        group = entries[i].group;
        fprintf(out, ".TP\n\\fBmote %s\\fR\n", entries[i].words);
        put_paragraphs(entries[i].summary, out);
    }
    fputs(".PP\nEach has a page of its own, such as\n\\fBmote\\-data\\-add\\fR(1),\nand "
          "\\fBmote\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR.\n",
          out);
    print_statuses(out);
    fputs(".SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, when it is set\n"
          ".SH FILES\n.TP\nmote.yaml\nwhat a project must do, and every setting that leads there\n"
          ".TP\n\\&.mote\nits store, beside mote.yaml\n",
          out);
}

/* ---- completion -------------------------------------------------------------------------- */

static void put_options_list(const mote_command *c, FILE *out)
{
    const mote_option *o;
    for (size_t i = 0; (o = option_at(c, i)) != NULL; i++)
        fprintf(out, "%s--%s", i ? " " : "", o->name);
}

/* The second words of a family, beginning with entry i. */
static void put_second_words(size_t i, FILE *out)
{
    char family[WORD_BYTES], first[WORD_BYTES], second[WORD_BYTES];
    split(&entries[i], family, second);
    for (size_t k = i; k < MOTE_COUNT_OF(entries); k++) {
        split(&entries[k], first, second);
        if (strcmp(first, family) == 0)
            fprintf(out, "%s%s", k > i ? " " : "", second);
    }
}

static void print_bash(FILE *out)
{
    char first[WORD_BYTES], second[WORD_BYTES];
    fputs("# Completion of mote for bash, made by 'mote help --bash'.\n_mote()\n{\n"
          "    local cur=\"${COMP_WORDS[COMP_CWORD]}\" list=\"\"\n"
          "    COMPREPLY=()\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        list=\"",
          out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        split(&entries[i], first, second);
        if (begins_family(i))
            fprintf(out, "%s ", first);
    }
    fputs("help --help --version\"\n"
          "    elif [ \"$COMP_CWORD\" -eq 2 ] && [ \"${cur#-}\" = \"$cur\" ]; then\n"
          "        case \"${COMP_WORDS[1]}\" in\n",
          out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++)
        if (begins_family(i) && is_family(&entries[i])) {
            split(&entries[i], first, second);
            fprintf(out, "        %s) list=\"", first);
            put_second_words(i, out);
            fputs("\" ;;\n", out);
        }
    fputs("        esac\n    fi\n    if [ \"${cur#-}\" != \"$cur\" ]; then\n"
          "        case \"${COMP_WORDS[1]} ${COMP_WORDS[2]} \" in\n",
          out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        fprintf(out, "        \"%s \"*) list=\"", entries[i].words);
        put_options_list(entries[i].command, out);
        fputs("\" ;;\n", out);
    }
    fputs("        esac\n    fi\n"
          "    [ -z \"$list\" ] || COMPREPLY=($(compgen -W \"$list\" -- \"$cur\"))\n}\n"
          "complete -o default -F _mote mote\n",
          out);
}

/* Inside single quotes; `stop` is escaped too (0: nothing), as are line feeds made blanks. */
static void put_quoted(const char *s, char stop, bool is_fish, FILE *out)
{
    for (; *s; s++) {
        if (*s == '\'')
            fputs(is_fish ? "\\'" : "'\\''", out);
        else if (*s == '\\' && is_fish)
            fputs("\\\\", out);
        else if (stop && *s == stop)
            fprintf(out, "\\%c", *s);
        else
            fputc(*s == '\n' ? ' ' : *s, out);
    }
}

static void put_zsh_item(const char *indent, const char *name, const char *words, FILE *out)
{
    fprintf(out, "%s'%s:", indent, name);
    put_quoted(words, ':', false, out);
    fputs("'\n", out);
}

static void print_zsh(FILE *out)
{
    char first[WORD_BYTES], second[WORD_BYTES], name[WORD_BYTES + 2];
    fputs("#compdef mote\n# Completion of mote for zsh, made by 'mote help --zsh'.\n_mote() {\n"
          "  local -a list\n  if (( CURRENT == 2 )); then\n    list=(\n",
          out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        split(&entries[i], first, second);
        if (begins_family(i))
            put_zsh_item("      ", first, is_family(&entries[i]) ? "commands" : entries[i].summary,
                         out);
    }
    fputs("    )\n    _describe command list\n    return\n  fi\n"
          "  if (( CURRENT == 3 )); then\n    case $words[2] in\n",
          out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        if (!begins_family(i) || !is_family(&entries[i]))
            continue;
        split(&entries[i], first, second);
        fprintf(out, "    %s) list=(\n", first);
        for (size_t k = i; k < MOTE_COUNT_OF(entries); k++) {
            char other[WORD_BYTES];
            split(&entries[k], other, second);
            if (strcmp(first, other) == 0)
                put_zsh_item("      ", second, entries[k].summary, out);
        }
        fputs("      ); _describe command list; return ;;\n", out);
    }
    fputs("    esac\n  fi\n  case \"$words[2] $words[3] \" in\n", out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        const mote_option *o;
        fprintf(out, "  \"%s \"*) list=(\n", entries[i].words);
        for (size_t k = 0; (o = option_at(entries[i].command, k)) != NULL; k++) {
            (void)mote_format(name, sizeof name, "--%s", o->name);
            put_zsh_item("    ", name, o->help, out);
        }
        fputs("    ) ;;\n", out);
    }
    fputs("  esac\n  if [[ $PREFIX == -* ]]; then _describe -o option list; else _files; fi\n}\n"
          "if [[ $funcstack[1] == _mote ]]; then _mote \"$@\"; "
          "elif (( $+functions[compdef] )); then compdef _mote mote; fi\n",
          out);
}

static void put_fish_options(const entry *e, FILE *out)
{
    char first[WORD_BYTES], second[WORD_BYTES];
    const mote_option *o;
    split(e, first, second);
    for (size_t i = 0; (o = option_at(e->command, i)) != NULL; i++) {
        fprintf(out, "complete -c mote -n '__fish_seen_subcommand_from %s", first);
        if (*second)
            fprintf(out, "; and __fish_seen_subcommand_from %s", second);
        fprintf(out, "' -l %s", o->name);
        if (o->letter)
            fprintf(out, " -s %c", o->letter);
        fputs(o->kind == MOTE_OPT_FLAG ? " -d '" : " -r -d '", out);
        put_quoted(o->help, 0, true, out);
        fputs("'\n", out);
    }
}

static void print_fish(FILE *out)
{
    char first[WORD_BYTES], second[WORD_BYTES];
    fputs("# Completion of mote for fish, made by 'mote help --fish'.\n", out);
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        split(&entries[i], first, second);
        if (begins_family(i)) {
            fprintf(out, "complete -c mote -n __fish_use_subcommand -f -a %s -d '", first);
            put_quoted(is_family(&entries[i]) ? "commands" : entries[i].summary, 0, true, out);
            fputs("'\n", out);
        }
        if (is_family(&entries[i])) {
            size_t begin = i;
            while (!begins_family(begin))
                begin--;
            fprintf(out,
                    "complete -c mote -n '__fish_seen_subcommand_from %s; and not "
                    "__fish_seen_subcommand_from ",
                    first);
            put_second_words(begin, out);
            fprintf(out, "' -f -a %s -d '", second);
            put_quoted(entries[i].summary, 0, true, out);
            fputs("'\n", out);
        }
        put_fish_options(&entries[i], out);
    }
}

/* ---- together ---------------------------------------------------------------------------- */

static void print_words(FILE *out)
{
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++)
        fprintf(out, "%s\n", entries[i].words);
}

static const entry *find(const char *const *args, size_t n)
{
    char first[WORD_BYTES], second[WORD_BYTES];
    for (size_t i = 0; i < MOTE_COUNT_OF(entries); i++) {
        split(&entries[i], first, second);
        if (n == 1 + (*second != '\0') && strcmp(args[0], first) == 0 &&
            (n == 1 || strcmp(args[1], second) == 0))
            return &entries[i];
    }
    return NULL;
}

bool mote_manual_print(const char *const *args, size_t n, FILE *out)
{
    static const struct {
        const char *form;
        void (*print)(FILE *out);
    } forms[] = {{"--man", print_program},
                 {"--words", print_words},
                 {"--bash", print_bash},
                 {"--zsh", print_zsh},
                 {"--fish", print_fish}};
    if (n > 1 && strcmp(args[0], "--man") == 0) {
        const entry *e = find(args + 1, n - 1);
        if (e)
            print_page(e, out);
        return e != NULL;
    }
    for (size_t i = 0; n == 1 && i < MOTE_COUNT_OF(forms); i++)
        if (strcmp(args[0], forms[i].form) == 0) {
            forms[i].print(out);
            return true;
        }
    return false;
}
