/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a saved graph from outside. The checksum is put right first, so that the fuzzer
 * reaches what lies behind it; whatever loads saves to bytes that load and save the same, and those
 * of this program and version to the very bytes it was. */
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
    mote_graph *g = NULL, *again = NULL;
    mote_err err;
    if (mote_graph_load(copy, size, &g, &err) == MOTE_OK) {
        static const char ours[] = "MGRF\2\0\0\0";
        mote_buf b, b2;
        mote_buf_init(&b, 1 << 24);
        mote_buf_init(&b2, 1 << 24);
        mote_graph_save(g, &b);
        bool same = b.len == size && memcmp(b.data, copy, size) == 0;
        bool is_ours = memcmp(copy, ours, 8) == 0 && size > 9 + strlen(MOTE_VERSION) &&
                       copy[8] == strlen(MOTE_VERSION) &&
                       memcmp(copy + 9, MOTE_VERSION, strlen(MOTE_VERSION)) == 0;
        MOTE_BUG_IF(b.status == MOTE_OK && is_ours && !same);
        if (b.status == MOTE_OK) {
            MOTE_BUG_IF(mote_graph_load(b.data, b.len, &again, &err) != MOTE_OK);
            mote_graph_save(again, &b2);
            MOTE_BUG_IF(b2.len != b.len || memcmp(b.data, b2.data, b.len) != 0);
        }
        mote_buf_release(&b);
        mote_buf_release(&b2);
        mote_graph_destroy(g);
        mote_graph_destroy(again);
    }
    mote_free(copy);
    return 0;
}
