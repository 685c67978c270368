/* SPDX-License-Identifier: Apache-2.0 */
/* web/wish_body: what a route shall do, as the body of a request. What is taken says enough for the
 * route, and nothing that it does not know. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "exact.h"
#include "web/wish_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const mote_wish_body *b, mote_wish_route route)
{
    const bool is_list = route == MOTE_WISH_TAKE || route == MOTE_WISH_DROP;
    const int n_places = (b->on != NULL) + (b->hours != NULL) + (b->strangers != NULL);
    bool good = (route == MOTE_WISH_ADD) == (b->path != NULL);
    good = good && (is_list ? (b->n > 0) != b->all : b->n == 0 && !b->all);
    good = good && n_places == (route == MOTE_WISH_JUDGE) && (!b->label || route == MOTE_WISH_TAKE);
    good = good && b->threshold >= 0 && b->threshold < 1;
    for (size_t i = 0; i < b->n; i++)
        good = good && b->numbers[i] > 0;
    if (!good)
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *body = exact_copy(data, size);
    if (!body)
        return 0;
    for (int k = 0; k < 4; k++) {
        MOTE_SCOPED_ARENA a;
        mote_err err = {0};
        mote_wish_body b;
        const mote_wish_route route = (mote_wish_route)(1u << k);
        mote_arena_init(&a, (size_t)64 << 20);
        const mote_http_request rq = {.body = body, .body_bytes = size, .arena = &a};
        if (mote_wish_body_read(&rq, route, &b, &err) == MOTE_OK)
            check(&b, route);
    }
    mote_free(body);
    return 0;
}
