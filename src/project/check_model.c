/* SPDX-License-Identifier: Apache-2.0 */
/* The section `model`: the architecture that a project has, and which keys are its own. See
 * archs.def. */
#include <string.h>

#include "project/archs.h"
#include "project/reader_internal.h"

#define MODEL "model."

/* The architecture: as the file says, or as its input and answer suggest. NULL: complained about,
 * or there is none. */
static const mote_arch_row *find_architecture(mote_reader *r)
{
    mote_project_model *m = &r->project->model;
    const mote_task *task = r->task;
    const bool is_said = mote_reader_has(r, "model.architecture");
    if (!task || !m->architecture || !mote_reader_is_good(r, "model.architecture"))
        return NULL;
    const mote_arch_row *row = is_said ? mote_arch_row_find(m->architecture)
                                       : mote_arch_row_preset(task->input, task->answer);
    if (!row)
        return NULL;
    if (!(row->inputs & task->inputs) || !(row->answers & task->answers)) {
        const bool input = !(row->inputs & task->inputs);
        mote_reader_complain_key(
            r, "model.architecture", "'model.architecture' '%s' %s, which task '%s' does not",
            row->name, input ? "takes another kind of data" : "gives another kind of answer",
            task->name);
        return NULL;
    }
    m->architecture = row->name;
    return row;
}

/* "a b c" of "a=1 b c=2". */
static void names_of(const char *settings, char *out, size_t out_bytes)
{
    size_t n = 0;
    for (bool is_value = false; *settings && n + 1 < out_bytes; settings++) {
        is_value = (is_value || *settings == '=') && *settings != ' ';
        if (!is_value)
            out[n++] = *settings;
    }
    out[n] = '\0';
}

static void set_own_preset(mote_reader *r, const mote_schema_row *row, const char *value)
{
    char text[64];
    const size_t n = strcspn(value, " ");
    MOTE_BUG_IF(n >= sizeof text);
    memcpy(text, value, n);
    text[n] = '\0';
    mote_schema_row own = *row;
    own.preset = text;
    mote_reader_set_preset(r, &own, (char *)r->project + row->offset);
}

static void check_keys(mote_reader *r, const mote_arch_row *arch)
{
    size_t n_rows = 0;
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    for (size_t k = 0; k < n_rows && r->fatal == MOTE_OK; k++) {
        const char *key = rows[k].path + strlen(MODEL);
        if (strncmp(rows[k].path, MODEL, strlen(MODEL)) != 0 || strcmp(key, "architecture") == 0)
            continue;
        const char *word = mote_arch_row_reads(arch, key);
        const bool has = mote_reader_has(r, rows[k].path);
        if (!has && word && word[strlen(key)] == '=')
            set_own_preset(r, &rows[k], word + strlen(key) + 1);
        if (!has || word || !mote_reader_is_good(r, rows[k].path))
            continue;
        char names[160];
        names_of(arch->settings, names, sizeof names);
        mote_reader_complain_key(r, rows[k].path,
                                 "'%s' means nothing to architecture '%s'; its settings are: %s",
                                 rows[k].path, arch->name, *names ? names : "none");
    }
}

void mote_reader_check_model(mote_reader *r)
{
    const mote_arch_row *arch = find_architecture(r);
    if (arch)
        check_keys(r, arch);
    const mote_project_model *m = &r->project->model;
    if (m->block_strides.n != 0 && m->block_strides.n != (size_t)m->blocks &&
        mote_reader_is_good(r, "model.block_strides") && mote_reader_is_good(r, "model.blocks"))
        mote_reader_complain_key(r, "model.block_strides",
                                 "'model.block_strides' has %zu entries for %d blocks",
                                 m->block_strides.n, m->blocks);
}
