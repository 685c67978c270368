/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the drift reference share. */
#ifndef MOTE_EVALUATE_REFERENCE_INTERNAL_H
#define MOTE_EVALUATE_REFERENCE_INTERNAL_H

#include "evaluate/reference_profile.h"

/* What a thing is called whose name says it already. */
void watched_words(mote_watched *w);

/* Values that are said get the names of the target, as far as they are watched. */
void watched_values(mote_reference_profile *p, const char *const *names, size_t n_names);

/* Has a thing a name that does not follow from the shape: of the sample's kind, or of a value? */
bool watched_is_named(const mote_watch_shape *shape, int32_t thing);

#endif
