/* SPDX-License-Identifier: Apache-2.0 */
/* Decoded samples, kept: see decoded.h. An open table with linear probing; hashes of objects are
 * spread evenly already. */
#include "data/decoded.h"

#include <string.h>

typedef struct {
    mote_sha256 object;
    double rate_hz;
    bool is_used;
    mote_decoded decoded;
} slot;

struct mote_decoded_cache {
    slot *slots; /* [n_slots], a power of two */
    size_t n_slots, n_used;
    size_t max_bytes;
    mote_decoded_counts counts;
};

#define FIRST_SLOTS 1024

mote_status mote_decoded_cache_create(size_t max_bytes, mote_decoded_cache **out, mote_err *err)
{
    mote_decoded_cache *c = mote_alloc_zero(1, sizeof *c);
    if (c)
        c->slots = mote_alloc_zero(FIRST_SLOTS, sizeof *c->slots);
    if (!c || !c->slots) {
        mote_free(c);
        return mote_fail(err, MOTE_NOMEM, "no memory for decoded samples");
    }
    c->n_slots = FIRST_SLOTS;
    c->max_bytes = max_bytes;
    *out = c;
    return MOTE_OK;
}

void mote_decoded_cache_destroy(mote_decoded_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->n_slots; i++)
        mote_decoded_release(&c->slots[i].decoded);
    mote_free(c->slots);
    mote_free(c);
}

/* Rates are keys here: the same number, or another. */
static bool is_same_rate(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* The slot of an object, or the free one where it would go. */
static slot *probe(slot *slots, size_t n_slots, const mote_sha256 *object, double rate_hz)
{
    size_t at;
    memcpy(&at, object->bytes, sizeof at);
    for (at &= n_slots - 1; slots[at].is_used; at = (at + 1) & (n_slots - 1))
        if (is_same_rate(slots[at].rate_hz, rate_hz) &&
            mote_sha256_equal(&slots[at].object, object))
            break;
    return &slots[at];
}

const mote_decoded *mote_decoded_cache_find(mote_decoded_cache *c, const mote_sha256 *object,
                                            double rate_hz)
{
    const slot *s = probe(c->slots, c->n_slots, object, rate_hz);
    *(s->is_used ? &c->counts.n_found : &c->counts.n_missed) += 1;
    return s->is_used ? &s->decoded : NULL;
}

/* At most half full, so that probing stays short. */
static bool make_room(mote_decoded_cache *c)
{
    if (c->n_used * 2 < c->n_slots)
        return true;
    slot *wider = mote_alloc_zero(c->n_slots * 2, sizeof *wider);
    if (!wider)
        return false;
    for (size_t i = 0; i < c->n_slots; i++)
        if (c->slots[i].is_used)
            *probe(wider, c->n_slots * 2, &c->slots[i].object, c->slots[i].rate_hz) = c->slots[i];
    mote_free(c->slots);
    c->slots = wider;
    c->n_slots *= 2;
    return true;
}

bool mote_decoded_cache_keep(mote_decoded_cache *c, const mote_sha256 *object, double rate_hz,
                             const mote_decoded *d)
{
    if (d->bytes > c->max_bytes - c->counts.bytes || !make_room(c))
        return false;
    slot *s = probe(c->slots, c->n_slots, object, rate_hz);
    MOTE_BUG_IF(s->is_used);
    *s = (slot){*object, rate_hz, true, *d};
    c->n_used++;
    c->counts.bytes += d->bytes;
    return true;
}

mote_decoded_counts mote_decoded_cache_counts(const mote_decoded_cache *c)
{
    return c->counts;
}
