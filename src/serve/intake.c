/* SPDX-License-Identifier: Apache-2.0 */
/* The rows, in the order in which they are asked. */
#include "serve/intake.h"

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

mote_status mote_classify(mote_infer *t, const mote_served *s, const void *bytes, size_t n,
                          const mote_asked *asked, mote_arena *a, mote_classification *out,
                          mote_err *err)
{
    return s->intake->classify(t, s, bytes, n, asked, a, out, err);
}
