/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of tables on the device. Their text: templates/. */
#include <string.h>

#include "feature/frontend_columns.h"

static void of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    static const char *const headers[] = {"mrt_columns.h", NULL};
    const columns_settings s = columns_of(&p->frontend);
    *out = (mote_frontend_device){
        .runtime = "mrt_columns",
        .number = "float",
        .plain_number = "float",
        .n_numbers = 1,
        .code = "FLOAT_COLUMNS",
        .stream_bytes = 0,
        .scratch_bytes = 8,
        .table_bytes = (int64_t)s.n_columns * (int64_t)sizeof(mrt_column) +
                       (int64_t)s.n_pool * (int64_t)sizeof(float),
        .macs = columns_values(&s),
        .variable = "x",
        .driver = "board_read_row",
        .driver_words = "Where a row comes from: fills x with its numbers. The default is nothing "
                        "but 0.",
        .sample_words = "the numbers of a row",
        .feature_words = "front end of a table",
        .headers = headers,
    };
    (void)mote_format(out->input_words, sizeof out->input_words,
                      "A row is %d floats, as the columns in model.json; NaN is missing.\n",
                      (int)columns_numbers(&s));
}

static bool uses(const mote_frontend_plan *p, const char *path)
{
    (void)p;
    return mote_str_starts(path, "signal/mrt_columns") ||
           mote_str_starts(path, "signal/mrt_math") ||
           mote_str_starts(path, "signal/mrt_logf_body") ||
           mote_str_starts(path, "signal/mrt_end_body") ||
           mote_str_starts(path, "signal/mrt_quantize");
}

static const columns_settings *settings_of(const mote_frontend_plan *p)
{
    return &((const columns_plan *)p->own)->s;
}

static void write_columns(const frontend_text *t, mote_buf *b)
{
    const columns_settings *s = settings_of(t->p);
    for (int32_t i = 0; i < s->n_columns; i++) {
        const mrt_column *c = &s->columns[i];
        mote_buf_printf(b, "    {%d, %d, %d, %d, ", (int)c->kind, (int)c->flags, (int)c->n,
                        (int)c->first);
        mote_frontend_write_float(b, c->fill);
        mote_buf_str(b, ", ");
        mote_frontend_write_float(b, c->offset);
        mote_buf_str(b, ", ");
        mote_frontend_write_float(b, c->scale);
        mote_buf_str(b, "},\n");
    }
}

static void fill(const mote_frontend_plan *p, frontend_text *t)
{
    const columns_settings *s = settings_of(p);
    frontend_say(t, "numbers", columns_numbers(s));
    frontend_say(t, "values", columns_values(s));
    frontend_say(t, "n_columns", s->n_columns);
    frontend_say_written(t, "columns", write_columns);
    frontend_say(t, "pool", s->n_pool);
    if (s->n_pool > 0)
        frontend_say_array(t, "pool", FRONTEND_F32, s->n_pool, s->pool);
}

const mote_frontend_device_class columns_device = {of, uses, frontend_columns_h, frontend_columns_c,
                                                   fill};
