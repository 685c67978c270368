/* SPDX-License-Identifier: Apache-2.0 */
/* Sets in an import: files that hold many samples (kind_set.h), packed by gzip or not. Each sample
 * becomes an item of its own, "file/17", with the label that the file beside it says; what is wrong
 * with a set is said of its file. The bytes of sets are held until the import is done. */
#include <string.h>

#include "base/file.h"
#include "base/gzip.h"
#include "base/text.h"
#include "data/import_internal.h"
#include "data/kind_set.h"

#define MAX_SET_BYTES ((size_t)1 << 30)
#define IS_LABELS     "the labels of a set"

/* A file, as it is or unpacked. */
typedef struct {
    mote_map map;
    mote_buf unpacked;
    const void *bytes;
    size_t n;
} content;

struct mote_import_set {
    const mote_kind_set *row;
    const char *rel; /* of the file */
    content file, labels;
    const char *labels_path; /* NULL: there are none */
    mote_set set;
};

static bool is_packed(const char *name)
{
    return mote_str_ends(name, ".gz");
}

/* The name without '.gz'. */
static const char *plain_name(const char *path, char *out, size_t out_bytes)
{
    const char *base = mote_path_base(path);
    size_t n = strlen(base);
    (void)mote_format(out, out_bytes, "%.*s", (int)(is_packed(base) ? n - 3 : n), base);
    return out;
}

bool mote_import_may_be_set(const mote_kind *kind, const char *path, const uint8_t *head, size_t n,
                            uint64_t bytes)
{
    uint8_t plain[MOTE_FILETYPE_HEAD_BYTES];
    char name[256];
    if (!kind->sets)
        return false;
    plain_name(path, name, sizeof name);
    if (!is_packed(path))
        return kind->sets->may_be(name, head, n, bytes);
    size_t n_plain = mote_gunzip_head(head, n, plain, sizeof plain);
    return n_plain > 0 && kind->sets->may_be(name, plain, n_plain, 0);
}

static void close_content(content *c)
{
    mote_map_release(&c->map);
    mote_buf_release(&c->unpacked);
    *c = (content){.n = 0};
}

static mote_status open_content(const char *path, content *out, mote_err *err)
{
    content c = {.n = 0};
    MOTE_TRY(mote_map_open(path, &c.map, err));
    mote_buf_init(&c.unpacked, MAX_SET_BYTES);
    mote_status st =
        is_packed(path) ? mote_gunzip(c.map.data, c.map.len, &c.unpacked, err) : MOTE_OK;
    c.bytes = is_packed(path) ? (const void *)c.unpacked.data : c.map.data;
    c.n = is_packed(path) ? c.unpacked.len : c.map.len;
    if (st != MOTE_OK) {
        close_content(&c);
        return st;
    }
    *out = c;
    return MOTE_OK;
}

/* The file of labels beside `disk`, packed or not; *path NULL: there is none. */
static mote_status find_labels(mote_importer *im, const char *disk, const char **path,
                               mote_err *err)
{
    char name[256], labels[256];
    size_t n_dir = (size_t)(mote_path_base(disk) - disk);
    plain_name(disk, name, sizeof name);
    for (size_t k = 0; im->cfg->kind->sets->labels_name(name, k, labels, sizeof labels); k++) {
        for (int packed = 0; packed < 2; packed++) {
            const char *p = mote_arena_printf(im->arena, "%.*s%s%s", (int)n_dir, disk, labels,
                                              packed ? ".gz" : "");
            if (!p)
                return mote_fail(err, MOTE_NOMEM, "import: a set");
            if (mote_path_exists(p) && !mote_path_is_dir(p)) {
                *path = p;
                return MOTE_OK;
            }
        }
    }
    *path = NULL;
    return MOTE_OK;
}

static mote_status open_one(mote_importer *im, const mote_import_item *it, mote_import_set *s,
                            mote_err *err)
{
    char name[256], wanted[256] = "";
    MOTE_TRY(find_labels(im, it->disk, &s->labels_path, err));
    MOTE_TRY(open_content(it->disk, &s->file, err));
    if (s->labels_path)
        MOTE_TRY(open_content(s->labels_path, &s->labels, err));
    const mote_set_files files = {{"the set", s->file.bytes, s->file.n},
                                  {"its file of labels", s->labels.bytes, s->labels.n}};
    MOTE_TRY(s->row->open(&files, im->arena, &s->set, err));
    if (s->set.label || im->cfg->label)
        return MOTE_OK;
    (void)s->row->labels_name(plain_name(it->disk, name, sizeof name), 0, wanted, sizeof wanted);
    return mote_fail(err, MOTE_NOT_FOUND,
                     "no file beside it says what its samples are ('%s'); give them one label with "
                     "--label",
                     wanted);
}

void mote_import_release_sets(mote_importer *im)
{
    for (size_t i = 0; i < im->n_sets; i++) {
        close_content(&im->sets[i].file);
        close_content(&im->sets[i].labels);
    }
}

