/* SPDX-License-Identifier: Apache-2.0 */
/* Segments, their index in memory, saving. See cache.h and docs/formats/features.md. */
#include "feature/cache.h"

#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"

#define MAGIC             "motefeat"
#define FORMAT_VERSION    2u
#define HEADER_BYTES      48 /* magic, version, count, settings hash; then its checksum */
#define ENTRY_BYTES       40 /* sample hash, number of values, checksum */
#define SUFFIX            ".features"
#define MAX_VALUES        ((size_t)1 << 24)
#define MAX_SEGMENTS      16 /* more are merged at the next save */
#define MAX_SEGMENT_BYTES ((size_t)1 << 32)

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "values are used in place as they are in the file");

typedef struct {
    mote_sha256 sample;
    const float *values; /* in a segment, or `own` */
    float *own;          /* owned; NULL when in a segment */
    size_t n;
    uint32_t checksum;
    bool is_checked;
    bool is_new;  /* in no file yet */
    bool is_dead; /* found damaged */
} entry;

typedef struct {
    char *path;   /* NULL: the file was removed, entries still point into the map */
    mote_map map; /* empty: written by this process, entries are their own */
} segment;

struct mote_feature_cache {
    char *dir;
    mote_sha256 settings;
    entry *entries;
    size_t n_entries, entry_capacity;
    uint32_t *slots; /* index of an entry + 1, 0: free; linear probing */
    size_t n_slots;  /* power of two, at least twice n_entries; 0: none yet */
    segment *segments;
    size_t n_segments, segment_capacity;
    size_t n_damaged, n_dead, n_old;
    bool must_merge;     /* damage was seen since the last save */
    mote_status failure; /* of the visit in progress */
};

/* What names the entries of a cache: front end and shape of the sample. */
static mote_sha256 key_of(const mote_frontend *f, const mote_shape *in)
{
    const mote_sha256 front = mote_frontend_hash(f);
    char shape[MOTE_SHAPE_TEXT_BYTES] = {0};
    mote_sha256 parts[2] = {front};

    mote_shape_text(in, shape);
    parts[1] = mote_sha256_of(shape, strlen(shape));
    return mote_sha256_of(parts, sizeof parts);
}

/* Index ----------------------------------------------------------------------------------- */

static size_t slot_of(const mote_feature_cache *c, const mote_sha256 *sample)
{
    uint64_t start;

    memcpy(&start, sample->bytes, sizeof start);
    size_t i = (size_t)start & (c->n_slots - 1);
    while (c->slots[i] != 0 && !mote_sha256_equal(&c->entries[c->slots[i] - 1].sample, sample))
        i = (i + 1) & (c->n_slots - 1);
    return i;
}

static bool grow_slots(mote_feature_cache *c)
{
    const size_t n = c->n_slots > 0 ? c->n_slots * 2 : 256;
    uint32_t *slots = mote_alloc_zero(n, sizeof *slots);

    if (slots == NULL)
        return false;
    mote_free(c->slots);
    c->slots = slots;
    c->n_slots = n;
    for (size_t i = 0; i < c->n_entries; i++)
        c->slots[slot_of(c, &c->entries[i].sample)] = (uint32_t)(i + 1);
    return true;
}

/* The entry of a sample, made empty when it is not there; NULL when out of memory. */
static entry *place(mote_feature_cache *c, const mote_sha256 *sample)
{
    if (2 * (c->n_entries + 1) > c->n_slots && !grow_slots(c))
        return NULL;
    const size_t slot = slot_of(c, sample);
    if (c->slots[slot] != 0)
        return &c->entries[c->slots[slot] - 1];
    if (c->n_entries == c->entry_capacity) {
        const size_t capacity = c->entry_capacity > 0 ? c->entry_capacity * 2 : 128;
        entry *entries = mote_realloc(c->entries, capacity, sizeof *entries);
        if (entries == NULL)
            return NULL;
        c->entries = entries;
        c->entry_capacity = capacity;
    }
    entry *e = &c->entries[c->n_entries++];
    *e = (entry){.sample = *sample};
    c->slots[slot] = (uint32_t)c->n_entries;
    return e;
}

/* Segments -------------------------------------------------------------------------------- */

