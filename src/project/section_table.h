/* SPDX-License-Identifier: Apache-2.0 */
/* Section `table` of mote.yaml: what the columns of a table are, which of them is asked for, and by
 * which rows are kept together. The keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_TABLE_H
#define MOTE_PROJECT_SECTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "project/setting_types.h"

#define MOTE_TABLE_MAX_COLUMNS 256 /* that can be stated */
#define MOTE_TABLE_MAX_TARGETS 16  /* that are asked for: MOTE_KEY_MAX_SOME */

typedef struct {
    const char *name;    /* as in the header; without one, columns have these names in order */
    const char *type;    /* number, integer, category, date, text */
    const char *format;  /* of dates: as data/time_text.h names it; "": found */
    const char *missing; /* what stands for nothing, beside the usual; "": nothing does */
    mote_names treat;    /* how it is prepared; none: by its type */
} mote_project_column;

typedef struct {
    const mote_project_column *items; /* NULL, 0: all columns, as they are found to be */
    size_t n;
} mote_project_columns;

typedef struct {
    mote_names target; /* columns that are asked for: one, or of values several; none: no table */
    const char *group; /* column whose rows stay together; "": none */
    const char *time;  /* column by which rows are in order; "": none */
    mote_project_columns columns;
} mote_project_table;

/* Is the column asked for? */
static inline bool mote_table_asks(const mote_project_table *t, const char *column)
{
    for (size_t i = 0; i < t->target.n; i++)
        if (strcmp(t->target.items[i], column) == 0)
            return true;
    return false;
}

#endif
