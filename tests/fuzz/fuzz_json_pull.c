/* SPDX-License-Identifier: Apache-2.0 */
/* Any text through the pull reader: as a document, as a tensor, as a number. Accepting and refusing
 * must agree with jansson; a float that was read must be the nearest one, also behind strtof. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_pull.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
    if (!ok)
        __builtin_trap();
}

static void as_number(const char *text, size_t n)
{
    char copy[512];
    float x = 0.0f;
    if (n >= sizeof copy || !mote_parse_f32(text, n, &x))
        return;
    memcpy(copy, text, n);
    copy[n] = '\0';
    float want = strtof(copy, NULL);
    check(memcmp(&want, &x, sizeof x) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    mote_json_pull p;
    mote_json_pull_init(&p, text, size);
    mote_err err = {0};
    mote_status st = mote_pull_skip(&p, &err);
    if (st == MOTE_OK)
        st = mote_pull_end(&p, &err);
    json_error_t e;
    json_t *j = json_loadb(text, size, JSON_DECODE_ANY, &e);
    /* jansson also looks into strings, and refuses what its integers cannot hold; it reads over 0
     * bytes, which we refuse. */
    if (j && !memchr(text, 0, size))
        check(st == MOTE_OK || st == MOTE_LIMIT);
    json_decref(j);

    const int64_t dims[] = {2, 2, 3};
    float out[12];
    size_t n = 0;
    mote_json_pull_init(&p, text, size);
    if (mote_pull_f32s(&p, dims, 3, out, &n, &err) == MOTE_OK)
        check(n <= 12);
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    char *copy = NULL;
    if (mote_pull_text((mote_slice){text, size}, &a, &copy, &n, &err) == MOTE_OK)
        check(mote_utf8_valid(copy, n) && strlen(copy) <= size);
    as_number(text, size);
    return 0;
}
