/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a checkpoint of unknown origin. Its checksum and run are put right first, so that
 * the fuzzer reaches what lies behind them; whatever decodes must encode to the same bytes. */
#include <string.h>

#include "base/hash.h"
#include "learn/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { N_PARAMS = 3, N_STATE = 5, MAX_EPOCHS = 4, RUN_AT = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    uint8_t *copy = mote_alloc(size + 1, 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    float state[N_STATE], m[N_PARAMS], v[N_PARAMS], average[N_STATE], best[N_STATE];
    mote_epoch history[MAX_EPOCHS];
    mote_checkpoint c = {.n_params = N_PARAMS,
                         .n_state = N_STATE,
                         .state = state,
                         .m = m,
                         .v = v,
                         .average = average,
                         .best = best,
                         .history = history,
                         .max_epochs = MAX_EPOCHS};
    if (size >= 80) {
        memcpy(copy + RUN_AT, c.run.bytes, sizeof c.run.bytes);
        uint32_t crc = mote_crc32(0, copy, size - 4);
        for (size_t i = 0; i < 4; i++)
            copy[size - 4 + i] = (uint8_t)(crc >> (8 * i));
    }
    mote_err err;
    if (mote_checkpoint_decode(copy, size, &c, &err) == MOTE_OK) {
        mote_buf b;
        mote_buf_init(&b, 1 << 20);
        mote_checkpoint_encode(&c, &b);
        MOTE_BUG_IF(b.status == MOTE_OK && (b.len != size || memcmp(b.data, copy, size) != 0));
        mote_buf_release(&b);
    }
    mote_free(copy);
    return 0;
}
