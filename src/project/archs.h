/* SPDX-License-Identifier: Apache-2.0 */
/* The architectures that `model.architecture` names, and what fits them to data: the rows of
 * archs.def and learners.def.
 *
 * What is built of them is graph/arch.h. Depends on task.h. Used by the checks of mote.yaml and by
 * whoever makes a model. */
#ifndef MOTE_PROJECT_ARCHS_H
#define MOTE_PROJECT_ARCHS_H

#include <stddef.h>
#include <stdint.h>

#include "project/task.h"

typedef enum {
#define ARCH(id, ...) MOTE_ARCH_##id,
#include "project/archs.def"
#undef ARCH
    MOTE_N_ARCHS
} mote_arch_id;

typedef enum {
#define LEARNER(name, ...) MOTE_LEARNER_##name,
#include "project/learners.def"
#undef LEARNER
    MOTE_N_LEARNERS
} mote_learner_id;

typedef struct {
    const char *name;
    const char *settings; /* its own keys of `training` (own_keys.h); "": all */
    const char *doc;
} mote_learner_row;

typedef struct {
    const char *name;
    mote_learner_id learner;
    uint32_t inputs, answers, preset_of; /* MOTE_ONE_OF(..) flags; archs.def */
    const char *settings;                /* its own keys of `model` (own_keys.h) */
    const char *less_ram, *less_flash;   /* what would make a model smaller, in words */
    const char *doc;
} mote_arch_row;

/* The row of an id, and which row it is. Static storage. */
const mote_arch_row *mote_arch_row_get(mote_arch_id id);
const mote_learner_row *mote_learner_row_get(mote_learner_id id);
/* The row of that name; NULL: there is none. */
const mote_arch_row *mote_arch_row_find(const char *name);
/* What a project has that does not say; NULL: no architecture takes this and says that. */
const mote_arch_row *mote_arch_row_preset(mote_input_kind input, mote_answer_kind answer);
/* What its keys have for a kind of input and answer that differs from `settings`, as written there;
 * "". */
const char *mote_arch_row_presets(const mote_arch_row *row, mote_input_kind input,
                                  mote_answer_kind answer);
#endif
