/* SPDX-License-Identifier: Apache-2.0 */
/* No front end: the network's input is the sample, its numbers as float32. */
#include <string.h>

#include "feature/frontend_class.h"

static mote_status check(const mote_frontend *f, mote_err *err)
{
    (void)f;
    (void)err;
    return MOTE_OK;
}

static mote_status parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    (void)f;
    if (json_object_size(o) > 0)
        return mote_fail(err, MOTE_PARSE, "%s: front end 'none' has no settings", what);
    return MOTE_OK;
}

static json_t *to_json(const mote_frontend *f)
{
    (void)f;
    return json_object();
}

static mote_sha256 hash(const mote_frontend *f)
{
    (void)f;
    return mote_sha256_of("", 0);
}

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    (void)f;
    (void)mote_format(out, out_bytes, "the sample as it is");
}

static mote_status shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err)
{
    (void)f;
    (void)err;
    *out = *in;
    out->dtype = MOTE_F32;
    return MOTE_OK;
}

static mote_status to_f32(mote_dtype dtype, const void *x, size_t n, float *out, mote_err *err)
{
    switch (dtype) {
    case MOTE_F32:
        memcpy(out, x, n * sizeof *out);
        return MOTE_OK;
    case MOTE_I8:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((const int8_t *)x)[i];
        return MOTE_OK;
    case MOTE_I32:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((const int32_t *)x)[i];
        return MOTE_OK;
    case MOTE_I16:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((const int16_t *)x)[i];
        return MOTE_OK;
    case MOTE_U8:
    case MOTE_BOOL:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((const uint8_t *)x)[i];
        return MOTE_OK;
    }
    return mote_fail(err, MOTE_ARG, "a sample of type %d", (int)dtype);
}

static mote_status run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err)
{
    (void)worker;
    (void)n_steps;
    return to_f32(p->in.dtype, x, (size_t)mote_shape_elements(&p->in), out, err);
}

const mote_frontend_class mote_frontend_row_none = {
    .name = "none",
    .doc = "the sample as it is",
    .input = MOTE_N_INPUTS,
    .is_light = true,
    .check = check,
    .parse = parse,
    .to_json = to_json,
    .hash = hash,
    .describe = describe,
    .shape = shape,
    .run = run,
};
