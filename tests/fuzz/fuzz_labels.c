/* SPDX-License-Identifier: Apache-2.0 */
/* web/labels_body: what is true of predictions, as the body of a request. What is taken says what
 * it is about, and by what. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "exact.h"
#include "web/labels_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = exact_copy(data, size);
    if (!body)
        return 0;
    for (int route = 0; route < 2; route++) {
        MOTE_SCOPED_ARENA a;
        mote_err err = {0};
        mote_labels_body b;
        mote_arena_init(&a, (size_t)64 << 20);
        const mote_http_request rq = {.body = body, .body_bytes = size, .arena = &a};
        if (mote_labels_body_read(&rq, (mote_labels_route)route, &b, &err) != MOTE_OK)
            continue;
        for (size_t i = 0; i < b.labels.n; i++)
            if (!b.labels.items[i].label ||
                (b.labels.items[i].id == 0) == !b.labels.items[i].request)
                __builtin_trap();
    }
    mote_free(body);
    return 0;
}
