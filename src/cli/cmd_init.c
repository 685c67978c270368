/* SPDX-License-Identifier: Apache-2.0 */
/* mote init DIR: a new project from a template. */
#include <string.h>

#include "cli/adding.h"
#include "cli/ask.h"
#include "data/import.h"
#include "data/spoken.h"
#include "project/init.h"
#include "store/folders.h"

typedef struct {
    const char *template_name, *language, *data;
    mote_option_list words;
} init_values;

/* What was made. */
typedef struct {
    const char *dir;
    mote_init_config cfg;
    mote_spoken_length length; /* of the words; n 0: of none */
    const char *const *created;
    size_t n;
    json_t *added; /* what came of the folder that it begins with, as `mote data add` says it */
} made_project;

static mote_status words_json(const made_project *m, json_t *o, mote_err *err)
{
    const mote_spoken_length *l = &m->length;
    json_t *words = json_array();
    for (size_t i = 0; i < m->cfg.n_words; i++)
        json_array_append_new(words, json_string(m->cfg.words[i]));
    if (json_object_set_new(o, "words", words) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    if (l->n > 0 &&
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
    if (json_array_size(m->added) > 0)
        MOTE_TRY(mote_json_put(o, "added", json_incref(m->added), err));
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

/* The folders of the recordings are the words that are said in them. */
static mote_status take_names(mote_cli *cli, const char *folder, made_project *m, mote_err *err)
{
    if (!mote_init_takes_words(m->cfg.template_name, &cli->arena))
        return MOTE_OK; /* its labels are those of the data */
    MOTE_TRY(mote_import_folder_labels(folder, &cli->arena, &m->cfg.words, &m->cfg.n_words, err));
    if (m->cfg.n_words == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "--data '%s': there is no folder with recordings in it whose name could "
                         "be a keyword: keep those of each word in a folder of its name, or name "
                         "the words with --word",
                         folder);
    return MOTE_OK;
}

/* The recordings, in the project that was just made. */
static mote_status add_data(mote_cli *cli, const made_project *m, const char *folder, mote_err *err)
{
    mote_lock lock = {.fd = -1};
    cli->project_dir = m->dir;
    MOTE_TRY(mote_project_load(m->dir, &cli->arena, &cli->project, NULL, err));
    MOTE_TRY(mote_store_open(m->dir, true, &cli->store, err));
    MOTE_TRY(mote_store_write_lock(cli->store, &lock, err));
    const mote_status st = mote_adding_folder(cli, folder, m->added, err);
    mote_lock_release(&lock);
    return st;
}

static void say_names(mote_cli *cli, const made_project *m, const char *folder)
{
    mote_say(cli, "\nkeywords, the folders of %s:", mote_shown(cli, folder));
    for (size_t i = 0; i < m->cfg.n_words; i++)
        mote_say(cli, "%s %s", i > 0 ? "," : "", mote_shown(cli, m->cfg.words[i]));
    mote_say(cli, "\n");
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
             m->added ? "" : next->data);
}

/* The questions with which a project begins, if somebody is there who wants them asked. */
static mote_status ask_scope(mote_cli *cli, const char *dir, mote_err *err)
{
    bool is_wanted = false;
    if (mote_ask_can(cli))
        MOTE_TRY(
            mote_ask_yes(cli, "\nanswer a few questions about the project now?", &is_wanted, err));
    return is_wanted ? mote_ask_scope(cli, dir, true, err) : MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const init_values *v = values;
    (void)n_args;
    MOTE_SCOPED_JSON *added = v->data ? json_array() : NULL;
    made_project m = {.dir = args[0], .cfg = {.template_name = v->template_name}, .added = added};
    const bool is_by_folder = v->data && v->words.n == 0;
    if (v->words.n > 0)
        MOTE_TRY(measure(cli, v, &m, err));
    if (is_by_folder)
        MOTE_TRY(take_names(cli, v->data, &m, err));
    MOTE_TRY(mote_project_init(args[0], &m.cfg, &cli->arena, &m.created, &m.n, err));
    for (size_t i = 0; i < m.n; i++)
        mote_say(cli, "created %s/%s\n", args[0], m.created[i]);
    if (v->words.n > 0)
        say_words(cli, &m);
    if (is_by_folder && m.cfg.n_words > 0)
        say_names(cli, &m, v->data);
    const mote_status st = v->data ? add_data(cli, &m, v->data, err) : MOTE_OK;
    if (st != MOTE_OK && st != MOTE_UNMET) /* UNMET: of some files; the project is whole */
        return mote_wrap(err, st, "'%s' is made, without its data", args[0]);
    say_next(cli, &m);
    MOTE_TRY(ask_scope(cli, args[0], err));
    if (cli->json)
        MOTE_TRY(init_json(cli, &m, err));
    return st;
}

#define TEMPLATE(name, first, data) " " #name
static const mote_option options[] = {
    {"template", 't', MOTE_OPT_STRING, offsetof(init_values, template_name), 0, 0, "NAME",
     "what kind of project, the first when nothing is said; one of:"
#include "project/templates.def"
    },
    {"word", 'w', MOTE_OPT_STRINGS, offsetof(init_values, words), 0, 0, "TEXT",
     "a keyword or phrase, instead of those of the template; may be repeated"},
    {"data", 0, MOTE_OPT_STRING, offsetof(init_values, data), 0, 0, "FOLDER",
     "samples to begin with: added as by 'mote data add', and where keywords are asked for, and no "
     "--word says which, its folders are the keywords"},
    {"language", 0, MOTE_OPT_STRING, offsetof(init_values, language), 0, 0, "CODE",
     "language of the words, as espeak-ng calls it (default: by their script, else en)"},
};
#undef TEMPLATE
static const init_values defaults = {.template_name = "keyword", .language = ""};

const mote_command mote_cmd_init = {
    .usage = "DIR [options]",
    .about =
        "Creates DIR with a mote.yaml in which every block is explained, a README and a\n"
        ".gitignore. Refuses a folder that holds a mote.yaml; other files are left alone.\n"
        "With --data a folder of recordings, one folder per word, is all that it takes: 'mote\n"
        "run' comes next. With --word the words are spoken by the engines of synthetic speech\n"
        "that are installed, to see how long a clip must be.",
    .examples = "mote init my-words\n"
                "mote init my-words --data recordings\n"
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
