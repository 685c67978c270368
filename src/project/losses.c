/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of losses.def. See losses.h. */
#include "project/losses.h"

#include <string.h>

static const mote_loss_row rows[MOTE_N_LOSSES] = {
#define LOSS(id, name, answers, preset_of, settings, doc)                                          \
    {#name, answers, preset_of, settings, doc},
#include "project/losses.def"
#undef LOSS
};

const mote_loss_row *mote_loss_row_get(mote_loss_kind kind)
{
    MOTE_BUG_IF(kind >= MOTE_N_LOSSES);
    return &rows[kind];
}

mote_loss_kind mote_loss_find(const char *name)
{
    int k = 0;
    while (k < MOTE_N_LOSSES && strcmp(rows[k].name, name) != 0)
        k++;
    return (mote_loss_kind)k;
}

mote_loss_kind mote_loss_preset(mote_answer_kind answer)
{
    int k = 0;
    while (k < MOTE_N_LOSSES && !(rows[k].preset_of & MOTE_ONE_OF(answer)))
        k++;
    MOTE_BUG_IF(k == MOTE_N_LOSSES); /* every answer has one */
    return (mote_loss_kind)k;
}
