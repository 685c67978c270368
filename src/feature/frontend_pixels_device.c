/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures on a device: a table of 256 levels a channel, computed here by the functions that the
 * host runs, so that the device looks up what the host gets. */
#include "device/signal/mrt_quantize.h"
#include "feature/frontend_pixels.h"

static int32_t n_channels_of(const mote_frontend_plan *p)
{
    return p->in.dims[2];
}

static void of(const mote_frontend_plan *p, mote_frontend_device *out)
{
    static const char *const headers[] = {"mrt_pixels.h", "mrt_resize.h", NULL};

    *out = (mote_frontend_device){
        .runtime = "mrt_pixels",
        .number = "uint8_t",
        .plain_number = "unsigned char",
        .n_numbers = p->in.dims[1] * n_channels_of(p),
        .code = "PIXELS",
        .stream_bytes = 8, /* nothing is kept, but an array has a size */
        .scratch_bytes = 8,
        .table_bytes = (int64_t)MRT_PIXELS_LEVELS * n_channels_of(p),
        .macs = 0,
        .variable = "pixels",
        .driver = "board_read_camera",
        .driver_words = "Your camera's driver: waits for n rows of the picture, which the "
                        "generated function .._camera makes of a frame of any size. The default "
                        "is nothing but black.",
        .sample_words = "rows of a picture",
        .feature_words = "front end of a picture",
        .headers = headers,
    };
    (void)mote_format(out->input_words, sizeof out->input_words,
                      "Pictures are %d rows of %d pixels, %s.\n", (int)p->in.dims[0],
                      (int)p->in.dims[1], n_channels_of(p) == 1 ? "grey" : "red, green, blue");
}

static bool uses(const mote_frontend_plan *p, const char *path)
{
    (void)p;
    return mote_str_starts(path, "signal/mrt_pixels") ||
           mote_str_starts(path, "signal/mrt_resize") ||
           mote_str_starts(path, "signal/mrt_quantize"); /* every generated source includes it */
}

static void header(const mote_frontend_plan *p, mote_buf *b)
{
    mote_buf_printf(b, "#define @F_HEIGHT %d\n", (int)p->in.dims[0]);
    mote_buf_printf(b, "#define @F_WIDTH %d\n", (int)p->in.dims[1]);
    mote_buf_printf(b, "#define @F_COLOURS %d\n", (int)n_channels_of(p));
    mote_buf_str(
        b, "#define @F_CHANNELS (@F_WIDTH * @F_COLOURS) /* numbers of a row */\n"
           "#define @F_STEPS @F_HEIGHT                  /* rows of one input */\n"
           "#define @F_WINDOW @F_HEIGHT\n"
           "#define @F_HOP @F_HEIGHT                    /* rows between inputs */\n"
           "#define @F_FRAMES 1\n"
           "#define @F_VALUES (@F_HEIGHT * @F_CHANNELS) /* of an input */\n"
           "#define @F_SCRATCH_BYTES 8\n"
           "#define @F_STREAM_BYTES 8\n\n"
           "#ifdef @F_FIT\n"
           "/* A frame of the camera, [height][width][n_channels] with 1 or 3 channels and at "
           "most 2^24 pixels, as\n"
           " * the picture [@F_HEIGHT][@F_WIDTH][@F_COLOURS] that the network was trained on, "
           "bit for bit. The\n"
           " * frame is used up where colours become grey. RAM: the two, and nothing else. "
           "*/\n"
           "void @f_camera(uint8_t *frame, int32_t width, int32_t height, int32_t "
           "n_channels,\n"
           "                     uint8_t *picture);\n"
           "#endif\n\n"
           "extern const mrt_pixels_tables @f_tables;\n\n"
           "/* A picture [@F_HEIGHT][@F_WIDTH][@F_COLOURS] to the network's input. scratch "
           "is not used. */\n"
           "void @f_frame(const uint8_t *x, void *scratch, @o *out);\n"
           "void @f_clip(const uint8_t *x, void *scratch, @o *out);\n\n"
           "/* Takes rows until the picture is complete (1) or x is used up (0); *n_used "
           "were taken. out is\n"
           " * the same for all rows of a picture. The stream was set up with "
           "mrt_pixels_stream_init. */\n"
           "int32_t @f_push(mrt_pixels_stream *s, const uint8_t *x, size_t n, size_t "
           "*n_used,\n"
           "                      @o *out);\n");
}

