/* SPDX-License-Identifier: Apache-2.0 */
/* Choices that decide which keys of their block count: the architecture in `model`, the loss in
 * `training`, the front end in `features`. See own_keys.h. */
#include <string.h>

#include "project/archs.h"
#include "project/losses.h"
#include "project/own_keys.h"
#include "project/reader_internal.h"

static void set_own_preset(mote_reader *r, const mote_schema_row *row, const char *word)
{
    char text[64];
    mote_schema_row own = *row;
    own.preset = text;
    if (mote_own_keys_preset(word, text, sizeof text))
        mote_reader_set_preset(r, &own, (char *)r->project + row->offset);
}

void mote_reader_own_keys(mote_reader *r, const mote_choice *c)
{
    size_t n_rows = 0;
    const size_t n_block = strlen(c->block), n_key = strlen(c->key);
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    for (size_t k = 0; k < n_rows && r->fatal == MOTE_OK; k++) {
        const char *path = rows[k].path, *key = path + n_block + 1;
        if (strncmp(path, c->block, n_block) != 0 || path[n_block] != '.' ||
            (strlen(key) == n_key && strcmp(key, c->key) == 0) ||
            (c->all && !mote_own_keys_find(c->all, key)))
            continue;
        const char *word = mote_own_keys_find(c->own, key);
        if (!mote_reader_has(r, path)) {
            const char *other = c->presets ? mote_own_keys_find(c->presets, key) : NULL;
            if (word)
                set_own_preset(r, &rows[k], other ? other : word);
            continue;
        }
        if (word || !mote_reader_is_good(r, path))
            continue;
        char names[160];
        mote_own_keys_names(c->own, names, sizeof names);
        mote_reader_complain_key(r, path, "'%s' means nothing to %s '%s'; its settings are: %s",
                                 path, c->what, c->name, *names ? names : "none");
    }
}

/* The architecture: as the file says, or as its input and answer suggest. NULL: complained about,
 * or there is none. */
static const mote_arch_row *find_architecture(mote_reader *r)
{
    mote_project_model *m = &r->project->model;
    const mote_task *task = r->task;
    if (!task || !m->architecture || !mote_reader_is_good(r, "model.architecture"))
        return NULL;
    const mote_input_kind input = mote_reader_input(r);
    const mote_answer_kind answer = mote_reader_answer(r);
    const mote_arch_row *row = mote_reader_has(r, "model.architecture")
                                   ? mote_arch_row_find(m->architecture)
                                   : mote_arch_row_preset(input, answer);
    if (!row)
        return NULL;
    if (!(row->inputs & MOTE_ONE_OF(input)) || !(row->answers & MOTE_ONE_OF(answer))) {
        const bool is_input = !(row->inputs & MOTE_ONE_OF(input));
        mote_reader_complain_key(
            r, "model.architecture", "'model.architecture' '%s' does not %s, which is '%s' here",
            row->name, is_input ? "take what comes in" : "say what is asked for",
            is_input ? mote_input_name(input) : mote_answer_name(answer));
        return NULL;
    }
    m->architecture = row->name;
    return row;
}

void mote_reader_check_model(mote_reader *r)
{
    const mote_project_model *m = &r->project->model;
    const mote_arch_row *arch = find_architecture(r);
    if (arch)
        mote_reader_own_keys(
            r, &(mote_choice){.block = "model",
                              .key = "architecture",
                              .own = arch->settings,
                              .presets = mote_arch_row_presets(arch, mote_reader_input(r),
                                                               mote_reader_answer(r)),
                              .what = "architecture",
                              .name = arch->name});
    const char *training = arch ? mote_learner_row_get(arch->learner)->settings : "";
    if (*training)
        mote_reader_own_keys(r, &(mote_choice){.block = "training",
                                               .key = "",
                                               .own = training,
                                               .what = "architecture",
                                               .name = arch->name});
    if (m->block_strides.n != 0 && m->block_strides.n != (size_t)m->blocks &&
        mote_reader_is_good(r, "model.block_strides") && mote_reader_is_good(r, "model.blocks"))
        mote_reader_complain_key(r, "model.block_strides",
                                 "'model.block_strides' has %zu entries for %d blocks",
                                 m->block_strides.n, m->blocks);
}

/* As the file says, or as the answer suggests. */
void mote_reader_check_loss(mote_reader *r)
{
    static const char all[] =
#define LOSS(id, name, answers, preset_of, settings, doc) settings " "
#include "project/losses.def"
#undef LOSS
        ;
    mote_project_training *t = &r->project->training;
    if (!r->task || !mote_reader_is_good(r, "training.loss"))
        return;
    const mote_answer_kind answer = mote_reader_answer(r);
    const mote_loss_kind kind =
        mote_reader_has(r, "training.loss") ? mote_loss_find(t->loss) : mote_loss_preset(answer);
    const mote_loss_row *row = mote_loss_row_get(kind);
    if (!(row->answers & MOTE_ONE_OF(answer))) {
        mote_reader_complain_key(r, "training.loss",
                                 "'training.loss' '%s' is not for what is said, which is '%s' here",
                                 row->name, mote_answer_name(answer));
        return;
    }
    t->loss = row->name;
    mote_reader_own_keys(r, &(mote_choice){.block = "training",
                                           .key = "loss",
                                           .own = row->settings,
                                           .all = all,
                                           .what = "loss",
                                           .name = row->name});
}
