/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the SQLite driver share. Not for others. */
#ifndef MOTE_STORE_SQL_SQLITE_H
#define MOTE_STORE_SQL_SQLITE_H

#include <sqlite3.h>

#include "store/sql.h"
#include "store/store_internal.h"

mote_status mote_sqlite_check(mote_store *s, int32_t most, mote_sql_on_finding *found, void *arg,
                              mote_err *err);
mote_status mote_sqlite_tidy(mote_store *s, mote_err *err);
mote_status mote_sqlite_empty_log(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                                  mote_err *err);

#endif
