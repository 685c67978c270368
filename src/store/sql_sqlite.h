/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the SQLite driver share. Not for others. */
#ifndef MOTE_STORE_SQL_SQLITE_H
#define MOTE_STORE_SQL_SQLITE_H

#include <sqlite3.h>

#include "store/sql.h"
#include "store/store_internal.h"

/* Wait up to MOTE_STORE_BUSY_MS for another's lock, asking every millisecond. SQLite's own handler
 * (sqlite3_busy_timeout) asks ever more seldom, at last ten times a second: whoever writes one
 * batch behind the other, with a breath of a few milliseconds between, would keep it out for ever.
 */
void mote_sqlite_be_patient(mote_store *s, sqlite3 *db);

mote_status mote_sqlite_check(mote_store *s, int32_t most, mote_sql_on_finding *found, void *arg,
                              mote_err *err);
mote_status mote_sqlite_tidy(mote_store *s, mote_err *err);
mote_status mote_sqlite_empty_log(mote_store *s, int64_t wait_ms, const mote_cancel *cancel,
                                  mote_err *err);

#endif
