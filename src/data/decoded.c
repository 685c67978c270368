/* SPDX-License-Identifier: Apache-2.0 */
/* Decoded samples, kept: see decoded.h. An open table with linear probing; hashes of objects are
 * spread evenly already. */
#include "data/decoded.h"

#include <math.h>
#include <string.h>

/* What of a decoding decides how an object looks in memory: equal bytes, equal samples. */
typedef struct {
    mote_sha256 object;
    double rate_hz;
    int32_t extent[4]; /* height, width, channels and fit of what will be cut; 0: all of it */
    uint64_t columns;  /* which of a file with columns are what, hashed; 0: as found */
} key;

typedef struct {
    key key;
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

static uint64_t add_text(uint64_t h, const char *s)
{
    for (; s && *s; s++)
        h = (h ^ (uint8_t)*s) * 1099511628211u;
    return (h ^ (s ? 1u : 0u)) * 1099511628211u;
}

/* FNV-1a, 64 bits */
static uint64_t columns_of(const mote_cut_config *cut)
{
    uint64_t h = 14695981039346656037u;
    h = add_text(add_text(h, cut->label_column), cut->time_column);
    h = add_text(h, cut->group_column);
    h = (h ^ (uint64_t)llround(cut->time_unit_s * 1e9)) * 1099511628211u;
    for (size_t i = 0; i < cut->axes.n; i++)
        h = add_text(h, cut->axes.items[i]);
    return h;
}

static key key_of(const mote_sha256 *object, const mote_decoding *how)
{
    key k;
    memset(&k, 0, sizeof k); /* with its gaps: it is compared as bytes */
    k.object = *object;
    k.rate_hz = how->rate_hz;
    k.columns = how->cut ? columns_of(how->cut) : 0;
    if (how->samples_only && how->cut) {
        k.extent[0] = how->cut->height;
        k.extent[1] = how->cut->width;
        k.extent[2] = how->cut->n_channels;
        k.extent[3] = (int32_t)how->cut->fit;
    }
    return k;
}

/* The slot of a key, or the free one where it would go. */
static slot *probe(slot *slots, size_t n_slots, const key *k)
{
    size_t at;
    memcpy(&at, k->object.bytes, sizeof at);
    for (at &= n_slots - 1; slots[at].is_used; at = (at + 1) & (n_slots - 1))
        if (memcmp(&slots[at].key, k, sizeof *k) == 0)
            break;
    return &slots[at];
}

const mote_decoded *mote_decoded_cache_find(mote_decoded_cache *c, const mote_sha256 *object,
                                            const mote_decoding *how)
{
    const key k = key_of(object, how);
    const slot *s = probe(c->slots, c->n_slots, &k);
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
            *probe(wider, c->n_slots * 2, &c->slots[i].key) = c->slots[i];
    mote_free(c->slots);
    c->slots = wider;
    c->n_slots *= 2;
    return true;
}

bool mote_decoded_cache_keep(mote_decoded_cache *c, const mote_sha256 *object,
                             const mote_decoding *how, const mote_decoded *d)
{
    const key k = key_of(object, how);
    if (d->kind->cut_shrinks && !how->cut)
        return false;
    if (d->bytes > c->max_bytes - c->counts.bytes || !make_room(c))
        return false;
    slot *s = probe(c->slots, c->n_slots, &k);
    MOTE_BUG_IF(s->is_used);
    s->key = k;
    s->is_used = true;
    s->decoded = *d;
    c->n_used++;
    c->counts.bytes += d->bytes;
    return true;
}

mote_decoded_counts mote_decoded_cache_counts(const mote_decoded_cache *c)
{
    return c->counts;
}