static uint32_t checksum_of(const mote_sha256 *sample, const float *values, size_t n)
{
    const uint8_t length[4] = {(uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16),
                               (uint8_t)(n >> 24)};
    const uint32_t crc =
        mote_crc32(mote_crc32(0, sample->bytes, sizeof sample->bytes), length, sizeof length);

    return mote_crc32(crc, values, n * sizeof *values);
}

bool mote_feature_segment_read(const void *bytes, size_t len, const mote_sha256 *settings,
                               mote_feature_visit *visit, void *arg)
{
    mote_reader r;

    mote_reader_init(&r, bytes, len);
    const uint8_t *magic = mote_read_bytes(&r, 8);
    const uint32_t version = mote_read_u32(&r), count = mote_read_u32(&r);
    const uint8_t *hash = mote_read_bytes(&r, sizeof settings->bytes);
    const uint32_t crc = mote_read_u32(&r);
    if (r.failed || memcmp(magic, MAGIC, 8) != 0 || version != FORMAT_VERSION ||
        memcmp(hash, settings->bytes, sizeof settings->bytes) != 0 ||
        mote_crc32(0, bytes, HEADER_BYTES) != crc)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const void *sample = mote_read_bytes(&r, sizeof(mote_sha256));
        const size_t n = mote_read_u32(&r);
        const uint32_t checksum = mote_read_u32(&r);
        if (r.failed || n < 1 || n > MAX_VALUES)
            return false;
        const void *values = mote_read_bytes(&r, n * sizeof(float));
        if (values == NULL)
            return false;
        const mote_feature_entry e = {sample, values, n, checksum};
        if (!visit(arg, &e))
            return false;
    }
    return mote_reader_left(&r) == 0;
}

static bool take_entry(void *arg, const mote_feature_entry *from)
{
    mote_feature_cache *c = arg;
    entry *e = place(c, from->sample);

    if (e == NULL) {
        c->failure = MOTE_NOMEM;
        return false;
    }
    if (e->values == NULL) { /* of two segments, the first that was read */
        e->values = from->values;
        e->n = from->n;
        e->checksum = from->checksum;
    }
    return true;
}

static void see_damage(mote_feature_cache *c)
{
    c->n_damaged++;
    c->must_merge = true;
}

/* A copy of path, and room for one more segment; NULL when out of memory. */
static char *prepare_segment(mote_feature_cache *c, const char *path)
{
    if (c->n_segments == c->segment_capacity) {
        const size_t capacity = c->segment_capacity > 0 ? c->segment_capacity * 2 : 8;
        segment *segments = mote_realloc(c->segments, capacity, sizeof *segments);
        if (segments == NULL)
            return NULL;
        c->segments = segments;
        c->segment_capacity = capacity;
    }
    const size_t path_bytes = strlen(path) + 1;
    char *copy = mote_alloc(1, path_bytes);
    if (copy != NULL)
        memcpy(copy, path, path_bytes);
    return copy;
}

static mote_status no_memory(mote_err *err)
{
    return mote_fail(err, MOTE_NOMEM, "no memory for the feature cache");
}

/* A segment that cannot be read is passed over; only lack of memory is a failure. */
static mote_status load_segment(mote_feature_cache *c, const char *path, mote_err *err)
{
    segment s = {.path = prepare_segment(c, path)};

    if (s.path == NULL)
        return no_memory(err);
    const mote_status st = mote_map_open(path, &s.map, NULL);
    if (st != MOTE_OK) { /* deleted by another process, or unreadable */
        mote_free(s.path);
        if (st != MOTE_NOT_FOUND)
            c->n_damaged++;
        return MOTE_OK;
    }
    c->segments[c->n_segments++] = s;
    c->failure = MOTE_OK;
    if (!mote_feature_segment_read(s.map.data, s.map.len, &c->settings, take_entry, c)) {
        if (c->failure != MOTE_OK)
            return no_memory(err);
        see_damage(c);
    }
    return MOTE_OK;
}

static void name_prefix(const mote_feature_cache *c, char out[17])
{
    char hex[MOTE_SHA256_HEX_BYTES];

    mote_sha256_hex(&c->settings, hex);
    memcpy(out, hex, 16);
    out[16] = '\0';
}

/* A file of an older format, whatever its settings. */
static bool is_old(const char *path)
{
    mote_map map;
    mote_reader r;

    if (mote_map_open(path, &map, NULL) != MOTE_OK)
        return false;
    mote_reader_init(&r, map.data, map.len);
    const uint8_t *magic = mote_read_bytes(&r, 8);
    const uint32_t version = mote_read_u32(&r);
    const bool old = !r.failed && memcmp(magic, MAGIC, 8) == 0 && version < FORMAT_VERSION;
    mote_map_release(&map);
    return old;
}

