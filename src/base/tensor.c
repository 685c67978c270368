/* SPDX-License-Identifier: Apache-2.0 */
/* Types of elements and shapes. See tensor.h. */
#include "base/tensor.h"

#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    size_t bytes;
} dtypes[] = {
    [MOTE_F32] = {"float32", 4}, [MOTE_I8] = {"int8", 1},  [MOTE_I32] = {"int32", 4},
    [MOTE_I16] = {"int16", 2},   [MOTE_U8] = {"uint8", 1}, [MOTE_BOOL] = {"bool", 1},
};
#define N_DTYPES ((int)(sizeof dtypes / sizeof *dtypes))

static bool is_dtype(mote_dtype d)
{
    return (int)d >= MOTE_F32 && (int)d < N_DTYPES;
}

size_t mote_dtype_bytes(mote_dtype d)
{
    return is_dtype(d) ? dtypes[d].bytes : 0;
}

const char *mote_dtype_name(mote_dtype d)
{
    return is_dtype(d) ? dtypes[d].name : "unknown type";
}

/* False: no such name, out untouched. */
static bool find_dtype(const char *name, mote_dtype *out)
{
    for (int d = MOTE_F32; d < N_DTYPES; d++)
        if (mote_str_eq(name, dtypes[d].name)) {
            *out = (mote_dtype)d;
            return true;
        }
    return false;
}

int64_t mote_dims_elements(int32_t n_dims, const int32_t *dims)
{
    int64_t n = 1;
    for (int32_t i = 0; i < n_dims; i++)
        n *= dims[i];
    return n;
}

int64_t mote_shape_elements(const mote_shape *s)
{
    return mote_dims_elements(s->n_dims, s->dims);
}

size_t mote_shape_bytes(const mote_shape *s)
{
    return (size_t)mote_shape_elements(s) * mote_dtype_bytes(s->dtype);
}

bool mote_shape_equal(const mote_shape *a, const mote_shape *b)
{
    return a->dtype == b->dtype && a->n_dims == b->n_dims &&
           memcmp(a->dims, b->dims, (size_t)a->n_dims * sizeof *a->dims) == 0;
}

mote_status mote_dims_check(const char *what, int32_t n_dims, const int32_t *dims, mote_err *err)
{
    if (n_dims < 1 || n_dims > MOTE_MAX_DIMS)
        return mote_fail(err, MOTE_SHAPE, "'%s' has %d dimensions, 1 to %d are possible", what,
                         n_dims, MOTE_MAX_DIMS);
    int64_t total = 1;
    for (int32_t i = 0; i < n_dims; i++) {
        if (dims[i] < 1)
            return mote_fail(err, MOTE_SHAPE, "dimension %d of '%s' is %d, at least 1 is needed", i,
                             what, dims[i]);
        total *= dims[i]; /* both stay under 2^31: no overflow */
        if (total > MOTE_MAX_TENSOR_ELEMENTS)
            return mote_fail(err, MOTE_LIMIT, "'%s' has more than %d elements", what,
                             MOTE_MAX_TENSOR_ELEMENTS);
    }
    return MOTE_OK;
}

mote_status mote_shape_check(const char *what, const mote_shape *s, mote_err *err)
{
    if (!is_dtype(s->dtype))
        return mote_fail(err, MOTE_ARG, "'%s': there is no type %d", what, (int)s->dtype);
    return s->n_dims == 0 ? MOTE_OK : mote_dims_check(what, s->n_dims, s->dims, err);
}

void mote_dims_text(int32_t n_dims, const int32_t *dims, char out[MOTE_SHAPE_TEXT_BYTES])
{
    mote_shape s = {.n_dims = n_dims};
    for (int32_t i = 0; i < n_dims && i < MOTE_MAX_DIMS; i++)
        s.dims[i] = dims[i];
    char text[MOTE_SHAPE_TEXT_BYTES];
    mote_shape_text(&s, text);
    (void)mote_format(out, MOTE_SHAPE_TEXT_BYTES, "%s", strchr(text, '['));
}

void mote_shape_text(const mote_shape *s, char out[MOTE_SHAPE_TEXT_BYTES])
{
    (void)mote_format(out, MOTE_SHAPE_TEXT_BYTES, "%s[", mote_dtype_name(s->dtype));
    for (int32_t i = 0; i < s->n_dims && i < MOTE_MAX_DIMS; i++) {
        size_t at = strlen(out);
        (void)mote_format(out + at, MOTE_SHAPE_TEXT_BYTES - at, "%s%d", i ? "," : "", s->dims[i]);
    }
    size_t at = strlen(out);
    (void)mote_format(out + at, MOTE_SHAPE_TEXT_BYTES - at, "]");
}

mote_status mote_shape_parse(const char *text, mote_shape *out, mote_err *err)
{
    const char *open = strchr(text, '['), *end = text + strlen(text);
    char name[16] = "";
    mote_shape s = {0};
    if (!open || end[-1] != ']')
        return mote_fail(err, MOTE_PARSE,
                         "shape '%s': a type and '[..]' are needed, as in "
                         "'int16[16000]'",
                         text);
    if ((size_t)(open - text) < sizeof name)
        memcpy(name, text, (size_t)(open - text));
    if (!find_dtype(name, &s.dtype))
        return mote_fail(err, MOTE_PARSE, "shape '%s': there is no such type", text);
    const char *at = open + 1;
    while (at < end - 1 || s.n_dims > 0) {
        size_t n = strcspn(at, ",]");
        int64_t dim;
        if (s.n_dims == MOTE_MAX_DIMS || !mote_parse_i64(at, n, &dim) || dim < 1 ||
            dim > MOTE_MAX_TENSOR_ELEMENTS)
            return mote_fail(err, MOTE_PARSE,
                             "shape '%s': 0 to %d dimensions of 1 to %d are "
                             "possible",
                             text, MOTE_MAX_DIMS, MOTE_MAX_TENSOR_ELEMENTS);
        s.dims[s.n_dims++] = (int32_t)dim;
        at += n + 1;
        if (at[-1] == ']')
            break;
    }
    if (s.n_dims > 0 ? at != end : at != end - 1)
        return mote_fail(err, MOTE_PARSE, "shape '%s': there is more behind its end", text);
    MOTE_TRY(mote_shape_check(text, &s, err));
    *out = s;
    return MOTE_OK;
}
