/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of archs.def. See archs.h. */
#include "project/archs.h"

#include <string.h>

static const mote_learner_row learners[MOTE_N_LEARNERS] = {
#define LEARNER(name, settings, doc) {#name, settings, doc},
#include "project/learners.def"
#undef LEARNER
};

static const mote_arch_row rows[MOTE_N_ARCHS] = {
#define ARCH(id, name, learner, inputs, answers, preset_of, settings, less_ram, less_flash, doc)   \
    {name, MOTE_LEARNER_##learner, inputs, answers, preset_of, settings, less_ram, less_flash, doc},
#include "project/archs.def"
#undef ARCH
};

static const struct {
    mote_arch_id arch;
    uint32_t inputs, answers; /* as flags */
    const char *presets;
} of_some[] = {
#define ARCH_OF(id, inputs, answers, presets) {MOTE_ARCH_##id, inputs, answers, presets},
#include "project/archs.def"
};

const mote_arch_row *mote_arch_row_get(mote_arch_id id)
{
    MOTE_BUG_IF(id >= MOTE_N_ARCHS);
    return &rows[id];
}

const mote_learner_row *mote_learner_row_get(mote_learner_id id)
{
    MOTE_BUG_IF(id >= MOTE_N_LEARNERS);
    return &learners[id];
}

const mote_arch_row *mote_arch_row_find(const char *name)
{
    for (size_t i = 0; i < MOTE_N_ARCHS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

const mote_arch_row *mote_arch_row_preset(mote_input_kind input, mote_answer_kind answer)
{
    for (size_t i = 0; i < MOTE_N_ARCHS; i++)
        if ((rows[i].preset_of & MOTE_ONE_OF(input)) && (rows[i].answers & MOTE_ONE_OF(answer)))
            return &rows[i];
    return NULL;
}

const char *mote_arch_row_presets(const mote_arch_row *row, mote_input_kind input,
                                  mote_answer_kind answer)
{
    for (size_t i = 0; i < sizeof of_some / sizeof *of_some; i++)
        if (row == &rows[of_some[i].arch] && (of_some[i].inputs & MOTE_ONE_OF(input)) &&
            (of_some[i].answers & MOTE_ONE_OF(answer)))
            return of_some[i].presets;
    return "";
}