static mote_status load_all(mote_feature_cache *c, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    char prefix[17], **paths = NULL;
    size_t n = 0;

    mote_arena_init(&scratch, (size_t)64 << 20);
    name_prefix(c, prefix);
    MOTE_TRY(mote_dir_walk(c->dir, &scratch, &paths, &n, err));
    for (size_t i = 0; i < n; i++) {
        char *path = NULL;
        if (!mote_str_ends(paths[i], SUFFIX))
            continue;
        MOTE_TRY(mote_path_join(&scratch, c->dir, paths[i], &path, err));
        if (is_old(path))
            c->n_old += mote_dir_remove(path, NULL) == MOTE_OK ? 1 : 0;
        else if (mote_str_starts(paths[i], prefix))
            MOTE_TRY(load_segment(c, path, err));
    }
    return MOTE_OK;
}

mote_status mote_feature_cache_open(const char *dir, const mote_frontend *f, const mote_shape *in,
                                    mote_feature_cache **out, mote_err *err)
{
    mote_shape shape;

    MOTE_TRY(mote_frontend_shape(f, in, &shape, err));
    MOTE_TRY(mote_dir_make(dir, err));
    const size_t dir_bytes = strlen(dir) + 1;
    mote_feature_cache *c = mote_alloc_zero(1, sizeof *c);
    if (c != NULL)
        c->dir = mote_alloc(1, dir_bytes);
    if (c == NULL || c->dir == NULL) {
        mote_feature_cache_close(c);
        return no_memory(err);
    }
    memcpy(c->dir, dir, dir_bytes);
    c->settings = key_of(f, in);
    const mote_status st = load_all(c, err);
    if (st != MOTE_OK) {
        mote_feature_cache_close(c);
        return mote_wrap(err, st, "feature cache '%s'", dir);
    }
    *out = c;
    return MOTE_OK;
}

void mote_feature_cache_close(mote_feature_cache *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n_entries; i++)
        mote_free(c->entries[i].own);
    for (size_t i = 0; i < c->n_segments; i++) {
        mote_map_release(&c->segments[i].map);
        mote_free(c->segments[i].path);
    }
    mote_free(c->entries);
    mote_free(c->slots);
    mote_free(c->segments);
    mote_free(c->dir);
    mote_free(c);
}

/* Entries --------------------------------------------------------------------------------- */

/* Looks at the checksum the first time. A dead entry stays in the index, without values, until
 * it is added again. */
static bool is_usable(mote_feature_cache *c, entry *e)
{
    if (e->values == NULL)
        return false;
    if (!e->is_checked && checksum_of(&e->sample, e->values, e->n) != e->checksum) {
        e->values = NULL;
        e->is_dead = true;
        c->n_dead++;
        see_damage(c);
        return false;
    }
    e->is_checked = true;
    return true;
}

const float *mote_feature_cache_find(mote_feature_cache *c, const mote_sha256 *sample, size_t n)
{
    if (c->n_slots == 0)
        return NULL;
    const uint32_t index = c->slots[slot_of(c, sample)];
    if (index == 0)
        return NULL;
    entry *e = &c->entries[index - 1];
    return e->n == n && is_usable(c, e) ? e->values : NULL;
}

mote_status mote_feature_cache_add(mote_feature_cache *c, const mote_sha256 *sample,
                                   const float *values, size_t n, mote_err *err)
{
    if (n < 1 || n > MAX_VALUES)
        return mote_fail(err, MOTE_ARG, "feature cache: %zu values, must be 1..%zu", n, MAX_VALUES);
    float *copy = mote_alloc(n, sizeof *copy);
    entry *e = copy != NULL ? place(c, sample) : NULL;
    if (e == NULL) {
        mote_free(copy);
        return no_memory(err);
    }
    memcpy(copy, values, n * sizeof *copy);
    mote_free(e->own);
    e->own = copy;
    e->values = copy;
    e->n = n;
    e->checksum = checksum_of(sample, copy, n);
    e->is_checked = true;
    e->is_new = true;
    c->n_dead -= e->is_dead ? 1 : 0;
    e->is_dead = false;
    return MOTE_OK;
}

