/* SPDX-License-Identifier: Apache-2.0 */
/* mote init DIR: a new project from a template. */
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "project/init.h"

typedef struct {
    const char *template_name;
} init_values;

static mote_status init_json(mote_cli *cli, const char *dir, const char *template_name,
                             const char *const *created, size_t n, mote_err *err)
{
    MOTE_SCOPED_JSON *o = json_pack("{s:o, s:s, s:[]}", "dir", mote_json_text(dir), "template",
                                    template_name, "created");
    json_t *list = json_object_get(o, "created");
    bool is_whole = list != NULL;
    for (size_t i = 0; is_whole && i < n; i++)
        is_whole = json_array_append_new(list, json_string(created[i])) == 0;
    if (!is_whole)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    mote_say_json(cli, json_incref(o));
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const init_values *v = values;
    (void)n_args;
    const char *const *created = NULL;
    size_t n = 0;
    MOTE_TRY(mote_project_init(args[0], v->template_name, &cli->arena, &created, &n, err));
    for (size_t i = 0; i < n; i++)
        mote_say(cli, "created %s/%s\n", args[0], created[i]);
    const char *quote = strpbrk(args[0], " !$&'()*;<>?[]`{|}~\t") ? "\"" : "";
    const mote_init_next *next = mote_init_next_of(v->template_name);
    mote_say(cli,
             "\nnext: cd %s%s%s, %s, then\n"
             "  mote scope         what it is for, as questions and answers\n"
             "%s"
             "  mote run           once round the loop\n",
             quote, args[0], quote, next->first, next->data);
    bool is_wanted = false;
    if (mote_ask_can(cli))
        MOTE_TRY(
            mote_ask_yes(cli, "\nanswer a few questions about the project now?", &is_wanted, err));
    if (is_wanted)
        MOTE_TRY(mote_ask_scope(cli, args[0], true, err));
    if (cli->json)
        return init_json(cli, args[0], v->template_name, created, n, err);
    return MOTE_OK;
}

#define TEMPLATE(name, first, data) " " #name
static const mote_option options[] = {
    {"template", 't', MOTE_OPT_STRING, offsetof(init_values, template_name), 0, 0, "NAME",
     "what kind of project, the first when nothing is said; one of:"
#include "project/templates.def"
    },
};
#undef TEMPLATE
static const init_values defaults = {.template_name = "keyword"};

const mote_command mote_cmd_init = {
    .usage = "DIR [options]",
    .about = "Creates DIR with a mote.yaml in which every block is explained, a README and a\n"
             ".gitignore. Refuses a folder that holds a mote.yaml; other files are left alone.",
    .examples = "mote init my-words\nmote init my-gestures --template gesture\n"
                "mote init my-rows --template table",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 1,
    .max_args = 1,
    .values_bytes = sizeof(init_values),
    .defaults = &defaults,
    .run = run,
};
