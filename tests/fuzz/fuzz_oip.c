/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the body of an infer request: first as JSON alone, then with the JSON part cut at
 * every place that holds a '}', the rest being binary tensors. */
#include <math.h>
#include <stdint.h>

#include "web/oip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const char *body, size_t n, size_t json_bytes)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 22);
    mote_oip_request rq;
    mote_err err = {0};
    if (mote_oip_parse(body, n, json_bytes, &a, &rq, &err) != MOTE_OK)
        return;
    for (int32_t i = 0; i < rq.n_inputs; i++) {
        size_t elements = 1;
        for (int32_t d = 0; d < rq.inputs[i].n_dims; d++)
            elements *= (size_t)rq.inputs[i].dims[d];
        if (elements != rq.inputs[i].n_values)
            __builtin_trap();
        for (size_t k = 0; k < elements; k++)
            if (!isfinite(rq.inputs[i].values[k]))
                __builtin_trap();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    parse(body, size, size);
    int n_cuts = 0;
    for (size_t i = 0; i < size && n_cuts < 8; i++)
        if (data[i] == '}') {
            parse(body, size, i + 1);
            n_cuts++;
        }
    return 0;
}
