/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a saved graph from outside. The checksum is put right first, so that the fuzzer
 * reaches what lies behind it; whatever loads must save to the same bytes. */
#include <string.h>

#include "base/hash.h"
#include "graph/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > 1 << 20)
        return 0;
    uint8_t *copy = mote_alloc(size, 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    uint32_t crc = mote_crc32(0, copy, size - 4);
    memcpy(copy + size - 4, &crc, 4);
    mote_graph *g = NULL;
    mote_err err;
    if (mote_graph_load(copy, size, &g, &err) == MOTE_OK) {
        mote_buf b;
        mote_buf_init(&b, 1 << 24);
        mote_graph_save(g, &b);
        MOTE_BUG_IF(b.status == MOTE_OK && (b.len != size || memcmp(b.data, copy, size) != 0));
        mote_buf_release(&b);
        mote_graph_destroy(g);
    }
    mote_free(copy);
    return 0;
}
