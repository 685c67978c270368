/* SPDX-License-Identifier: Apache-2.0 */
/* mote init DIR: a new project from a template. */
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "data/spoken.h"
#include "project/init.h"

typedef struct {
    const char *template_name, *language;
    mote_option_list words;
} init_values;

/* What was made. */
typedef struct {
    const char *dir;
    mote_init_config cfg;
    mote_spoken_length length; /* of the words; n 0: of none */
    const char *const *created;
    size_t n;
} made_project;

static mote_status words_json(const made_project *m, json_t *o, mote_err *err)
{
    const mote_spoken_length *l = &m->length;
    json_t *words = json_array();
    for (size_t i = 0; i < m->cfg.n_words; i++)
        json_array_append_new(words, json_string(m->cfg.words[i]));
    if (json_object_set_new(o, "words", words) != 0 ||
        json_object_set_new(o, "spoken",
                            json_pack("{s:f, s:f, s:f, s:f, s:s, s:s}", "shortest_ms",
                                      l->shortest_ms, "middle_ms", l->middle_ms, "longest_ms",
                                      l->longest_ms, "clip_ms", l->clip_ms, "engines", l->engines,
                                      "not_installed", l->missing)) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    return MOTE_OK;
}

static mote_status init_json(mote_cli *cli, const made_project *m, mote_err *err)
{
    const char *const *created = m->created;
    const size_t n = m->n;
    MOTE_SCOPED_JSON *o = json_pack("{s:o, s:s, s:[]}", "dir", mote_json_text(m->dir), "template",
                                    m->cfg.template_name, "created");
    json_t *list = json_object_get(o, "created");
    bool is_whole = list != NULL;
    for (size_t i = 0; is_whole && i < n; i++)
        is_whole = json_array_append_new(list, json_string(created[i])) == 0;
    if (!is_whole)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    if (m->cfg.n_words > 0)
        MOTE_TRY(words_json(m, o, err));
    mote_say_json(cli, json_incref(o));
    return MOTE_OK;
}

/* The words as they are kept, and how long they last. */
static mote_status measure(mote_cli *cli, const init_values *v, made_project *m, mote_err *err)
{
    const char **words = NULL;
    MOTE_TRY(mote_arena_take(&cli->arena, v->words.n, sizeof *words, &words, err));
    for (size_t i = 0; i < v->words.n; i++) {
        words[i] = v->words.items[i];
        if (!words[i][strspn(words[i], " ")])
            return mote_fail(err, MOTE_USAGE, "--word '%s': say the word or phrase", words[i]);
        MOTE_TRY(mote_normal_name(cli, &words[i], err));
    }
    m->cfg.words = words;
    m->cfg.n_words = v->words.n;
    MOTE_TRY(mote_spoken_measure(words, v->words.n, v->language, &m->length, err));
    m->cfg.clip_ms = m->length.clip_ms;
    m->cfg.measured = mote_arena_printf(&cli->arena, "%.0f to %.0f ms by %s", m->length.shortest_ms,
                                        m->length.longest_ms, m->length.engines);
    return m->cfg.measured ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the words");
}

static void say_words(mote_cli *cli, const made_project *m)
{
    const mote_spoken_length *l = &m->length;
    mote_say(cli, "\nspoken %zu times by %s: %.0f to %.0f ms, so a clip is %.0f ms\n", l->n,
             l->engines, l->shortest_ms, l->longest_ms, l->clip_ms);
    if (l->missing[0])
        mote_say(cli, "not installed, and other voices would judge better: %s\n", l->missing);
}

static void say_next(mote_cli *cli, const made_project *m)
{
    const char *quote = strpbrk(m->dir, " !$&'()*;<>?[]`{|}~\t") ? "\"" : "";
    const mote_init_next *next = mote_init_next_of(m->cfg.template_name);
    mote_say(cli,
             "\nnext: cd %s%s%s, %s, then\n"
             "  mote scope         what it is for, as questions and answers\n"
             "%s"
             "  mote run           once round the loop\n",
             quote, m->dir, quote, m->cfg.n_words > 0 ? "look through mote.yaml" : next->first,
             next->data);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const init_values *v = values;
    (void)n_args;
    made_project m = {.dir = args[0], .cfg = {.template_name = v->template_name}};
    if (v->words.n > 0)
        MOTE_TRY(measure(cli, v, &m, err));
    MOTE_TRY(mote_project_init(args[0], &m.cfg, &cli->arena, &m.created, &m.n, err));
    for (size_t i = 0; i < m.n; i++)
        mote_say(cli, "created %s/%s\n", args[0], m.created[i]);
    if (v->words.n > 0)
        say_words(cli, &m);
    say_next(cli, &m);
    bool is_wanted = false;
    if (mote_ask_can(cli))
        MOTE_TRY(
            mote_ask_yes(cli, "\nanswer a few questions about the project now?", &is_wanted, err));
    if (is_wanted)
        MOTE_TRY(mote_ask_scope(cli, args[0], true, err));
    if (cli->json)
        return init_json(cli, &m, err);
    return MOTE_OK;
}

#define TEMPLATE(name, first, data) " " #name
static const mote_option options[] = {
    {"template", 't', MOTE_OPT_STRING, offsetof(init_values, template_name), 0, 0, "NAME",
     "what kind of project, the first when nothing is said; one of:"
#include "project/templates.def"
    },
    {"word", 'w', MOTE_OPT_STRINGS, offsetof(init_values, words), 0, 0, "TEXT",
     "a keyword or phrase, instead of those of the template; may be repeated"},
    {"language", 0, MOTE_OPT_STRING, offsetof(init_values, language), 0, 0, "CODE",
     "language of the words, as espeak-ng calls it (default: by their script, else en)"},
};
#undef TEMPLATE
static const init_values defaults = {.template_name = "keyword", .language = ""};

const mote_command mote_cmd_init = {
    .usage = "DIR [options]",
    .about = "Creates DIR with a mote.yaml in which every block is explained, a README and a\n"
             ".gitignore. Refuses a folder that holds a mote.yaml; other files are left alone.\n"
             "With --word the words are spoken by the engines of synthetic speech that are\n"
             "installed, to see how long a clip must be.",
    .examples = "mote init my-words\n"
                "mote init mine --template wakeword --word \"hey mote\"\n"
                "mote init my-gestures --template gesture\n"
                "mote init my-rows --template table",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(init_values),
    .defaults = &defaults,
    .run = run,
};
