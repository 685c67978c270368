/* SPDX-License-Identifier: Apache-2.0 */
/* Reading of infer requests. */
#include "web/oip.h"

#include <math.h>
#include <string.h>

#include "base/json_pull.h"

#define MAX_ELEMENTS ((int64_t)1 << 28)

static const struct {
    const char *text;
    size_t bytes;
    double lo, hi;
} types[] = {
    [MOTE_OIP_NONE] = {"", 0, 0, 0},
    [MOTE_OIP_BOOL] = {"BOOL", 1, 0, 1},
    [MOTE_OIP_UINT8] = {"UINT8", 1, 0, 255},
    [MOTE_OIP_UINT16] = {"UINT16", 2, 0, 65535},
    [MOTE_OIP_UINT32] = {"UINT32", 4, 0, 4294967296.0},
    [MOTE_OIP_UINT64] = {"UINT64", 8, 0, 18446744073709551616.0},
    [MOTE_OIP_INT8] = {"INT8", 1, -128, 127},
    [MOTE_OIP_INT16] = {"INT16", 2, -32768, 32767},
    [MOTE_OIP_INT32] = {"INT32", 4, -2147483648.0, 2147483648.0},
    [MOTE_OIP_INT64] = {"INT64", 8, -9223372036854775808.0, 9223372036854775808.0},
    [MOTE_OIP_FP16] = {"FP16", 2, 0, 0},
    [MOTE_OIP_FP32] = {"FP32", 4, 0, 0},
    [MOTE_OIP_FP64] = {"FP64", 8, 0, 0},
    [MOTE_OIP_BF16] = {"BF16", 2, 0, 0},
    [MOTE_OIP_BYTES] = {"BYTES", 1, 0, 0},
};

bool mote_oip_is_real(mote_oip_type t)
{
    return t == MOTE_OIP_FP16 || t == MOTE_OIP_FP32 || t == MOTE_OIP_FP64 || t == MOTE_OIP_BF16;
}

static mote_oip_type type_of(mote_slice s)
{
    for (size_t i = 1; i < sizeof types / sizeof types[0]; i++)
        if (mote_slice_is(s, types[i].text))
            return (mote_oip_type)i;
    return MOTE_OIP_NONE;
}

/* One input as far as it is read; its values may have to wait until the shape is known. */
typedef struct {
    mote_json_pull *p;
    mote_arena *a;
    const char *binary; /* what is left of the raw tensors */
    size_t binary_bytes;
    mote_oip_request *rq;
} reader;

typedef struct {
    mote_oip_input in;
    bool has_shape, has_data, has_binary;
    int64_t binary_size;
    mote_slice type;
    const char *data_at, *data_end; /* an array that came before its shape */
} pending;

static mote_status read_text(reader *r, const char **out, mote_err *err)
{
    mote_slice s;
    char *text = NULL;
    MOTE_TRY(mote_pull_str(r->p, &s, err));
    MOTE_TRY(mote_pull_text(s, r->a, &text, NULL, err));
    *out = text;
    return MOTE_OK;
}

static mote_status read_shape(reader *r, pending *t, mote_err *err)
{
    int64_t total = 1;
    MOTE_TRY(mote_pull_array(r->p, err));
    t->in.n_dims = 0;
    while (mote_pull_item(r->p)) {
        int64_t d = 0;
        MOTE_TRY(mote_pull_i64(r->p, &d, err));
        if (t->in.n_dims == MOTE_OIP_MAX_DIMS)
            return mote_fail(err, MOTE_SHAPE, "a shape has more than %d dimensions",
                             MOTE_OIP_MAX_DIMS);
        if (d < 0)
            return mote_fail(err, MOTE_SHAPE, "a shape has a negative dimension: %lld",
                             (long long)d);
        t->in.dims[t->in.n_dims++] = d;
        if (__builtin_mul_overflow(total, d, &total) || total > MAX_ELEMENTS)
            return mote_fail(err, MOTE_SHAPE,
                             "a shape causes total element count to exceed maximum size of %lld",
                             (long long)MAX_ELEMENTS);
    }
    t->in.n_values = (size_t)total;
    t->has_shape = true;
    return MOTE_OK;
}

/* The array of a tensor whose shape is known. Every value takes two bytes of text or more, so the
 * text at hand bounds what is allocated. */