/* Open all sets; what is wrong with one is why its file is refused. */
static mote_status open_all(mote_importer *im, mote_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < im->n_items; i++)
        n += im->items[i].is_set ? 1 : 0;
    MOTE_TRY(mote_arena_take(im->arena, n + 1, sizeof *im->sets, &im->sets, err));
    for (size_t i = 0; i < im->n_items; i++) {
        mote_import_item *it = &im->items[i];
        mote_err why = {0};
        if (!it->is_set)
            continue;
        mote_import_set *s = &im->sets[im->n_sets++];
        *s = (mote_import_set){.row = im->cfg->kind->sets, .rel = it->rel};
        mote_status st = open_one(im, it, s, &why);
        if (st == MOTE_NOMEM)
            return mote_fail(err, st, "%s", why.text);
        it->set = st == MOTE_OK ? s : NULL;
        if (st != MOTE_OK && !(it->refused = mote_arena_strdup(im->arena, why.text)))
            return mote_fail(err, MOTE_NOMEM, "import: a set");
    }
    return MOTE_OK;
}

/* A file that only says what is in a set is no sample. */
static void skip_labels(mote_importer *im)
{
    for (size_t i = 0; i < im->n_items; i++)
        for (size_t k = 0; k < im->n_sets; k++)
            if (im->sets[k].labels_path &&
                strcmp(im->items[i].disk, im->sets[k].labels_path) == 0) {
                im->items[i].refused = NULL;
                im->items[i].skipped = IS_LABELS;
            }
}

/* Names of files say which split is meant; only where they speak of a test and of something else,
 * they divide the whole. */
static bool are_parts(const mote_importer *im)
{
    char name[256];
    bool test = false, other = false;
    for (size_t i = 0; i < im->n_items; i++) {
        if (!im->items[i].set)
            continue;
        mote_provided_part p =
            im->items[i].set->row->part(plain_name(im->items[i].rel, name, sizeof name));
        test = test || p == MOTE_PROVIDED_TEST;
        other = other || p == MOTE_PROVIDED_LEARN || p == MOTE_PROVIDED_TRAIN;
    }
    return test && other;
}

static mote_status add_members(mote_importer *im, const mote_import_item *it, bool has_part,
                               mote_import_item *to, mote_err *err)
{
    const mote_set *s = &it->set->set;
    char name[256];
    mote_provided_part part =
        has_part ? it->set->row->part(plain_name(it->rel, name, sizeof name)) : MOTE_N_PROVIDED;
    for (size_t k = 0; k < s->n; k++) {
        to[k] = *it;
        to[k].full = mote_arena_printf(im->arena, "%s/%zu", it->full, k);
        to[k].rel = to[k].full ? to[k].full + strlen(it->full) - strlen(it->rel) : NULL;
        to[k].member = k;
        to[k].said = s->label ? s->label[k] : NULL;
        to[k].part = part;
        to[k].bytes = it->bytes / (int64_t)s->n;
        if (!to[k].full)
            return mote_fail(err, MOTE_NOMEM, "import: samples of a set");
    }
    return MOTE_OK;
}

mote_status mote_import_open_sets(mote_importer *im, mote_err *err)
{
    size_t n = 0, at = 0;
    mote_import_item *items = NULL;
    if (!im->cfg->kind->sets)
        return MOTE_OK;
    MOTE_TRY(open_all(im, err));
    skip_labels(im);
    for (size_t i = 0; i < im->n_items; i++)
        n += im->items[i].set ? im->items[i].set->set.n : 1;
    bool has_part = are_parts(im);
    MOTE_TRY(mote_arena_take(im->arena, n + 1, sizeof *items, &items, err));
    for (size_t i = 0; i < im->n_items; i++) {
        const mote_import_item *it = &im->items[i];
        if (!it->set)
            items[at++] = *it;
        else
            MOTE_TRY(add_members(im, it, has_part, items + at, err));
        at += it->set ? it->set->set.n : 0;
    }
    im->items = items;
    im->n_items = n;
    return MOTE_OK;
}

mote_status mote_import_say_sets(mote_importer *im, const char **words, size_t *n, mote_err *err)
{
    for (size_t i = 0; i < im->n_sets; i++) {
        const mote_import_set *s = &im->sets[i];
        if (s->set.n == 0)
            continue;
        words[*n] = mote_arena_printf(im->arena, "%s (%s, %zu samples%s%s)", s->set.words, s->rel,
                                      s->set.n, s->set.label ? ", labels from " : "",
                                      !s->set.label    ? ""
                                      : s->labels_path ? mote_path_base(s->labels_path)
                                                       : "itself");
        if (!words[(*n)++])
            return mote_fail(err, MOTE_NOMEM, "import: sets");
    }
    return MOTE_OK;
}

mote_status mote_import_read_member(const mote_import_item *it, char **bytes, size_t *n,
                                    mote_err *err)
{
    mote_buf b;
    mote_buf_init(&b, MAX_SET_BYTES);
    mote_status st = it->set->row->write(&it->set->set, it->member, &b, err);
    if (st != MOTE_OK) {
        mote_buf_release(&b);
        return st;
    }
    *bytes = b.data; /* the caller's, as a file's are */
    *n = b.len;
    return MOTE_OK;
}
