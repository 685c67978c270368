/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of tables on the device. See frontend_device.h for the tokens in the text. */
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

static void header(const mote_frontend_plan *p, mote_buf *b)
{
    const columns_settings s = columns_of(&p->frontend);
    mote_buf_printf(b, "#define @F_NUMBERS %d       /* of a row */\n", (int)columns_numbers(&s));
    mote_buf_printf(b, "#define @F_VALUES %d        /* that it becomes */\n",
                    (int)columns_values(&s));
    mote_buf_str(b, "#define @F_FRAMES 1\n"
                    "#define @F_HOP @F_NUMBERS\n"
                    "#define @F_STEPS @F_NUMBERS\n"
                    "#define @F_SCRATCH_BYTES 8\n\n"
                    "extern const mrt_columns_tables @f_tables;\n\n"
                    "/* A row x [@F_NUMBERS] to the network's input. scratch is not looked at. */\n"
                    "void @f_frame(const float *x, void *scratch, @o *out);\n"
                    "void @f_clip(const float *x, void *scratch, @o *out);\n");
}

static void source(const mote_frontend_plan *p, float scale, int32_t zero_point, mote_buf *b)
{
    const columns_settings s = columns_of(&p->frontend);
    mote_buf_str(b, "\nstatic const mrt_column @f_columns[] = {\n"
                    "    /* kind, flags, n, first, fill, offset, scale */\n");
    for (int32_t i = 0; i < s.n_columns; i++) {
        const mrt_column *c = &s.columns[i];
        mote_buf_printf(b, "    {%d, %d, %d, %d, ", (int)c->kind, (int)c->flags, (int)c->n,
                        (int)c->first);
        mote_frontend_write_float(b, c->fill);
        mote_buf_str(b, ", ");
        mote_frontend_write_float(b, c->offset);
        mote_buf_str(b, ", ");
        mote_frontend_write_float(b, c->scale);
        mote_buf_str(b, "},\n");
    }
    mote_buf_str(b, "};\n");
    if (s.n_pool > 0)
        mote_frontend_write_f32(b, "pool", s.pool, s.n_pool);
    mote_buf_printf(b,
                    "\nconst mrt_columns_tables @f_tables = {\n    %d, @F_NUMBERS, @F_VALUES, "
                    "@f_columns, %s};\n\n",
                    (int)s.n_columns, s.n_pool > 0 ? "@f_pool" : "NULL");
    if (scale > 0) {
        mote_frontend_write_quant(p, scale, zero_point, b);
        mote_buf_str(b, "void @f_frame(const float *x, void *scratch, @o *out)\n{\n"
                        "    float values[@F_VALUES];\n"
                        "    (void)scratch;\n"
                        "    mrt_columns_f32(&@f_tables, x, values);\n"
                        "    mrt_quantize_f32(&@f_quant, values, @F_VALUES, out);\n}\n\n");
    } else { /* a network of float32 takes them as they are */
        mote_buf_str(b, "void @f_frame(const float *x, void *scratch, @o *out)\n{\n"
                        "    (void)scratch;\n"
                        "    mrt_columns_f32(&@f_tables, x, out);\n}\n\n");
    }
    mote_buf_str(b, "void @f_clip(const float *x, void *scratch, @o *out)\n{\n"
                    "    @f_frame(x, scratch, out);\n}\n");
}

const mote_frontend_device_class columns_device = {of, uses, header, source};