static mote_status read_values(mote_json_pull *p, mote_arena *a, mote_oip_input *in, mote_err *err)
{
    size_t room = (size_t)(p->end - p->at) / 2 + 1;
    if (in->n_values > room)
        return mote_fail(err, MOTE_SHAPE, "its shape has %zu elements, more than its data can hold",
                         in->n_values);
    float *values = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(a, in->n_values ? in->n_values : 1, sizeof *values, &values, err));
    MOTE_TRY(mote_pull_f32s(p, in->dims, in->n_dims, values, &n, err));
    if (n != in->n_values)
        return mote_fail(err, MOTE_SHAPE, "its shape has %zu elements, its data %zu", in->n_values,
                         n);
    in->values = values;
    return MOTE_OK;
}

static mote_status read_input_parameters(reader *r, pending *t, mote_err *err)
{
    MOTE_TRY(mote_pull_object(r->p, err));
    for (mote_slice key; mote_pull_member(r->p, &key);) {
        if (mote_slice_is(key, "binary_data_size")) {
            MOTE_TRY(mote_pull_i64(r->p, &t->binary_size, err));
            t->has_binary = true;
        } else if (mote_slice_is(key, "shared_memory_region")) {
            return mote_fail(err, MOTE_UNSUPPORTED, "shared memory is not supported");
        } else {
            MOTE_TRY(mote_pull_skip(r->p, err));
        }
    }
    return MOTE_OK;
}

static mote_status read_input_member(reader *r, mote_slice key, pending *t, mote_err *err)
{
    if (mote_slice_is(key, "name"))
        return read_text(r, &t->in.name, err);
    if (mote_slice_is(key, "datatype"))
        return mote_pull_str(r->p, &t->type, err);
    if (mote_slice_is(key, "shape"))
        return read_shape(r, t, err);
    if (mote_slice_is(key, "parameters"))
        return read_input_parameters(r, t, err);
    if (!mote_slice_is(key, "data"))
        return mote_pull_skip(r->p, err);
    t->has_data = true;
    /* Strings are told apart here: their tensors are refused below by their type, not as bad
     * numbers. */
    bool is_bytes = t->type.n && type_of(t->type) == MOTE_OIP_BYTES;
    if (t->has_shape && !is_bytes)
        return read_values(r->p, r->a, &t->in, err);
    t->data_at = r->p->at;
    MOTE_TRY(mote_pull_skip(r->p, err));
    t->data_end = r->p->at;
    return MOTE_OK;
}

static float half_to_float(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 1023u;
    float x = exponent == 0    ? ldexpf((float)fraction, -24)
              : exponent == 31 ? (fraction ? NAN : INFINITY)
                               : ldexpf((float)(fraction | 1024u), (int)exponent - 25);
    return sign ? -x : x;
}

static float bits_to_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float bits_to_double(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return (float)x;
}

/* One value, little-endian whatever the machine. */
static float one_value(mote_oip_type type, const unsigned char *at)
{
    uint64_t u = 0;
    for (size_t i = 0; i < types[type].bytes; i++)
        u |= (uint64_t)at[i] << (8 * i);
    switch (type) {
    case MOTE_OIP_BOOL:
        return u ? 1.0f : 0.0f;
    case MOTE_OIP_UINT8:
    case MOTE_OIP_UINT16:
    case MOTE_OIP_UINT32:
    case MOTE_OIP_UINT64:
        return (float)u;
    case MOTE_OIP_INT8:
        return (float)(int8_t)(uint8_t)u;
    case MOTE_OIP_INT16:
        return (float)(int16_t)(uint16_t)u;
    case MOTE_OIP_INT32:
        return (float)(int32_t)(uint32_t)u;
    case MOTE_OIP_INT64:
        return (float)(int64_t)u;
    case MOTE_OIP_FP16:
        return half_to_float((uint16_t)u);
    case MOTE_OIP_BF16:
        return bits_to_float((uint32_t)u << 16);
    case MOTE_OIP_FP32:
        return bits_to_float((uint32_t)u);
    case MOTE_OIP_FP64:
        return bits_to_double(u);
    case MOTE_OIP_NONE:
    case MOTE_OIP_BYTES:
        break;
    }
    return NAN;
}

