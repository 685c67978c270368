/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a label track or a table of labels: labels with a time and a name, or refused. The
 * first byte chooses which. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "data/label_track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const bool is_table = data[0] % 2 == 1;
    const mote_file_bytes file = {"fuzz", data + 1, size - 1};
    mote_label_track t = {0};
    MOTE_SCOPED_ARENA a;
    mote_err err;
    mote_arena_init(&a, 64u << 20);
    const mote_status st = is_table ? mote_label_table_read(&file, &a, &t, &err)
                                    : mote_label_track_read(&file, &a, &t, &err);
    for (size_t i = 0; st == MOTE_OK && i < t.n; i++) {
        const mote_track_label *l = &t.items[i];
        if (!(l->from_s >= 0) || !(l->to_s >= l->from_s) || !isfinite(l->to_s) || !*l->label ||
            (is_table && !*l->file))
            abort();
    }
    return 0;
}