/* What each level of channel c becomes, by the float form and the quantisation. */
static void levels_of(const mote_frontend_plan *p, int32_t c, const mrt_quant_f32 *q, int8_t *out)
{
    const pixels_scaling *s = pixels_scaling_of(p);
    for (int32_t level = 0; level < MRT_PIXELS_LEVELS; level++) {
        const uint8_t x = (uint8_t)level;
        float value;
        mrt_pixels_f32(&x, 1, 1, &s->offset[c], &s->scale[c], &value);
        mrt_quantize_f32(q, &value, 1, &out[level]);
    }
}

/* The float form itself, for a network of float32. */
static void float_source(const mote_frontend_plan *p, mote_buf *b)
{
    const pixels_scaling *s = pixels_scaling_of(p);
    mote_frontend_write_f32(b, "offset", s->offset, n_channels_of(p));
    mote_frontend_write_f32(b, "scale", s->scale, n_channels_of(p));
    mote_buf_str(b, "\nconst mrt_pixels_tables @f_tables = {@F_WIDTH, @F_HEIGHT, @F_COLOURS, "
                    "NULL};\n\n"
                    "void @f_frame(const uint8_t *x, void *scratch, float *out)\n{\n"
                    "    (void)scratch;\n"
                    "    mrt_pixels_f32(x, (size_t)@F_HEIGHT * @F_WIDTH, @F_COLOURS, @f_offset, "
                    "@f_scale, out);\n}\n\n"
                    "void @f_clip(const uint8_t *x, void *scratch, float *out)\n{\n"
                    "    @f_frame(x, scratch, out);\n}\n");
}

static void camera_source(mote_buf *b)
{
    mote_buf_str(b, "\n#ifdef @F_FIT\n"
                    "void @f_camera(uint8_t *frame, int32_t width, int32_t height, int32_t "
                    "n_channels,\n"
                    "                     uint8_t *picture)\n{\n"
                    "    const mrt_picture in = {frame, width, height, n_channels};\n"
                    "    const mrt_picture_form form = {@F_FIT, @F_WIDTH, @F_HEIGHT, @F_COLOURS, "
                    "0};\n"
                    "    mrt_picture_fit(&in, &form, frame, picture);\n}\n"
                    "#endif\n");
}

static void source(const mote_frontend_plan *p, float scale, int32_t zero_point, mote_buf *b)
{
    mrt_quant_f32 q;
    if (!(scale > 0)) {
        float_source(p, b);
        camera_source(b);
        return;
    }
    MOTE_BUG_IF(!mrt_quant_f32_from(scale, zero_point, &q)); /* of a graph that was checked */
    mote_buf_str(b, "/* What a level becomes: scaled as in training, then int8. */\n"
                    "static const int8_t @f_levels[@F_COLOURS * 256] = {");
    for (int32_t c = 0; c < n_channels_of(p); c++) {
        int8_t levels[MRT_PIXELS_LEVELS];
        levels_of(p, c, &q, levels);
        for (int32_t i = 0; i < MRT_PIXELS_LEVELS; i++)
            mote_buf_printf(b, "%s%d,", i % 16 == 0 ? "\n    " : " ", (int)levels[i]);
    }
    mote_buf_str(b, "\n};\n\n"
                    "const mrt_pixels_tables @f_tables = {@F_WIDTH, @F_HEIGHT, @F_COLOURS, "
                    "@f_levels};\n\n"
                    "void @f_frame(const uint8_t *x, void *scratch, int8_t *out)\n{\n"
                    "    (void)scratch;\n"
                    "    mrt_pixels_look_up(x, (size_t)@F_HEIGHT * @F_WIDTH, @F_COLOURS, "
                    "@f_levels, out);\n}\n\n"
                    "void @f_clip(const uint8_t *x, void *scratch, int8_t *out)\n{\n"
                    "    @f_frame(x, scratch, out);\n}\n\n"
                    "int32_t @f_push(mrt_pixels_stream *s, const uint8_t *x, size_t n, size_t "
                    "*n_used,\n"
                    "                      int8_t *out)\n{\n"
                    "    return mrt_pixels_stream_push(s, x, n, n_used, out);\n}\n");
    camera_source(b);
}

const mote_frontend_device_class pixels_device = {of, uses, header, source};
