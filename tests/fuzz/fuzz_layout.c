/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file of a layout: rows that can be found again, or refused, never a crash. The
 * first byte chooses the name under which it comes. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"x/info.labels", "testing_list.txt", "a/validated.tsv",
                                        "en_dev.csv"};
    if (size == 0)
        return 0;
    const mote_file_bytes file = {names[data[0] % 4], data + 1, size - 1};
    mote_layout l;
    MOTE_SCOPED_ARENA a;
    mote_err err;
    mote_arena_init(&a, 64u << 20);
    mote_layout_init(&l, mote_layout_of(&file));
    if (l.kind != MOTE_LAYOUT_NONE)
        (void)!mote_layout_parse(&l, &file, &a, &err);
    mote_layout_finish(&l);
    for (size_t i = 0; i < l.n; i++) {
        if (!l.rows[i].path || (i > 0 && strcmp(l.rows[i - 1].path, l.rows[i].path) >= 0))
            abort();
        (void)mote_layout_find(&l, l.rows[i].path);
    }
    mote_layout_release(&l);
    return 0;
}
