/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of input: see kind.h. */
#include "data/kind.h"

#include <string.h>

#define KIND(input, symbol) extern const mote_kind mote_kind_##symbol;
#include "data/kinds.def"
#undef KIND

static const mote_kind *const kinds[MOTE_N_INPUTS] = {
#define KIND(input, symbol) [MOTE_INPUT_##input] = &mote_kind_##symbol,
#include "data/kinds.def"
#undef KIND
};

const mote_kind *mote_kind_of(mote_input_kind input)
{
    return kinds[input];
}

static bool is_in(const mote_filetype *list, mote_filetype type)
{
    while (*list != MOTE_N_FILETYPES && *list != type)
        list++;
    return *list == type;
}

const char *mote_kind_samples(const mote_kind *k, size_t n)
{
    if (k->n_rows)
        return n == 1 ? "row" : "rows";
    return n == 1 ? k->one : k->many;
}

mote_take mote_kind_take(const mote_kind *k, mote_filetype type, const uint8_t *head, size_t n)
{
    if (is_in(k->reads, type) || (k->recognise && k->recognise(type, head, n)))
        return MOTE_TAKE_READ;
    bool is_locked = is_in(k->locked, type) || mote_filetype_may_hold(type);
    return is_locked ? MOTE_TAKE_LOCKED : MOTE_TAKE_OTHER;
}

bool mote_kind_has_ending(const mote_kind *k, const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && k->endings[i]; i++) {
        const char *p = dot + 1, *e = k->endings[i];
        while (*e && (*p >= 'A' && *p <= 'Z' ? *p + 32 : *p) == *e) {
            p++;
            e++;
        }
        if (!*e && !*p)
            return true;
    }
    return false;
}

mote_status mote_kind_decode(const mote_kind *k, const mote_file_bytes *file,
                             const mote_decoding *cfg, mote_decoded *out, mote_err *err)
{
    mote_decoded d = {.kind = k};
    MOTE_TRY(k->decode(file, cfg, &d, err));
    *out = d;
    return MOTE_OK;
}

void mote_decoded_release(mote_decoded *d)
{
    if (d->own)
        d->kind->release(d->own);
    *d = (mote_decoded){0};
}
