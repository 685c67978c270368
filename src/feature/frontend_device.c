/* SPDX-License-Identifier: Apache-2.0 */
/* The device part of front ends: what rows share when they write C. */
#include "feature/frontend_device.h"

#include <string.h>

#include "device/signal/mrt_quantize.h"
#include "feature/frontend_class.h"

bool mote_frontend_device_of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    if (p->frontend.row->device == NULL)
        return false;
    memset(out, 0, sizeof *out);
    p->frontend.row->device->of(p, out);
    return true;
}

bool mote_frontend_device_uses(const mote_frontend_plan *p, const char *path)
{
    return p->frontend.row->device != NULL && p->frontend.row->device->uses(p, path);
}

void mote_frontend_device_header(const mote_frontend_plan *p, mote_buf *out)
{
    p->frontend.row->device->header(p, out);
}

void mote_frontend_device_source(const mote_frontend_plan *p, float scale, int32_t zero_point,
                                 mote_buf *out)
{
    p->frontend.row->device->source(p, scale, zero_point, out);
}

/* Decimal, since C++ before 17 reads no hexadecimal ones. A whole number wants its point. */
void mote_frontend_write_float(mote_buf *out, float x)
{
    const size_t at = out->len;

    mote_buf_f32(out, x);
    if (mote_buf_status(out, NULL) == MOTE_OK && strpbrk(out->data + at, ".e") == NULL)
        mote_buf_str(out, ".0");
    mote_buf_char(out, 'f');
}

static void begin(mote_buf *out, const char *type, const char *name, int32_t n)
{
    mote_buf_printf(out, "static const %s @f_%s[%d] = {", type, name, (int)n);
}

static void next(mote_buf *out, int32_t i)
{
    mote_buf_str(out, i % 8 == 0 ? "\n    " : " ");
}

static void end(mote_buf *out)
{
    mote_buf_str(out, "\n};\n");
}

void mote_frontend_write_f32(mote_buf *out, const char *name, const float *x, int32_t n)
{
    begin(out, "float", name, n);
    for (int32_t i = 0; i < n; i++) {
        next(out, i);
        mote_frontend_write_float(out, x[i]);
        mote_buf_char(out, ',');
    }
    end(out);
}

void mote_frontend_write_i32(mote_buf *out, const char *name, const int32_t *x, int32_t n)
{
    begin(out, "int32_t", name, n);
    for (int32_t i = 0; i < n; i++) {
        next(out, i);
        mote_buf_printf(out, "%d,", (int)x[i]);
    }
    end(out);
}

void mote_frontend_write_i16(mote_buf *out, const char *name, const int16_t *x, int32_t n)
{
    begin(out, "int16_t", name, n);
    for (int32_t i = 0; i < n; i++) {
        next(out, i);
        mote_buf_printf(out, "%d,", x[i]);
    }
    end(out);
}

void mote_frontend_write_u16(mote_buf *out, const char *name, const uint16_t *x, int32_t n)
{
    begin(out, "uint16_t", name, n);
    for (int32_t i = 0; i < n; i++) {
        next(out, i);
        mote_buf_printf(out, "%u,", x[i]);
    }
    end(out);
}

void mote_frontend_write_quant(const mote_frontend_plan *p, float scale, int32_t zero_point,
                               mote_buf *out)
{
    mrt_quant_fixed q = {0};
    mrt_quant_f32 f = {0};
    if (!(scale > 0)) /* float32: mrt_keep does not read it */
        scale = 1.0f;

    if (mote_frontend_is_fixed(&p->frontend)) {
        (void)mrt_quant_fixed_from(scale, zero_point, &q);
        mote_buf_printf(out, "static const mrt_quant_fixed @f_quant = {%d, %d, %d};\n\n",
                        (int)q.multiplier, (int)q.shift, (int)q.zero_point);
        return;
    }
    (void)mrt_quant_f32_from(scale, zero_point, &f);
    mote_buf_str(out, "static const mrt_quant_f32 @f_quant = {");
    mote_frontend_write_float(out, f.inverse_scale);
    mote_buf_printf(out, ", %d};\n\n", (int)f.zero_point);
}
