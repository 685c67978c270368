/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the drift reference share. */
#ifndef MOTE_EVALUATE_REFERENCE_INTERNAL_H
#define MOTE_EVALUATE_REFERENCE_INTERNAL_H

#include "evaluate/reference_profile.h"

/* What a thing is called whose name says it already. */
void watched_words(mote_watched *w);

#endif
