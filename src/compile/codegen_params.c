/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of operators as constants in generated C: the arrays, then the struct that the kernel
 * takes. Its fields are written by position (codegen_params.def), since C++ before 20 has no names
 * for them: a field that is missing is an error of the compiler, one out of order another output.
 * See codegen_internal.h. */
#include <stddef.h>
#include <string.h>

#include "compile/codegen_internal.h"

typedef struct field field;

static void write_i32(mote_buf *b, const char *op, const field *f, const void *at);
static void write_f32(mote_buf *b, const char *op, const field *f, const void *at);
static void write_flags(mote_buf *b, const char *op, const field *f, const void *at);
static void write_pointer(mote_buf *b, const char *op, const field *f, const void *at);

/* The numbers of an array, called `name`. */
typedef void write_numbers(mote_buf *b, const char *name, const void *x, int64_t n);

struct field {
    mote_kernel_params params;
    const char *name;
    size_t offset; /* in mote_call */
    void (*write)(mote_buf *b, const char *op, const field *f, const void *at);
    write_numbers *numbers; /* of an array, as many as length says; NULL: it is none */
    int64_t (*length)(const mote_call *call);
};

static void numbers_i8(mote_buf *b, const char *name, const void *x, int64_t n)
{
    codegen_i8(b, name, x, n);
}

static void numbers_i32(mote_buf *b, const char *name, const void *x, int64_t n)
{
    codegen_i32(b, name, x, n);
}

static void numbers_f32(mote_buf *b, const char *name, const void *x, int64_t n)
{
    codegen_f32s(b, name, x, n);
}

static int64_t n_weights(const mote_call *call)
{
    return (int64_t)call->need.weights_bytes;
}

static int64_t n_outputs(const mote_call *call)
{
    return call->u.conv.out_c;
}

static int64_t n_table(const mote_call *call)
{
    (void)call;
    return 256;
}

static int64_t n_outputs_f32(const mote_call *call)
{
    return call->u.conv_f32.out_c;
}

static int64_t n_weights_f32(const mote_call *call)
{
    return (int64_t)call->need.weights_bytes / (int64_t)sizeof(float) - n_outputs_f32(call);
}

#define WRITE_I32         write_i32
#define WRITE_F32         write_f32
#define WRITE_FLAGS       write_flags
#define NUMBERS_I8        numbers_i8
#define NUMBERS_I32       numbers_i32
#define NUMBERS_F32       numbers_f32
#define AT(params, field) MOTE_PARAMS_##params, #field, offsetof(mote_call, u.params.field)
static const field fields[] = {
#define FIELD(params, type, name)         {AT(params, name), WRITE_##type, NULL, NULL},
#define ARRAY(params, type, name, length) {AT(params, name), write_pointer, NUMBERS_##type, length},
#include "compile/codegen_params.def"
#undef FIELD
#undef ARRAY
};

static const char *const types[MOTE_N_PARAMS] = {
    [MOTE_PARAMS_conv] = "mrt_conv",
    [MOTE_PARAMS_pool] = "mrt_pool",
    [MOTE_PARAMS_add] = "mrt_add",
    [MOTE_PARAMS_mul] = "mrt_mul",
    [MOTE_PARAMS_softmax] = "mrt_softmax",
    [MOTE_PARAMS_lut] = "mrt_lut",
    [MOTE_PARAMS_conv_f32] = "mrt_conv_params_f32",
    [MOTE_PARAMS_pool_f32] = "mrt_pool_params_f32",
    [MOTE_PARAMS_pair_f32] = "mrt_pair_f32",
    [MOTE_PARAMS_elements_f32] = "mrt_elements_f32",
};

static void write_i32(mote_buf *b, const char *op, const field *f, const void *at)
{
    int32_t x;
    (void)op;
    memcpy(&x, at, sizeof x);
    mote_buf_printf(b, "    %d, /* %s */\n", x, f->name);
}

static void write_f32(mote_buf *b, const char *op, const field *f, const void *at)
{
    float x;
    (void)op;
    memcpy(&x, at, sizeof x);
    mote_buf_str(b, "    ");
    codegen_f32(b, x);
    mote_buf_printf(b, ", /* %s */\n", f->name);
}

static void write_flags(mote_buf *b, const char *op, const field *f, const void *at)
{
    uint32_t x;
    (void)op;
    memcpy(&x, at, sizeof x);
    mote_buf_printf(b, "    0u%s%s%s, /* %s */\n",
                    x & MRT_FAST_REQUANT ? " | MRT_FAST_REQUANT" : "",
                    x & MRT_TRANSPOSED ? " | MRT_TRANSPOSED" : "",
                    x & MRT_FULL_RANGE ? " | MRT_FULL_RANGE" : "", f->name);
}

static void write_pointer(mote_buf *b, const char *op, const field *f, const void *at)
{
    (void)at;
    mote_buf_printf(b, "    %s_%s,\n", op, f->name);
}

/* The array that the call's field points to. */
static void array(mote_buf *b, const char *op, const field *f, const mote_call *call)
{
    char name[CODEGEN_NAME_BYTES + 32];
    const void *x = NULL;
    memcpy(&x, (const char *)call + f->offset, sizeof x);
    (void)mote_format(name, sizeof name, "%s_%s", op, f->name);
    f->numbers(b, name, x, f->length(call));
}

void codegen_params(mote_buf *b, const char *op, const mote_call *call)
{
    const mote_kernel_params params = mote_kernel_params_of(call->kernel);
    const size_t n = sizeof fields / sizeof fields[0];
    if (params == MOTE_N_PARAMS)
        return;
    for (size_t i = 0; i < n; i++)
        if (fields[i].params == params && fields[i].numbers != NULL)
            array(b, op, &fields[i], call);
    mote_buf_printf(b, "static const %s %s = {\n", types[params], op);
    for (size_t i = 0; i < n; i++)
        if (fields[i].params == params)
            fields[i].write(b, op, &fields[i], (const char *)call + fields[i].offset);
    mote_buf_str(b, "};\n\n");
}
