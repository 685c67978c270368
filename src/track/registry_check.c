/* SPDX-License-Identifier: Apache-2.0 */
/* Can a registered version be used: is its bundle there, whole, readable, and does it still answer
 * as it did? See registry.h. */
#include <string.h>

#include "model/predictor.h"
#include "track/registry.h"

/* The golden vectors through the very code that predicts. */
static mote_status answer(mote_model *m, const mote_golden *g, mote_err *err)
{
    mote_predictor *p = NULL;
    MOTE_TRY(mote_predictor_create(m, &p, err));
    size_t n_sample = (size_t)mote_shape_elements(&g->sample);
    mote_status st = MOTE_OK;
    for (int32_t i = 0; i < g->n && st == MOTE_OK; i++) {
        mote_prediction y;
        st = mote_predict(p, mote_golden_x(g, i), n_sample, &y, err);
        if (st == MOTE_OK && (memcmp(y.in, mote_golden_in(g, i), mote_shape_bytes(&g->in)) != 0 ||
                              memcmp(y.out, mote_golden_out(g, i), mote_shape_bytes(&g->out)) != 0))
            st = mote_fail(err, MOTE_CORRUPT,
                           "golden vector %d of %d is answered otherwise than when it was proven",
                           (int)i + 1, (int)g->n);
    }
    mote_predictor_destroy(p);
    return st;
}

static mote_status try_bundle(mote_store *s, const mote_sha256 *bundle, bool answers, mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_get(s, bundle, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err));
    mote_model *m = NULL;
    MOTE_TRY(mote_model_load(bytes, n, &m, err));
    const mote_golden *g = mote_model_golden(m);
    mote_status st =
        answers && g && mote_shape_elements(&g->sample) > 0 ? answer(m, g, err) : MOTE_OK;
    mote_model_unref(m);
    return st;
}

mote_status mote_registry_check_version(mote_store *s, const mote_model_version *v, bool answers,
                                        mote_err *err)
{
    mote_err why = {0};
    mote_status st = try_bundle(s, &v->bundle, answers, &why);
    if (st == MOTE_OK || st == MOTE_NOMEM)
        return st == MOTE_OK ? MOTE_OK : mote_fail(err, st, "%s", why.text);
    return mote_fail(err, st,
                     "'%s/%lld' cannot be used: %.600s; or 'mote model rollback' goes back to the "
                     "champion before, 'mote run --force' makes the newest version again",
                     v->model, (long long)v->version, why.text);
}

mote_status mote_registry_check_champion(mote_store *s, const char *model, bool answers,
                                         mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)16 << 20);
    char reference[256];
    mote_err why = {0};
    mote_model_version v;
    if (!mote_format(reference, sizeof reference, "%s@" MOTE_ALIAS_CHAMPION, model))
        return mote_fail(err, MOTE_ARG, "the name of model '%s' is too long", model);
    mote_status st = mote_registry_resolve(s, reference, &a, &v, &why);
    if (st == MOTE_NOT_FOUND)
        return MOTE_OK; /* there is none */
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    st = mote_registry_check_version(s, &v, answers, err);
    return st == MOTE_OK ? MOTE_OK : mote_wrap(err, st, "the champion");
}
