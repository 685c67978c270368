/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of C text for the generator. See codegen_internal.h. */
#include <string.h>

#include "compile/codegen_internal.h"

/* As a C string literal. */
static void string(mote_buf *b, const char *s)
{
    mote_buf_char(b, '"');
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\')
            mote_buf_printf(b, "\\%c", c);
        else if (c < 0x20 || c == 0x7f || c == '?')
            mote_buf_printf(b, "\\%03o", c);
        else
            mote_buf_char(b, (char)c);
    }
    mote_buf_char(b, '"');
}

void codegen_strings(mote_buf *b, const char *const *s, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        mote_buf_str(b, "    ");
        string(b, s[i] != NULL ? s[i] : "");
        mote_buf_str(b, ",\n");
    }
}

void codegen_comment(mote_buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        mote_buf_char(b,
                      c < 0x20 || c == '*' || c == '/' || c == '\\' || c == 0x7f ? '_' : (char)c);
    }
}

const char *codegen_c_type(mote_dtype dtype)
{
    static const char *const names[] = {
        [MOTE_F32] = "float",   [MOTE_I8] = "int8_t",  [MOTE_I32] = "int32_t",
        [MOTE_I16] = "int16_t", [MOTE_U8] = "uint8_t", [MOTE_BOOL] = "uint8_t",
    };
    return (size_t)dtype < sizeof names / sizeof names[0] ? names[dtype] : NULL;
}

const mote_tensor *codegen_input(const mote_compile_input *in)
{
    return &in->graph->tensors[in->graph->inputs[0]];
}

const mote_tensor *codegen_output(const mote_compile_input *in)
{
    return &in->graph->tensors[in->graph->outputs[0]];
}

void codegen_f32(mote_buf *b, float x)
{
    mote_frontend_write_float(b, x);
}

void codegen_i8(mote_buf *b, const char *name, const int8_t *values, int64_t n)
{
    mote_buf_printf(b, "static const MRT_ALIGNED(4) int8_t %s[%lld] = {", name, (long long)n);
    for (int64_t i = 0; i < n; i++)
        mote_buf_printf(b, "%s%d,", i % 20 == 0 ? "\n    " : "", values[i]);
    mote_buf_str(b, "\n};\n");
}

void codegen_f32s(mote_buf *b, const char *name, const float *values, int64_t n)
{
    mote_buf_printf(b, "static const float %s[%lld] = {", name, (long long)n);
    for (int64_t i = 0; i < n; i++) {
        mote_buf_str(b, i % 6 == 0 ? "\n    " : " ");
        codegen_f32(b, values[i]);
        mote_buf_char(b, ',');
    }
    mote_buf_str(b, "\n};\n");
}

void codegen_i32(mote_buf *b, const char *name, const int32_t *values, int64_t n)
{
    mote_buf_printf(b, "static const int32_t %s[%lld] = {", name, (long long)n);
    for (int64_t i = 0; i < n; i++) {
        const char *start = i % 8 == 0 ? "\n    " : " ";
        if (values[i] == INT32_MIN) /* -2147483648 is not an int literal in C */
            mote_buf_printf(b, "%sINT32_MIN,", start);
        else
            mote_buf_printf(b, "%s%d,", start, values[i]);
    }
    mote_buf_str(b, "\n};\n");
}
