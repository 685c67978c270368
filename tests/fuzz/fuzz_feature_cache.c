/* SPDX-License-Identifier: Apache-2.0 */
/* A segment of the feature cache from hostile bytes: every entry that is shown lies within them. */
#include <string.h>

#include "feature/cache.h"

static bool look(void *arg, const mote_feature_entry *e)
{
    uint32_t *sum = arg;

    *sum += e->checksum;
    for (size_t i = 0; i < sizeof e->sample->bytes; i++)
        *sum += e->sample->bytes[i];
    for (size_t i = 0; i < e->n; i++) {
        uint32_t bits;
        memcpy(&bits, e->values + i, sizeof bits);
        *sum += bits;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_sha256 settings = {{0}}; /* those that the file says, so that what follows is reached */
    volatile uint32_t result = 0;
    uint32_t sum = 0;

    if (size >= 48)
        memcpy(settings.bytes, data + 16, sizeof settings.bytes);

    /* a copy of its own, aligned as a map is, so that the sanitizer sees the end */
    uint8_t *copy = mote_alloc_aligned(64, 1, size > 0 ? size : 1);
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    if (mote_feature_segment_read(copy, size, &settings, look, &sum))
        sum++;
    result = sum;
    (void)result;
    mote_free(copy);
    return 0;
}
