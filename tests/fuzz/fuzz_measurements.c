/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any JSON as measurements is refused, or judged and written back to what reads the
 * same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "project/verdict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const mote_measurement *m)
{
    static const mote_requirement q = {.id = "accuracy@test",
                                       .metric = MOTE_METRIC_accuracy,
                                       .is_at_least = true,
                                       .limit = 0.9,
                                       .confidence = 0.95};
    mote_verdict v = mote_verdict_judge(&q, m, NULL);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1u << 20);
    mote_verdict_text(&v, &text);
    MOTE_SCOPED_JSON *j = NULL;
    if (mote_verdict_to_json(&v, &j, NULL) != MOTE_OK && strlen(m->source) < 1000)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_SCOPED_JSON *back = NULL;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 16u << 20);
    mote_measurements all, again;
    if (mote_json_parse("f", (const char *)data, size, &j, NULL) != MOTE_OK ||
        mote_measurements_from_json(j, &arena, &all, NULL) != MOTE_OK)
        return 0;
    for (size_t i = 0; i < all.n; i++)
        judge(&all.items[i]);
    if (mote_measurements_to_json(&all, &back, NULL) != MOTE_OK ||
        mote_measurements_from_json(back, &arena, &again, NULL) != MOTE_OK || again.n != all.n)
        abort();
    for (size_t i = 0; i < all.n; i++)
        if (strcmp(all.items[i].id, again.items[i].id) != 0 ||
            all.items[i].value != again.items[i].value || all.items[i].lo != again.items[i].lo)
            abort();
    return 0;
}
