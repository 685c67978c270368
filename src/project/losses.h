/* SPDX-License-Identifier: Apache-2.0 */
/* The losses that `training.loss` names: the rows of losses.def. How they are computed is
 * learn/loss.h. Depends on task.h. */
#ifndef MOTE_PROJECT_LOSSES_H
#define MOTE_PROJECT_LOSSES_H

#include <stdint.h>

#include "project/task.h"

typedef enum {
#define LOSS(id, ...) MOTE_LOSS_##id,
#include "project/losses.def"
#undef LOSS
    MOTE_N_LOSSES
} mote_loss_kind;

typedef struct {
    const char *name;
    uint32_t answers, preset_of; /* MOTE_ONE_OF(MOTE_ANSWER_..) flags */
    const char *settings;        /* its own keys of `training` (own_keys.h) */
    const char *doc;
} mote_loss_row;

/* Static storage. */
const mote_loss_row *mote_loss_row_get(mote_loss_kind kind);
/* The loss of that name; MOTE_N_LOSSES: there is none. */
mote_loss_kind mote_loss_find(const char *name);
/* What a project has that does not say. */
mote_loss_kind mote_loss_preset(mote_answer_kind answer);

#endif
