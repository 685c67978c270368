/* SPDX-License-Identifier: Apache-2.0 */
/* The rows, in the order in which they are asked. */
#include "serve/intake.h"

#include "base/json_pull.h"

#define ROW(name) extern const mote_intake mote_intake_##name;
#include "serve/intakes.def"
#undef ROW

static const mote_intake *const rows[] = {
#define ROW(name) &mote_intake_##name,
#include "serve/intakes.def"
#undef ROW
};

const mote_intake *mote_intake_of(const mote_model *m)
{
    const size_t last = sizeof rows / sizeof rows[0] - 1; /* fits every model */
    for (size_t i = 0; i < last; i++)
        if (rows[i]->fits(m))
            return rows[i];
    return rows[last];
}

mote_status mote_intake_keep_f32(const mote_model *m, const void *x, size_t n, mote_buf *out,
                                 mote_err *err)
{
    (void)m;
    mote_buf_add(out, x, n * sizeof(float));
    return mote_buf_status(out, err);
}

mote_status mote_intake_json(const mote_asked *asked, float *out, mote_err *err)
{
    const mote_shape *sample = &asked->s->sample;
    const size_t want = (size_t)asked->s->n_values;
    int64_t dims[MOTE_MAX_DIMS];
    size_t got = 0;
    mote_json_pull p;
    for (int32_t i = 0; i < sample->n_dims; i++)
        dims[i] = sample->dims[i];
    mote_json_pull_init(&p, asked->file.bytes, asked->file.n);
    p.null_is_nan = asked->s->intake->takes_missing;
    mote_status st = mote_pull_f32s(&p, dims, sample->n_dims, out, &got, err);
    if (st == MOTE_OK)
        st = mote_pull_end(&p, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "'%s'", asked->file.name);
    if (got != want)
        return mote_fail(err, MOTE_SHAPE, "'%s' has %zu numbers, model '%s' takes %zu",
                         asked->file.name, got, asked->s->name, want);
    return MOTE_OK;
}

mote_status mote_classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                          mote_classification *out, mote_err *err)
{
    return asked->s->intake->classify(t, asked, a, out, err);
}
