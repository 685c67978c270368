/* SPDX-License-Identifier: Apache-2.0 */
/* A model of pictures: a file of any format and size that the data room reads, made to fit as in
 * training; or levels of 0 to 255 as a tensor. */
#include "data/kind_image.h"
#include "serve/intake.h"

static bool fits(const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    return s->input == MOTE_INPUT_IMAGE && s->sample.dtype == MOTE_U8 && s->sample.n_dims == 3;
}

static void shape(const mote_model *m, mote_shape *sample, int32_t *rate_hz)
{
    *sample = mote_model_signature(m)->sample;
    *rate_hz = 0;
}

static void describe(const mote_served *s, mote_buf *out)
{
    const int32_t *dims = s->sample.dims;
    mote_buf_printf(out, "pictures, made to fit %d x %d, %s", (int)dims[0], (int)dims[1],
                    dims[2] == 1 ? "grey" : "colour");
}

static mote_status classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                            mote_classification *out, mote_err *err)
{
    const mote_served *s = asked->s;
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_IMAGE);
    const mote_cut_config cut = mote_image_cut_of(&s->sample, mote_model_signature(s->model)->fit);
    mote_decoding how = kind->decoding();
    mote_decoded d;
    void *x = NULL;
    how.samples_only = true;
    how.strangers = asked->from_strangers;
    how.cut = &cut;
    MOTE_TRY(mote_kind_decode(kind, &asked->file, &how, &d, err));
    mote_status st = mote_arena_take(a, (size_t)s->n_values, 1, &x, err);
    if (st == MOTE_OK) {
        kind->cut(&(mote_piece){&d, 0, 0}, &cut, 0, x);
        const mote_infer_input in = {.x = x,
                                     .n = (size_t)s->n_values,
                                     .request_id = asked->request_id,
                                     .consent = asked->consent};
        st = mote_classify_tensor(t, s, &in, a, out, err);
    }
    mote_decoded_release(&d);
    return st;
}

/* Levels, whether they came as whole numbers or as floats. */
static mote_status take(const mote_intake_numbers *in, mote_arena *a, const void **out,
                        mote_err *err)
{
    uint8_t *x = NULL;
    MOTE_TRY(mote_arena_take(a, in->n, 1, &x, err));
    for (size_t i = 0; i < in->n; i++) {
        if (!(in->values[i] >= 0.0f && in->values[i] <= 255.0f))
            return mote_fail(err, MOTE_RANGE,
                             "number %zu of input '%s' is %g, and a picture has levels of 0 to 255",
                             i, in->name, (double)in->values[i]);
        x[i] = (uint8_t)(in->values[i] + 0.5f);
    }
    *out = x;
    return MOTE_OK;
}

/* As PGM or PPM: what the model saw of a picture, and not where and by whom it was taken. */
static mote_status encode(const mote_model *m, const void *x, size_t n, mote_buf *out,
                          mote_err *err)
{
    const int32_t *dims = mote_model_signature(m)->sample.dims;
    mote_buf_printf(out, "P%d\n%d %d\n255\n", dims[2] == 1 ? 5 : 6, (int)dims[1], (int)dims[0]);
    mote_buf_add(out, x, n);
    return mote_buf_status(out, err);
}

extern const mote_intake mote_intake_image;
const mote_intake mote_intake_image = {
    .tensor = "image",
    .kept_as = "pnm",
    .reads_files = true,
    .fits = fits,
    .shape = shape,
    .describe = describe,
    .predict = mote_predict,
    .classify = classify,
    .take = take,
    .encode = encode,
};
