/* SPDX-License-Identifier: Apache-2.0 */
/* Cells of CSV as they are written: what this writes, data/csv.h reads back the same. Failures stay
 * in the buffer (mote_buf_status). Depends on base. Used by data/, serve/ (what the log keeps). */
#ifndef MOTE_DATA_CSV_WRITE_H
#define MOTE_DATA_CSV_WRITE_H

#include <stddef.h>

#include "base/text.h"

/* In quotes where it must be; an empty text is '""', as nothing between commas is missing. */
void mote_csv_put_text(mote_buf *out, const char *s, size_t n);

/* With as few digits as give the same float32 again; nothing for what is no number. */
void mote_csv_put_number(mote_buf *out, float x);

#endif
