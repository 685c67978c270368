/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of drift references (docs/formats/reference.md). What it accepts must come back the
 * same. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "evaluate/reference_profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *j = NULL;
    json_t *again = NULL;
    mote_reference_profile *p = NULL;
    if (mote_json_parse("input", (const char *)data, size, &j, NULL) != MOTE_OK)
        return 0;
    if (mote_reference_profile_parse(j, &p, NULL) == MOTE_OK) {
        mote_reference_profile *q = NULL;
        if (mote_reference_profile_to_json(p, &again, NULL) != MOTE_OK ||
            mote_reference_profile_parse(again, &q, NULL) != MOTE_OK || q->n_rows != p->n_rows)
            abort();
        mote_reference_profile_destroy(q);
        json_decref(again);
    }
    mote_reference_profile_destroy(p);
    json_decref(j);
    return 0;
}
