/* SPDX-License-Identifier: Apache-2.0 */
/* One sample into the store, as an import brings it in: hashed, decoded, put. */
#ifndef MOTE_TESTS_SAMPLE_ADD_H
#define MOTE_TESTS_SAMPLE_ADD_H

#include "data/sample.h"

/* A file of a kind, decoded as the kind does; *added: it was not there yet. */
static mote_status sample_add(mote_store *s, mote_input_kind input, const mote_file_bytes *file,
                              const mote_sample_facts *facts, bool *added, mote_err *err)
{
    const mote_kind *kind = mote_kind_of(input);
    const mote_decoding how = kind->decoding();
    mote_sample_draft d;
    mote_sample_draft_hash(file, &d);
    mote_status st = mote_sample_draft_decode(&d, kind, &how, err);
    if (st == MOTE_OK)
        st = mote_sample_put(s, &d, facts, 1, added, err);
    mote_sample_draft_release(&d);
    return st;
}

#endif