static mote_status read_binary(reader *r, pending *t, mote_err *err)
{
    mote_oip_input *in = &t->in;
    size_t want = in->n_values * types[in->type].bytes;
    if (t->binary_size < 0 || (size_t)t->binary_size != want)
        return mote_fail(err, MOTE_SHAPE, "its binary_data_size is %lld, its shape needs %zu bytes",
                         (long long)t->binary_size, want);
    if (want > r->binary_bytes)
        return mote_fail(err, MOTE_SHAPE, "its %zu bytes are not in the body: %zu are left", want,
                         r->binary_bytes);
    float *values = NULL;
    MOTE_TRY(mote_arena_take(r->a, in->n_values ? in->n_values : 1, sizeof *values, &values, err));
    const unsigned char *at = (const unsigned char *)r->binary;
    for (size_t i = 0; i < in->n_values; i++)
        values[i] = one_value(in->type, at + i * types[in->type].bytes);
    in->values = values;
    r->binary += want;
    r->binary_bytes -= want;
    return MOTE_OK;
}

static mote_status check_values(const mote_oip_input *in, mote_err *err)
{
    bool is_real = mote_oip_is_real(in->type);
    for (size_t i = 0; i < in->n_values; i++) {
        double x = (double)in->values[i];
        if (!isfinite(x))
            return mote_fail(err, MOTE_RANGE, "its value %zu is not finite", i);
        if (!is_real && (x != trunc(x) || x < types[in->type].lo || x > types[in->type].hi))
            return mote_fail(err, MOTE_RANGE, "its value %zu is not a number of type %s", i,
                             types[in->type].text);
    }
    return MOTE_OK;
}

/* All members are read: now the type, the shape and the data must agree. */
static mote_status finish_input(reader *r, pending *t, mote_err *err)
{
    mote_oip_input *in = &t->in;
    if (!in->name)
        return mote_fail(err, MOTE_PARSE, "an input has no name");
    if (!t->has_shape)
        return mote_fail(err, MOTE_PARSE, "it has no shape");
    if (!t->type.n)
        return mote_fail(err, MOTE_PARSE, "it has no datatype");
    in->type = type_of(t->type);
    if (in->type == MOTE_OIP_NONE)
        return mote_fail(err, MOTE_PARSE, "'%.*s' is not a datatype",
                         (int)(t->type.n > 32 ? 32 : t->type.n), t->type.at);
    if (in->type == MOTE_OIP_BYTES)
        return mote_fail(err, MOTE_ARG, "datatype BYTES is not an input of any model here");
    if (t->has_binary == t->has_data)
        return mote_fail(err, MOTE_PARSE,
                         t->has_data ? "it has both data and binary_data_size" : "it has no data");
    if (t->has_binary)
        MOTE_TRY(read_binary(r, t, err));
    else if (in->type == MOTE_OIP_FP16 || in->type == MOTE_OIP_BF16)
        return mote_fail(err, MOTE_ARG, "datatype %s cannot be given in JSON, only as binary data",
                         types[in->type].text);
    if (t->data_at) {
        mote_json_pull later;
        mote_json_pull_init(&later, t->data_at, (size_t)(t->data_end - t->data_at));
        MOTE_TRY(read_values(&later, r->a, in, err));
    }
    return check_values(in, err);
}

static mote_status read_inputs(reader *r, mote_err *err)
{
    MOTE_TRY(mote_pull_array(r->p, err));
    while (mote_pull_item(r->p)) {
        if (r->rq->n_inputs == MOTE_OIP_MAX_TENSORS)
            return mote_fail(err, MOTE_LIMIT, "more than %d inputs", MOTE_OIP_MAX_TENSORS);
        pending t = {0};
        mote_status st = mote_pull_object(r->p, err);
        for (mote_slice key; st == MOTE_OK && mote_pull_member(r->p, &key);)
            st = read_input_member(r, key, &t, err);
        if (st == MOTE_OK && r->p->failure.status != MOTE_OK)
            break;
        if (st == MOTE_OK)
            st = finish_input(r, &t, err);
        if (st != MOTE_OK)
            return t.in.name ? mote_wrap(err, st, "input '%s'", t.in.name)
                             : mote_wrap(err, st, "input %d", (int)r->rq->n_inputs);
        r->rq->inputs[r->rq->n_inputs++] = t.in;
    }
    return MOTE_OK;
}

