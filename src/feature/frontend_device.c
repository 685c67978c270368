/* SPDX-License-Identifier: Apache-2.0 */
/* The device part of front ends: filling in their texts, and what all of these have. */
#include "feature/frontend_device.h"

#include <string.h>

#include "base/fill.h"
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

/* Decimal, since C++ before 17 reads no hexadecimal ones. A whole number wants its point. */
void mote_frontend_write_float(mote_buf *out, float x)
{
    const size_t at = out->len;

    mote_buf_f32(out, x);
    if (mote_buf_status(out, NULL) == MOTE_OK && strpbrk(out->data + at, ".e") == NULL)
        mote_buf_str(out, ".0");
    mote_buf_char(out, 'f');
}

/* ---- filling in a text ---------------------------------------------------------------------- */

static struct frontend_value *next_value(frontend_text *t, const char *name)
{
    MOTE_BUG_IF(t->n_values == FRONTEND_MAX_VALUES);
    struct frontend_value *v = &t->values[t->n_values++];
    *v = (struct frontend_value){.name = name};
    return v;
}

void frontend_say(frontend_text *t, const char *name, int64_t number)
{
    next_value(t, name)->number = number;
}

void frontend_say_text(frontend_text *t, const char *name, const char *text)
{
    next_value(t, name)->text = text;
}

void frontend_say_written(frontend_text *t, const char *name,
                          void (*write)(const frontend_text *t, mote_buf *out))
{
    next_value(t, name)->write = write;
}

void frontend_say_array(frontend_text *t, const char *name, frontend_number type, int32_t n,
                        const void *data)
{
    MOTE_BUG_IF(t->n_arrays == FRONTEND_MAX_ARRAYS);
    t->arrays[t->n_arrays++] = (struct frontend_array){name, type, n, data};
}

static const struct frontend_value *value_of(const frontend_text *t, const char *name)
{
    for (size_t i = 0; i < t->n_values; i++)
        if (mote_str_eq(t->values[i].name, name))
            return &t->values[i];
    return NULL;
}

static void fill(const frontend_text *t, const char *text, mote_buf *out);

static bool write_value(const void *of, const char *name, const char *words, mote_buf *out)
{
    const frontend_text *t = of;
    const struct frontend_value *v = value_of(t, name);
    (void)words;
    if (v == NULL)
        return false;
    if (v->write != NULL)
        v->write(t, out);
    else if (v->text != NULL)
        fill(t, v->text, out);
    else
        mote_buf_dec_i64(out, v->number);
    return true;
}

static bool holds(const void *of, const char *name, bool *out)
{
    const struct frontend_value *v = value_of(of, name);
    if (v == NULL)
        return false;
    *out = v->write != NULL || (v->text != NULL && v->text[0] != '\0') || v->number != 0;
    return true;
}

static const char *letter(const void *of, char x)
{
    (void)of;
    (void)x;
    return NULL;
}

static void fill(const frontend_text *t, const char *text, mote_buf *out)
{
    mote_fill(text, &(mote_filling){t, write_value, holds, letter}, out);
}

/* ---- what all texts have -------------------------------------------------------------------- */

static void write_number(const struct frontend_array *a, int32_t i, mote_buf *out)
{
    switch (a->type) {
    case FRONTEND_F32:
        mote_frontend_write_float(out, ((const float *)a->data)[i]);
        break;
    case FRONTEND_I32:
        mote_buf_dec_i64(out, ((const int32_t *)a->data)[i]);
        break;
    case FRONTEND_I16:
        mote_buf_dec_i64(out, ((const int16_t *)a->data)[i]);
        break;
    case FRONTEND_U16:
        mote_buf_dec_i64(out, ((const uint16_t *)a->data)[i]);
        break;
    }
}

static void write_numbers(const frontend_text *t, mote_buf *out)
{
    const struct frontend_array *a = &t->arrays[0];
    for (int32_t i = 0; i < a->n; i++) {
        mote_buf_str(out, i % 8 == 0 ? "\n    " : " ");
        write_number(a, i, out);
        mote_buf_char(out, ',');
    }
}

/* A text about this array alone. */
static void fill_array(const struct frontend_array *a, const char *text, mote_buf *out)
{
    static const char *const types[] = {
        [FRONTEND_F32] = "float",
        [FRONTEND_I32] = "int32_t",
        [FRONTEND_I16] = "int16_t",
        [FRONTEND_U16] = "uint16_t",
    };
    frontend_text t = {.arrays = {*a}, .n_arrays = 1};
    frontend_say_text(&t, "name", a->name);
    frontend_say_text(&t, "type", types[a->type]);
    frontend_say(&t, "n", a->n);
    if (a->data != NULL)
        frontend_say_written(&t, "numbers", write_numbers);
    else
        frontend_say(&t, "numbers", 0);
    fill(&t, text, out);
}

static void write_arrays(const frontend_text *t, mote_buf *out)
{
    for (size_t i = 0; i < t->n_arrays; i++)
        if (t->arrays[i].data != NULL)
            fill_array(&t->arrays[i], frontend_array_c, out);
}

static void write_pointers(const frontend_text *t, mote_buf *out)
{
    for (size_t i = 0; i < t->n_arrays; i++)
        fill_array(&t->arrays[i], frontend_pointer_c, out);
}

static void write_inverse_scale(const frontend_text *t, mote_buf *out)
{
    mrt_quant_f32 q = {0};
    (void)mrt_quant_f32_from(t->quant.scale > 0 ? t->quant.scale : 1.0f, t->quant.zero_point, &q);
    mote_frontend_write_float(out, q.inverse_scale);
}

/* A network of float32 does not read the constant (mrt_keep), so any scale will do. */
static void say_shared(frontend_text *t)
{
    mrt_quant_fixed q = {0};
    (void)mrt_quant_fixed_from(t->quant.scale > 0 ? t->quant.scale : 1.0f, t->quant.zero_point, &q);
    frontend_say(t, "float", !(t->quant.scale > 0));
    frontend_say(t, "fixed", mote_frontend_is_fixed(&t->p->frontend));
    frontend_say(t, "integers", mote_frontend_gives_integers(&t->p->frontend));
    frontend_say_text(t, "quantisation", frontend_quantisation_c);
    frontend_say(t, "multiplier", q.multiplier);
    frontend_say(t, "shift", q.shift);
    frontend_say_written(t, "inverse_scale", write_inverse_scale);
    frontend_say(t, "zero_point", t->quant.zero_point);
    frontend_say_written(t, "arrays", write_arrays);
    frontend_say_written(t, "pointers", write_pointers);
}

static void write_text(const char *text, frontend_text *t, mote_buf *out)
{
    say_shared(t);
    t->p->frontend.row->device->fill(t->p, t);
    fill(t, text, out);
}

void mote_frontend_device_header(const mote_frontend_plan *p, mote_buf *out)
{
    write_text(p->frontend.row->device->header, &(frontend_text){.p = p}, out);
}

void mote_frontend_device_source(const mote_frontend_plan *p, mote_input_quant q, mote_buf *out)
{
    frontend_text t = {.p = p, .quant = q};
    write_text(p->frontend.row->device->source, &t, out);
}
