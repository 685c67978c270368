/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples were answered most wrongly. See mistakes.h. */
#include "pipeline/mistakes.h"

#include "base/hash.h"

typedef struct {
    size_t sample;
    int32_t said;
    float score;
} mistake;

static int32_t said_of(const mote_answers *x, size_t i)
{
    const float *said = x->said + i * (size_t)x->width;
    int32_t best = 0;
    for (int32_t k = 1; k < x->width; k++)
        best = said[k] > said[best] ? k : best;
    return best;
}

static bool can_be_found(const mote_dataset *d, size_t i)
{
    static const mote_sha256 none;
    return d->place && !mote_sha256_equal(&d->place[i].object, &none);
}

/* Keep the surest, the surest first; of equals the earlier. */
static void consider(mistake *best, size_t *n, mistake one)
{
    size_t at = *n;
    while (at > 0 && best[at - 1].score < one.score)
        at--;
    if (at == MOTE_MISTAKES_MAX)
        return;
    *n += *n < MOTE_MISTAKES_MAX;
    for (size_t i = *n - 1; i > at; i--)
        best[i] = best[i - 1];
    best[at] = one;
}

static json_t *to_json(const mote_dataset *d, const mote_answers *x, const char *const *names,
                       const mistake *m)
{
    const mote_dataset_place *p = &d->place[m->sample];
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&p->object, hex);
    return json_pack("{s:s, s:I, s:I, s:I, s:o, s:o, s:f}", "object", hex, "which",
                     (json_int_t)p->which, "from_us", (json_int_t)p->from_us, "to_us",
                     (json_int_t)p->to_us, "true", mote_json_text(names[x->class_id[m->sample]]),
                     "said", mote_json_text(names[m->said]), "score", (double)m->score);
}

mote_status mote_mistakes_find(const mote_dataset *d, const mote_answers *x,
                               const char *const *names, json_t **out, mote_err *err)
{
    mistake best[MOTE_MISTAKES_MAX];
    size_t n = 0, n_wrong = 0;
    *out = NULL;
    if (x->kind != MOTE_ANSWER_CLASS)
        return MOTE_OK;
    for (size_t i = 0; i < x->n; i++) {
        int32_t said = said_of(x, i);
        if (said == x->class_id[i])
            continue;
        n_wrong++;
        if (can_be_found(d, i))
            consider(best, &n, (mistake){i, said, x->said[i * (size_t)x->width + (size_t)said]});
    }
    json_t *samples = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(samples, to_json(d, x, names, &best[i]));
    if (!samples || json_array_size(samples) != n) {
        json_decref(samples);
        return mote_fail(err, MOTE_NOMEM, "no memory for what was wrong");
    }
    *out = json_pack("{s:I, s:I, s:o}", "n", (json_int_t)n_wrong, "of", (json_int_t)x->n, "samples",
                     samples);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for what was wrong");
}
