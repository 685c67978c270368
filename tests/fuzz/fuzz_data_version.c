/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the manifest of a data version: what is accepted, written again, is the same. */
#include <stdlib.h>
#include <string.h>

#include "data/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    mote_data_version v, again;
    mote_err err;
    if (mote_manifest_parse((const char *)data, size, &a, &v, &err) != MOTE_OK)
        return 0;
    MOTE_SCOPED_BUF text, text2;
    mote_buf_init(&text, 64u << 20);
    mote_buf_init(&text2, 64u << 20);
    if (mote_manifest_write(&v, &text, &err) != MOTE_OK ||
        mote_manifest_parse(text.data, text.len, &a, &again, &err) != MOTE_OK ||
        mote_manifest_write(&again, &text2, &err) != MOTE_OK || text.len != text2.len ||
        memcmp(text.data, text2.data, text.len) != 0)
        abort();
    return 0;
}
