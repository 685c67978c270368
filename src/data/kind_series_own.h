/* SPDX-License-Identifier: Apache-2.0 */
/* What a data set of series has beside its windows, for kind_series.c alone: axes by name, and of a
 * project of events the recordings as they are. Depends on data/kind_series. */
#ifndef MOTE_DATA_KIND_SERIES_OWN_H
#define MOTE_DATA_KIND_SERIES_OWN_H

#include "data/kind_series.h"

/* Steps [first, end). */
typedef struct {
    size_t first, end;
} mote_series_run;

/* The part of a stretch that the piece means. */
mote_series_run mote_series_within(const mote_series_samples *s, const mote_series_stretch *st,
                                   const mote_piece *p);

/* Of the row (data/kind.h). */
MOTE_MUST_USE mote_status mote_series_load_own(mote_loader *l, mote_err *err);
MOTE_MUST_USE mote_status mote_series_copy_own(const void *from, mote_arena *a, const void **out,
                                               mote_err *err);
size_t mote_series_n_passages(const void *own);
size_t mote_series_passage_sample(const void *own, size_t k);
MOTE_MUST_USE mote_status mote_series_encode_passage(const void *own, const mote_shape *shape,
                                                     size_t k, size_t margin, mote_buf *out,
                                                     mote_err *err);

#endif
