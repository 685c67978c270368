/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of pictures, IDX and CIFAR, taken apart into PGM and PPM: see kind_set.h; the bytes are read
 * by image_set.c.
 *
 *     train-images-idx3-ubyte  beside it  train-labels-idx1-ubyte: a byte a picture
 *     data_batch_1.bin         beside it  batches.meta.txt: the names of the classes, a line each
 */
#include <string.h>

#include "data/image.h"
#include "data/kind_image.h"
#include "data/kind_set.h"

#define MAX_NAMES 256

/* What open leaves for write. */
typedef struct {
    mote_image_set set;
    mote_arena *arena;
} opened;

static bool may_be(const char *name, const uint8_t *head, size_t n, uint64_t bytes)
{
    if (n >= 8 && head[0] == 0 && head[1] == 0 && head[2] == 8 && (head[3] == 3 || head[3] == 4))
        return true;
    bool is_whole = bytes == 0 || bytes % 3073 == 0 || bytes % 3074 == 0;
    return mote_str_ends(name, ".bin") && n > 0 && head[0] < 20 && is_whole;
}

/* Every `from` of a name to `to`; false when there is none or no room. */
static bool replace(const char *name, const char *from, const char *to, char *out, size_t out_bytes)
{
    const char *at = strstr(name, from);
    if (!at)
        return false;
    return mote_format(out, out_bytes, "%.*s%s%s", (int)(at - name), name, to, at + strlen(from));
}

static bool labels_name(const char *name, size_t k, char *out, size_t out_bytes)
{
    char half[256];
    static const char *const names[] = {"batches.meta.txt", "fine_label_names.txt"};
    if (mote_str_ends(name, ".bin"))
        return k < 2 && mote_format(out, out_bytes, "%s", names[k]);
    if (k > 1 || !replace(name, "images", "labels", half, sizeof half))
        return false;
    if (k == 1)
        return mote_format(out, out_bytes, "%s", half);
    return replace(half, "idx3", "idx1", out, out_bytes) || mote_format(out, out_bytes, "%s", half);
}

static mote_provided_part part(const char *name)
{
    if (strstr(name, "test") || mote_str_starts(name, "t10k"))
        return MOTE_PROVIDED_TEST;
    if (strstr(name, "valid"))
        return MOTE_PROVIDED_VALIDATION;
    return strstr(name, "train") || mote_str_starts(name, "data_batch") ? MOTE_PROVIDED_LEARN
                                                                        : MOTE_N_PROVIDED;
}

/* ---- labels --------------------------------------------------------------------------------- */

/* What number `k` is called: the k-th line of the file of names (NULL: none), or the number itself.
 */
static const char *name_of(mote_arena *a, const mote_file_bytes *names, int32_t k)
{
    const char *at = names ? names->bytes : NULL, *end = at ? at + names->n : NULL;
    for (int32_t i = 0; at && at < end; i++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        while (len > 0 && (at[len - 1] == '\r' || at[len - 1] == ' '))
            len--;
        if (i == k && len > 0)
            return mote_arena_strndup(a, at, len);
        at = stop ? stop + 1 : NULL;
    }
    return mote_arena_printf(a, "%d", (int)k);
}

/* The number of picture i; -1: nobody says. */
static int32_t number_of(const mote_image_set *s, const uint8_t *idx, size_t i)
{
    if (s->format == MOTE_IMAGE_IDX)
        return idx ? idx[i] : -1;
    return s->bytes[i * s->record_bytes + s->pixels_at - 1];
}

static mote_status label_all(const mote_image_set *s, const uint8_t *idx, const mote_set_files *f,
                             mote_arena *a, const char *const **out, mote_err *err)
{
    const char *known[MAX_NAMES] = {NULL};
    const char **label = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)s->n, sizeof *label, &label, err));
    for (size_t i = 0; i < (size_t)s->n; i++) {
        int32_t k = number_of(s, idx, i);
        MOTE_BUG_IF(k < 0 || k >= MAX_NAMES); /* a byte, of a set that has labels */
        if (!known[k])
            known[k] = idx ? name_of(a, NULL, k) : name_of(a, &f->labels, k);
        if (!known[k])
            return mote_fail(err, MOTE_NOMEM, "labels of a set");
        label[i] = known[k];
    }
    *out = label;
    return MOTE_OK;
}

/* ---- the set -------------------------------------------------------------------------------- */

static mote_status open_set(const mote_set_files *f, mote_arena *a, mote_set *out, mote_err *err)
{
    opened *o = NULL;
    const uint8_t *idx = NULL;
    int64_t n_idx = 0;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *o, &o, err));
    MOTE_TRY(mote_image_set_open(&f->set, &o->set, err));
    bool is_idx = o->set.format == MOTE_IMAGE_IDX;
    if (is_idx && f->labels.bytes) {
        MOTE_TRY(mote_image_labels_open(&f->labels, &idx, &n_idx, err));
        if (n_idx != o->set.n)
            return mote_fail(err, MOTE_CORRUPT,
                             "it holds %lld pictures and its file of labels %lld labels",
                             (long long)o->set.n, (long long)n_idx);
    }
    mote_set s = {.n = (size_t)o->set.n, .own = o};
    s.words = mote_arena_printf(a, "%s set of %d x %d pixels", is_idx ? "an IDX" : "a CIFAR",
                                (int)o->set.width, (int)o->set.height);
    if (!s.words)
        return mote_fail(err, MOTE_NOMEM, "a set of pictures");
    if (idx || !is_idx)
        MOTE_TRY(label_all(&o->set, idx, f, a, &s.label, err));
    *out = s;
    return MOTE_OK;
}

static mote_status write_one(const mote_set *s, size_t i, mote_buf *out, mote_err *err)
{
    const opened *o = s->own;
    const mote_image_set *set = &o->set;
    size_t bytes = (size_t)set->width * (size_t)set->height * (size_t)set->n_channels;
    MOTE_SCOPED_FREE uint8_t *pixels = mote_alloc(bytes, 1);
    if (!pixels)
        return mote_fail(err, MOTE_NOMEM, "a picture of a set");
    (void)mote_image_set_get(set, (int64_t)i, pixels);
    mote_buf_printf(out, "P%d\n%d %d\n255\n", set->n_channels == 3 ? 6 : 5, (int)set->width,
                    (int)set->height);
    mote_buf_add(out, pixels, bytes);
    return mote_buf_status(out, err);
}

extern const mote_kind_set mote_image_sets;
const mote_kind_set mote_image_sets = {
    .may_be = may_be,
    .labels_name = labels_name,
    .part = part,
    .open = open_set,
    .write = write_one,
};
