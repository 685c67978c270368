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

static void write_levels(const frontend_text *t, mote_buf *b)
{
    mrt_quant_f32 q;
    MOTE_BUG_IF(!mrt_quant_f32_from(t->quant.scale, t->quant.zero_point,
                                    &q)); /* of a graph that was checked */
    for (int32_t c = 0; c < n_channels_of(t->p); c++) {
        int8_t levels[MRT_PIXELS_LEVELS];
        levels_of(t->p, c, &q, levels);
        for (int32_t i = 0; i < MRT_PIXELS_LEVELS; i++)
            mote_buf_printf(b, "%s%d,", i % 16 == 0 ? "\n    " : " ", (int)levels[i]);
    }
}

/* The float form itself, offset and scale, is for a network of float32. */
static void fill(const mote_frontend_plan *p, frontend_text *t)
{
    const pixels_scaling *s = pixels_scaling_of(p);
    frontend_say(t, "height", p->in.dims[0]);
    frontend_say(t, "width", p->in.dims[1]);
    frontend_say(t, "colours", n_channels_of(p));
    frontend_say_written(t, "levels", write_levels);
    frontend_say_array(t, "offset", FRONTEND_F32, n_channels_of(p), s->offset);
    frontend_say_array(t, "scale", FRONTEND_F32, n_channels_of(p), s->scale);
}

const mote_frontend_device_class pixels_device = {of, uses, frontend_pixels_h, frontend_pixels_c,
                                                  fill};
