/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in templates. See codegen_template.h. */
#include "compile/codegen_template.h"

#include <string.h>

static const codegen_value *value_of(const char *name, size_t len, const codegen_value *values,
                                     size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(values[i].name) == len && memcmp(values[i].name, name, len) == 0)
            return &values[i];
    MOTE_BUG_IF(true);
    return NULL;
}

void codegen_fill(const codegen *c, mote_buf *b, const char *text, const codegen_value *values,
                  size_t n)
{
    const char *hole;
    MOTE_SCOPED_BUF piece;
    mote_buf_init(&piece, (size_t)1 << 20);
    while ((hole = strstr(text, "@{")) != NULL) {
        size_t len = strcspn(hole + 2, "}");
        const codegen_value *v = value_of(hole + 2, len, values, n);
        mote_buf_reset(&piece);
        mote_buf_add(&piece, text, (size_t)(hole - text));
        codegen_text(c, b, piece.data);
        if (v->write)
            v->write(c, b);
        else
            mote_buf_printf(b, "%lld", (long long)v->number);
        text = hole + 2 + len + 1;
    }
    codegen_text(c, b, text);
}
