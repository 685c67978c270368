/* SPDX-License-Identifier: Apache-2.0 */
/* web/multipart: the first line is the type, the rest the body. What is found lies inside it. */
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "exact.h"
#include "web/multipart.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
    char type[256];
    if (!line || (size_t)(line - data) >= sizeof type)
        return 0;
    memcpy(type, data, (size_t)(line - data));
    type[line - data] = '\0';
    size_t n = size - (size_t)(line + 1 - data), got = 0;
    char *body = exact_copy(line + 1, n);
    const char *bytes = NULL;
    mote_err err = {0};
    if (!body)
        return 0;
    (void)mote_multipart_is(type);
    if (mote_multipart_file(type, body, n, &bytes, &got, &err) == MOTE_OK &&
        (bytes < body || got > n || bytes + got > body + n))
        __builtin_trap();
    mote_free(body);
    return 0;
}