static size_t count_files(const mote_feature_cache *c)
{
    size_t n = 0;

    for (size_t i = 0; i < c->n_segments; i++)
        n += c->segments[i].path != NULL ? 1 : 0;
    return n;
}

mote_feature_cache_state mote_feature_cache_stat(const mote_feature_cache *c)
{
    return (mote_feature_cache_state){
        .n_entries = c->n_entries - c->n_dead,
        .n_segments = count_files(c),
        .n_damaged = c->n_damaged,
        .n_old = c->n_old,
    };
}

/* Saving ---------------------------------------------------------------------------------- */

/* The new entries, or with `all` every good one, as a segment. */
static void write_entries(mote_feature_cache *c, bool all, mote_buf *b)
{
    uint32_t count = 0;

    for (size_t i = 0; i < c->n_entries; i++)
        if (c->entries[i].is_new || (all && is_usable(c, &c->entries[i])))
            count++;
    mote_buf_str(b, MAGIC);
    mote_buf_u32(b, FORMAT_VERSION);
    mote_buf_u32(b, count);
    mote_buf_add(b, c->settings.bytes, sizeof c->settings.bytes);
    if (b->status == MOTE_OK)
        mote_buf_u32(b, mote_crc32(0, b->data, HEADER_BYTES));
    for (size_t i = 0; i < c->n_entries; i++) {
        const entry *e = &c->entries[i];
        if (!e->is_new && (!all || e->values == NULL))
            continue;
        mote_buf_add(b, e->sample.bytes, sizeof e->sample.bytes);
        mote_buf_u32(b, (uint32_t)e->n);
        mote_buf_u32(b, e->checksum);
        mote_buf_add(b, e->values, e->n * sizeof *e->values);
    }
}

/* Remove every segment but `keep`. What is removed stays mapped until close, since entries that
 * were handed out point into it. A file that cannot be removed does no harm
 * and is tried again. */
static void remove_others(mote_feature_cache *c, const char *keep)
{
    for (size_t i = 0; i < c->n_segments; i++) {
        if (c->segments[i].path == NULL || strcmp(c->segments[i].path, keep) == 0 ||
            mote_dir_remove(c->segments[i].path, NULL) != MOTE_OK)
            continue;
        mote_free(c->segments[i].path);
        c->segments[i].path = NULL;
    }
}

/* The name says the settings and the content, so equal segments are one file. */
static mote_status name_segment(const mote_feature_cache *c, const mote_buf *b, mote_arena *a,
                                char **path, mote_err *err)
{
    const mote_sha256 content = mote_sha256_of(b->data, b->len);
    char prefix[17], hex[MOTE_SHA256_HEX_BYTES];

    name_prefix(c, prefix);
    mote_sha256_hex(&content, hex);
    const char *name = mote_arena_printf(a, "%s-%.16s" SUFFIX, prefix, hex);
    if (name == NULL)
        return no_memory(err);
    return mote_path_join(a, c->dir, name, path, err);
}

mote_status mote_feature_cache_save(mote_feature_cache *c, mote_err *err)
{
    MOTE_SCOPED_ARENA scratch;
    MOTE_SCOPED_BUF b;
    char *path = NULL;
    size_t n_new = 0;
    const bool all = c->must_merge || count_files(c) >= MAX_SEGMENTS;

    mote_arena_init(&scratch, (size_t)1 << 20);
    mote_buf_init(&b, MAX_SEGMENT_BYTES);
    for (size_t i = 0; i < c->n_entries; i++)
        n_new += c->entries[i].is_new ? 1 : 0;
    if (n_new == 0)
        return MOTE_OK;
    write_entries(c, all, &b);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_TRY(name_segment(c, &b, &scratch, &path, err));
    MOTE_SCOPED_FREE char *kept_path = prepare_segment(c, path);
    if (kept_path == NULL)
        return no_memory(err);
    MOTE_TRY(mote_dir_make(c->dir, err)); /* it may have been deleted meanwhile */
    MOTE_TRY(mote_file_write(path, b.data, b.len, err));

    c->segments[c->n_segments++] = (segment){.path = kept_path};
    kept_path = NULL;
    for (size_t i = 0; i < c->n_entries; i++)
        c->entries[i].is_new = false;
    if (all)
        remove_others(c, path);
    c->must_merge = false;
    return MOTE_OK;
}