static mote_status read_output_parameters(reader *r, mote_oip_output *o, bool *binary_given,
                                          mote_err *err)
{
    MOTE_TRY(mote_pull_object(r->p, err));
    for (mote_slice key; mote_pull_member(r->p, &key);) {
        int64_t k = 0;
        if (mote_slice_is(key, "binary_data")) {
            MOTE_TRY(mote_pull_bool(r->p, &o->is_binary, err));
            *binary_given = true;
        } else if (mote_slice_is(key, "classification")) {
            MOTE_TRY(mote_pull_i64(r->p, &k, err));
            if (k < 0 || k > INT32_MAX)
                return mote_fail(err, MOTE_RANGE, "an output's classification is %lld",
                                 (long long)k);
            o->n_classes = (int32_t)k;
        } else if (mote_slice_is(key, "shared_memory_region")) {
            return mote_fail(err, MOTE_UNSUPPORTED, "shared memory is not supported");
        } else {
            MOTE_TRY(mote_pull_skip(r->p, err));
        }
    }
    return MOTE_OK;
}

static mote_status read_outputs(reader *r, bool *binary_given, mote_err *err)
{
    MOTE_TRY(mote_pull_array(r->p, err));
    while (mote_pull_item(r->p)) {
        if (r->rq->n_outputs == MOTE_OIP_MAX_TENSORS)
            return mote_fail(err, MOTE_LIMIT, "more than %d outputs", MOTE_OIP_MAX_TENSORS);
        int32_t i = r->rq->n_outputs;
        mote_oip_output *o = &r->rq->outputs[i];
        MOTE_TRY(mote_pull_object(r->p, err));
        for (mote_slice key; mote_pull_member(r->p, &key);) {
            if (mote_slice_is(key, "name"))
                MOTE_TRY(read_text(r, &o->name, err));
            else if (mote_slice_is(key, "parameters"))
                MOTE_TRY(read_output_parameters(r, o, &binary_given[i], err));
            else
                MOTE_TRY(mote_pull_skip(r->p, err));
        }
        if (r->p->failure.status == MOTE_OK && !o->name)
            return mote_fail(err, MOTE_PARSE, "an output has no name");
        r->rq->n_outputs++;
    }
    return MOTE_OK;
}

static mote_status read_parameters(reader *r, mote_err *err)
{
    MOTE_TRY(mote_pull_object(r->p, err));
    for (mote_slice key; mote_pull_member(r->p, &key);) {
        if (mote_slice_is(key, "binary_data_output"))
            MOTE_TRY(mote_pull_bool(r->p, &r->rq->all_binary, err));
        else
            MOTE_TRY(mote_pull_skip(r->p, err));
    }
    return MOTE_OK;
}

static mote_status read_request(reader *r, bool *binary_given, mote_err *err)
{
    bool has_inputs = false;
    MOTE_TRY(mote_pull_object(r->p, err));
    for (mote_slice key; mote_pull_member(r->p, &key);) {
        if (mote_slice_is(key, "id")) {
            MOTE_TRY(read_text(r, &r->rq->id, err));
        } else if (mote_slice_is(key, "inputs")) {
            has_inputs = true;
            MOTE_TRY(read_inputs(r, err));
        } else if (mote_slice_is(key, "outputs")) {
            MOTE_TRY(read_outputs(r, binary_given, err));
        } else if (mote_slice_is(key, "parameters")) {
            MOTE_TRY(read_parameters(r, err));
        } else {
            MOTE_TRY(mote_pull_skip(r->p, err));
        }
    }
    MOTE_TRY(mote_pull_end(r->p, err));
    return has_inputs ? MOTE_OK : mote_fail(err, MOTE_PARSE, "the request has no inputs");
}

mote_status mote_oip_parse(const char *body, size_t n, size_t json_bytes, mote_arena *a,
                           mote_oip_request *out, mote_err *err)
{
    if (json_bytes > n)
        return mote_fail(
            err, MOTE_ARG,
            "the header Inference-Header-Content-Length says %zu bytes, the body has %zu",
            json_bytes, n);
    mote_oip_request rq = {0};
    bool binary_given[MOTE_OIP_MAX_TENSORS] = {false};
    mote_json_pull p;
    mote_json_pull_init(&p, body, json_bytes);
    reader r = {
        .p = &p, .a = a, .binary = body + json_bytes, .binary_bytes = n - json_bytes, .rq = &rq};
    MOTE_TRY(read_request(&r, binary_given, err));
    if (r.binary_bytes)
        return mote_fail(err, MOTE_SHAPE, "%zu bytes of binary data belong to no input",
                         r.binary_bytes);
    for (int32_t i = 0; i < rq.n_outputs; i++)
        if (!binary_given[i])
            rq.outputs[i].is_binary = rq.all_binary;
    *out = rq;
    return MOTE_OK;
}
