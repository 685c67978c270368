/* SPDX-License-Identifier: Apache-2.0 */
/* From the recordings of a version to its splits, by people and, where nobody asks for a word,
 * by word.
 *
 * What a model does with words that it does not know can only be seen with words that it has not
 * heard. So each word that nobody asks for is dealt to a split too, and a recording of it counts
 * only where its word and its group belong both. That costs recordings; to lose few
 *   - words are dealt first, evenly by their recordings, where people who say them may be;
 *   - people who say nothing but such words go where most of their recordings count;
 *   - people who say what is asked for are dealt by that alone.
 * What is left over is in the version all the same (`mote_version_used` is false): words heard in
 * training, said by people of the test, show what new words cost (dataset.h, MOTE_WORDS_HEARD).
 *
 * By time (`data.splits.by: time`, data/deal_time.h) nothing is kept and no words are held apart:
 * what was recorded last judges, anew for each version, and splits that were provided do not count.
 *
 * A word keeps its split like a group does. With fewer words than splits they cannot be held apart:
 * then they are dealt by people alone, and data/facts.h says that `_unknown_` is judged on words
 * that were learned from. Recordings labelled `_unknown_` have no word: they are dealt by people
 * alone.
 *
 * Depends on base, store, data/split, data/provided, data/version. Used by data/version only. */
#ifndef MOTE_DATA_DEAL_H
#define MOTE_DATA_DEAL_H

#include "data/version.h"

/* Give every item of `v` (sorted) its split, and its word's; remember what is new.
 * Errors: ARG fractions; NOMEM; those of the store. */
MOTE_MUST_USE mote_status mote_deal_splits(mote_store *s, const mote_version_config *cfg,
                                           mote_arena *a, mote_data_version *v,
                                           mote_version_report *report, mote_err *err);

#endif
