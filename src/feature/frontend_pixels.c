/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of pictures: uint8 [height][width][channels] to float of the same shape, so that what
 * networks see is about 0 and of size 1. `pixels` takes the mean and the deviation of each channel
 * from the training pictures; `unit_pixels` maps 0 .. 255 to -1 .. 1 whatever there was, as many
 * published networks want it. */
#include "feature/frontend_pixels.h"

#include <string.h>

static bool is_unit(const mote_frontend *f)
{
    return f->row == &mote_frontend_row_unit_pixels;
}

static void of_project(const mote_project_features *y, double rate_hz, mote_frontend *f)
{
    (void)y;
    (void)rate_hz;
    (void)f;
}

static mote_status check(const mote_frontend *f, mote_err *err)
{
    (void)f;
    (void)err;
    return MOTE_OK;
}

static mote_status parse(const json_t *o, const char *what, mote_frontend *f, mote_err *err)
{
    json_t *object = (json_t *)(uintptr_t)o; /* jansson iterates over non-const objects only */
    void *first = json_object_iter(object);
    if (first)
        return mote_fail(err, MOTE_PARSE,
                         "%s: unknown key '%.60s' of front end '%s', which has no settings", what,
                         json_object_iter_key(first), f->row->name);
    return MOTE_OK;
}

static json_t *to_json(const mote_frontend *f)
{
    (void)f;
    return json_object();
}

static mote_sha256 hash(const mote_frontend *f)
{
    char text[32];
    (void)f;
    (void)mote_format(text, sizeof text, "mote.pixels %d", MRT_PIXELS_VERSION);
    return mote_sha256_of(text, strlen(text));
}

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    if (is_unit(f))
        (void)mote_format(out, out_bytes, "pixels from -1 to 1");
    else if (f->n_fitted == 1)
        (void)mote_format(out, out_bytes, "pixels about %.1f, %.1f deviations",
                          (double)f->offset[0], f->scale[0] > 0 ? 1.0 / (double)f->scale[0] : 0.0);
    else
        (void)mote_format(out, out_bytes, "pixels, each channel about its mean");
}

static mote_status shape(const mote_frontend *f, const mote_shape *in, mote_shape *out,
                         mote_err *err)
{
    if (in->dtype != MOTE_U8 || in->n_dims != 3 || in->dims[2] > MRT_PIXELS_MAX_CHANNELS) {
        char text[MOTE_SHAPE_TEXT_BYTES];
        mote_shape_text(in, text);
        return mote_fail(err, MOTE_SHAPE,
                         "front end '%s' takes a picture, uint8 [height][width][channels] of 1 to "
                         "%d channels, not %s",
                         f->row->name, MRT_PIXELS_MAX_CHANNELS, text);
    }
    if (f->n_fitted > 0 && f->n_fitted != in->dims[2])
        return mote_fail(err, MOTE_SHAPE,
                         "front end '%s' was fitted to pictures of %d channels, this one has %d",
                         f->row->name, (int)f->n_fitted, (int)in->dims[2]);
    *out = *in;
    out->dtype = MOTE_F32;
    return MOTE_OK;
}

const pixels_scaling *pixels_scaling_of(const mote_frontend_plan *p)
{
    return p->own;
}

static mote_status plan(mote_frontend_plan *p, mote_err *err)
{
    const mote_frontend *f = &p->frontend;
    pixels_scaling *s = mote_alloc_zero(1, sizeof *s);
    p->own = s;
    if (s == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a front end");
    for (int32_t c = 0; c < p->in.dims[2]; c++) {
        s->offset[c] = is_unit(f) ? 127.5f : f->n_fitted > 0 ? f->offset[c] : 0.0f;
        s->scale[c] = is_unit(f) ? 1.0f / 127.5f : f->n_fitted > 0 ? f->scale[c] : 1.0f;
    }
    return MOTE_OK;
}

static void release(mote_frontend_plan *p)
{
    mote_free(p->own);
    p->own = NULL;
}

static mote_status run(const mote_frontend_plan *p, int32_t worker, const void *x, size_t n_steps,
                       float *out, mote_err *err)
{
    const pixels_scaling *s = p->own;
    (void)worker;
    (void)n_steps;
    (void)err;
    mrt_pixels_f32(x, (size_t)p->in.dims[0] * (size_t)p->in.dims[1], p->in.dims[2], s->offset,
                   s->scale, out);
    return MOTE_OK;
}

static void words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  mote_value_words *out)
{
    static const char *const colours[] = {"red", "green", "blue"};
    const int32_t n = in != NULL && in->n_dims == 3 ? in->dims[2] : f->n_fitted;
    if (n == 3 && first == last && first >= 0 && first < 3)
        (void)mote_format(out->what, sizeof out->what, "the brightness of %s", colours[first]);
    else
        (void)mote_format(out->what, sizeof out->what, "the brightness of the picture");
    out->like = "other light, another exposure or white balance, another background";
}

#define PIXELS_CLASS                                                                               \
    .input = MOTE_INPUT_IMAGE, .is_light = true, .of_project = of_project, .check = check,         \
    .parse = parse, .to_json = to_json, .hash = hash, .describe = describe, .shape = shape,        \
    .plan = plan, .release = release, .run = run, .words = words, .device = &pixels_device

const mote_frontend_class mote_frontend_row_pixels = {
    .name = "pixels",
    .doc = "the levels of a picture, each channel scaled",
    .is_fitted = true,
    PIXELS_CLASS,
};

const mote_frontend_class mote_frontend_row_unit_pixels = {
    .name = "unit_pixels",
    .doc = "the levels of a picture as -1 to 1",
    PIXELS_CLASS,
};
