/* SPDX-License-Identifier: Apache-2.0 */
/* model_features.h and model_features.c: what the front end writes of itself
 * (feature/frontend_device.h), between what every generated file has. See codegen_internal.h. */
#include "compile/codegen_template.h"

static void front_end(const codegen *c, mote_buf *b)
{
    char text[200];
    mote_frontend_describe(c->in->features, text, sizeof text);
    codegen_comment(b, text);
}

/* What the front end wrote, in which the letters stand as in a template. */
static void fill_own(const codegen *c, mote_buf *b, const mote_buf *own)
{
    if (own->status != MOTE_OK)
        b->status = own->status;
    else if (own->len > 0)
        codegen_fill(c, b, own->data, NULL, 0);
}

static void runtime(const codegen *c, mote_buf *b)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 12);
    mote_buf_str(&text, "@{runtime");
    for (size_t i = 0; c->device.headers[i] != NULL; i++)
        mote_buf_printf(&text, " %s", c->device.headers[i]);
    mote_buf_str(&text, "}");
    fill_own(c, b, &text);
}

/* How a frame of other proportions is made to fit, where samples are pictures. */
static void define_fit(const mote_signature *s, mote_buf *own)
{
    if (!s || !s->fit)
        return;
    mote_buf_str(own, "#define @F_FIT MRT_FIT_");
    for (const char *p = s->fit; *p; p++)
        mote_buf_char(own, (char)(*p >= 'a' && *p <= 'z' ? *p - 'a' + 'A' : *p));
    mote_buf_char(own, '\n');
}

static void declarations(const codegen *c, mote_buf *b)
{
    MOTE_SCOPED_BUF own;
    mote_buf_init(&own, CODEGEN_MAX_FILE_BYTES);
    define_fit(c->in->signature, &own);
    mote_frontend_device_header(c->features, &own);
    fill_own(c, b, &own);
}

static void definitions(const codegen *c, mote_buf *b)
{
    const mote_quant *in = &codegen_input(c->in)->quant;
    mote_input_quant q = {0};
    if (!c->in->is_float)
        q = (mote_input_quant){in->scales[0], in->zero_point};
    MOTE_SCOPED_BUF own;
    mote_buf_init(&own, CODEGEN_MAX_FILE_BYTES);
    mote_frontend_device_source(c->features, q, &own);
    fill_own(c, b, &own);
}

void codegen_features_header(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"front_end", .write = front_end},
                                    {"front_end_runtime", .write = runtime},
                                    {"declarations", .write = declarations}};
    CODEGEN_FILL(c, b, codegen_features_h, values);
}

void codegen_features_source(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"definitions", .write = definitions}};
    CODEGEN_FILL(c, b, codegen_features_c, values);
}
