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
    size_t i = 0;
    while (!rows[i]->fits(m)) /* the last fits every model */
        i++;
    return rows[i];
}

mote_status mote_classify(mote_infer *t, const mote_served *s, const void *bytes, size_t n,
                          const mote_asked *asked, mote_arena *a, mote_classification *out,
                          mote_err *err)
{
    return s->intake->classify(t, s, bytes, n, asked, a, out, err);
}
