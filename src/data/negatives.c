/* SPDX-License-Identifier: Apache-2.0 */
/* Negative recordings of a split: see negatives.h. */
#include "data/negatives.h"

static bool is_in(const mote_version_item *it, mote_split split)
{
    return it->role == MOTE_ROLE_NEGATIVE && it->split == split;
}

/* wanted [v->n]; how many are. */
static mote_status choose(const mote_data_version *v, const mote_dataset_config *cfg, mote_arena *a,
                          bool *wanted, size_t *n, mote_err *err)
{
    mote_fold *fold = NULL;
    if (cfg->n_folds > 0)
        MOTE_TRY(mote_version_folds(v, cfg->n_folds, cfg->fold_seed, a, &fold, err));
    *n = 0;
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        wanted[i] = !fold
                        ? is_in(it, cfg->split)
                        : it->role == MOTE_ROLE_NEGATIVE &&
                              mote_fold_role(cfg->n_folds, cfg->round, fold[i].group) == cfg->split;
        *n += wanted[i];
    }
    return MOTE_OK;
}

mote_negative_amount mote_negatives_in(const mote_data_version *v, mote_split split)
{
    mote_negative_amount x = {0};
    for (size_t i = 0; i < v->n; i++) {
        if (!is_in(&v->items[i], split))
            continue;
        x.n++;
        x.hours += (double)v->items[i].duration_us / 3.6e9;
    }
    return x;
}

mote_status mote_negatives_each(mote_store *s, const mote_data_version *v,
                                const mote_dataset_config *cfg, mote_negative_take *take, void *arg,
                                mote_err *err)
{
    mote_decoding decoding = mote_dataset_decoding(cfg);
    const mote_sample_shelf shelf = {s, NULL, cfg->kind}; /* hours are not kept */
    MOTE_SCOPED_ARENA a;
    bool *wanted = NULL;
    size_t index = 0, n = 0;
    mote_arena_init(&a, (size_t)1 << 30);
    MOTE_TRY(mote_arena_take(&a, v->n + 1, sizeof *wanted, &wanted, err));
    MOTE_TRY(choose(v, cfg, &a, wanted, &n, err));
    decoding.max_bytes = MOTE_NEGATIVE_MAX_BYTES;
    decoding.max_ms = MOTE_NEGATIVE_MAX_MS;
    for (size_t i = 0; i < v->n; i++) {
        mote_loaded one;
        if (!wanted[i])
            continue;
        if (mote_cancelled(cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "stopped while listening to negative recordings");
        MOTE_TRY(mote_sample_lend(&shelf, &v->items[i].object, &decoding, &one, err));
        const mote_negative x = {&v->items[i], &one.d, index++, n};
        const mote_status st = take(arg, &x, err);
        mote_loaded_done(&one);
        MOTE_TRY(st);
    }
    return MOTE_OK;
}
