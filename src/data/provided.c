/* SPDX-License-Identifier: Apache-2.0 */
/* Splits that were provided: see provided.h. */
#include "data/provided.h"

#include <stdbool.h>

#include "base/text.h"
#include "data/version.h"

static const struct {
    const char *name;
    uint32_t parts; /* bits of the splits it allows */
} provided[MOTE_N_PROVIDED] = {
    [MOTE_PROVIDED_TRAIN] = {"train", 1u << MOTE_SPLIT_TRAIN},
    [MOTE_PROVIDED_VALIDATION] = {"validation", 1u << MOTE_SPLIT_VALIDATION},
    [MOTE_PROVIDED_TEST] = {"test", 1u << MOTE_SPLIT_TEST},
    [MOTE_PROVIDED_LEARN] = {"learn", 1u << MOTE_SPLIT_TRAIN | 1u << MOTE_SPLIT_VALIDATION},
};

const char *mote_provided_name(mote_provided_part part)
{
    return provided[part].name;
}

/* What a text column says of the group; *found is MOTE_N_PROVIDED when it says nothing. */
static mote_status look_up(mote_store *s, const char *sql, const char *group,
                           mote_provided_part *found, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    *found = MOTE_N_PROVIDED;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_text(q, 1, group);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    for (int i = 0; row && i < MOTE_N_PROVIDED; i++) {
        if (mote_str_eq(mote_stmt_text(q, 0), provided[i].name))
            *found = (mote_provided_part)i;
    }
    return MOTE_OK;
}

mote_status mote_split_provided(mote_store *s, const char *group, uint32_t *parts, mote_err *err)
{
    mote_provided_part found;
    MOTE_TRY(look_up(s, "SELECT part FROM data_split_provided WHERE grp = ?1", group, &found, err));
    *parts = found == MOTE_N_PROVIDED ? 0 : provided[found].parts;
    return MOTE_OK;
}

mote_status mote_split_provide(mote_store *s, const char *group, mote_provided_part part,
                               int64_t now_ms, mote_err *err)
{
    mote_provided_part before, dealt;
    MOTE_TRY(
        look_up(s, "SELECT part FROM data_split_provided WHERE grp = ?1", group, &before, err));
    MOTE_TRY(look_up(s, "SELECT split FROM data_split WHERE grp = ?1", group, &dealt, err));
    if (before != MOTE_N_PROVIDED && (provided[before].parts & provided[part].parts) == 0)
        return mote_fail(err, MOTE_CONFLICT,
                         "group '%s' is provided for '%s' and for '%s': it can "
                         "be in one only",
                         group, provided[before].name, provided[part].name);
    if (dealt != MOTE_N_PROVIDED && (provided[dealt].parts & provided[part].parts) == 0)
        return mote_fail(err, MOTE_CONFLICT,
                         "group '%s' is provided for '%s', but an earlier "
                         "version has it in '%s', where it stays",
                         group, provided[part].name, provided[dealt].name);
    bool is_wider = before != MOTE_N_PROVIDED && part == MOTE_PROVIDED_LEARN;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO data_split_provided (grp, part, provided_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT (grp) DO UPDATE SET part = ?2",
                               &q, err));
    mote_stmt_bind_text(q, 1, group);
    mote_stmt_bind_text(q, 2, provided[is_wider ? before : part].name);
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}
