/* SPDX-License-Identifier: Apache-2.0 */
/* Negative recordings of a split: see negatives.h. */
#include "data/negatives.h"

static bool is_in(const mote_version_item *it, mote_split split)
{
    return it->role == MOTE_ROLE_NEGATIVE && it->split == split;
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
    const size_t n = mote_negatives_in(v, cfg->split).n;
    size_t index = 0;
    decoding.max_bytes = MOTE_NEGATIVE_MAX_BYTES;
    decoding.max_ms = MOTE_NEGATIVE_MAX_MS;
    for (size_t i = 0; i < v->n; i++) {
        mote_loaded one;
        if (!is_in(&v->items[i], cfg->split))
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
