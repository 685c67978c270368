/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a bundle, and finding its sections. docs/formats/bundle.md describes every byte.
 *
 *   "MOTB" | u32 version | u32 n_sections | u32 program that wrote it, 0x00MMmmpp
 *   n_sections x  name[16] padded with 0 | u64 offset | u64 length | u32 CRC-32 | u32 0
 *   u32 CRC-32 of all before | u32 0
 *   the sections, each at a multiple of 8, gaps 0 */
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/bundle_internal.h"

#define HEAD_BYTES  16
#define ENTRY_BYTES 40

static const char magic[4] = {'M', 'O', 'T', 'B'};

/* The names of the sections in each format. */
static const char *const names[][MOTE_N_SECTIONS] = {
    [1] = {"model.json", "graph.s8", "graph.f32", "golden.bin"},
    [2] = {"model.json", "graph", "training", "golden"},
};

/* ---- the document ------------------------------------------------------------------------ */

/* What a reader of the bundle will refuse is not written. */
static mote_status check_parts(const mote_bundle_parts *p, mote_err *err)
{
    if (!p->name || !p->name[0] || !mote_utf8_valid(p->name, strlen(p->name)))
        return mote_fail(err, MOTE_ARG, "a bundle needs a name in UTF-8");
    MOTE_TRY(mote_signature_check(&p->signature, err));
    return p->decision ? mote_decision_check(p->decision, &p->signature, err) : MOTE_OK;
}

static mote_status put(json_t *o, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(o, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for '%s' of a bundle", key);
    return MOTE_OK;
}

static mote_status document(const mote_bundle_parts *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *j =
        json_pack("{s:i, s:s}", "format", (int)MOTE_BUNDLE_VERSION, "name", p->name);
    if (!j)
        return mote_fail(err, MOTE_NOMEM, "no memory for a bundle");
    MOTE_TRY(put(j, "signature", mote_signature_to_json(&p->signature), err));
    if (p->features && mote_frontend_is_given(p->features))
        MOTE_TRY(put(j, "front_end", mote_frontend_to_json(p->features), err));
    if (p->decision)
        MOTE_TRY(put(j, "decision", mote_decision_to_json(p->decision, &p->signature), err));
    if (p->drift_reference)
        MOTE_TRY(put(j, "drift_reference", json_deep_copy(p->drift_reference), err));
    if (p->lineage)
        MOTE_TRY(put(j, "lineage", json_deep_copy(p->lineage), err));
    if (p->metrics)
        MOTE_TRY(put(j, "metrics", json_deep_copy(p->metrics), err));
    *out = json_incref(j);
    return MOTE_OK;
}

/* ---- writing ----------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    mote_buf bytes;
} section;

/* The program that writes: 0x00MMmmpp. A reader that does not know the format says it. */
static uint32_t program(void)
{
    uint32_t parts[3] = {0, 0, 0};
    int at = 0;
    for (const char *c = MOTE_VERSION; *c && at < 3; c++)
        if (*c >= '0' && *c <= '9')
            parts[at] = parts[at] * 10 + (uint32_t)(*c - '0');
        else
            at++;
    return (parts[0] & 255) << 16 | (parts[1] & 255) << 8 | (parts[2] & 255);
}

static void lay_out(const section *s, size_t n, mote_buf *out)
{
    size_t start = out->len;
    mote_buf_add(out, magic, sizeof magic);
    mote_buf_u32(out, MOTE_BUNDLE_VERSION);
    mote_buf_u32(out, (uint32_t)n);
    mote_buf_u32(out, program());
    uint64_t offset = HEAD_BYTES + n * ENTRY_BYTES + 8;
    for (size_t i = 0; i < n; i++) {
        char name[MOTE_SECTION_NAME_BYTES] = {0};
        memcpy(name, s[i].name, strlen(s[i].name));
        mote_buf_add(out, name, sizeof name);
        mote_buf_u64(out, offset);
        mote_buf_u64(out, s[i].bytes.len);
        mote_buf_u32(out, mote_crc32(0, s[i].bytes.data, s[i].bytes.len));
        mote_buf_u32(out, 0);
        offset += (s[i].bytes.len + 7) / 8 * 8;
    }
    if (out->status != MOTE_OK)
        return;
    mote_buf_u32(out, mote_crc32(0, out->data + start, out->len - start));
    mote_buf_u32(out, 0);
    static const char zeros[8] = {0};
    for (size_t i = 0; i < n; i++) {
        mote_buf_add(out, s[i].bytes.data, s[i].bytes.len);
        mote_buf_add(out, zeros, (8 - s[i].bytes.len % 8) % 8);
    }
}

static section *start(section *s, size_t *n, mote_section_id id, size_t limit)
{
    section *one = &s[(*n)++];
    one->name = names[MOTE_BUNDLE_VERSION][id];
    mote_buf_init(&one->bytes, limit);
    return one;
}

mote_status mote_bundle_write(const mote_bundle_parts *parts, mote_buf *out, mote_err *err)
{
    MOTE_TRY(check_parts(parts, err));
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(document(parts, &j, err));
    section s[MOTE_N_SECTIONS] = {{.name = NULL}};
    size_t n = 0;
    mote_json_write(&start(s, &n, MOTE_SECTION_DOCUMENT, (size_t)64 << 20)->bytes, j, false);
    mote_graph_save(parts->graph, &start(s, &n, MOTE_SECTION_GRAPH, (size_t)512 << 20)->bytes);
    if (parts->training)
        mote_graph_save(parts->training,
                        &start(s, &n, MOTE_SECTION_TRAINING, (size_t)1 << 30)->bytes);
    if (parts->golden && parts->golden->n > 0)
        mote_golden_write(parts->golden,
                          &start(s, &n, MOTE_SECTION_GOLDEN, (size_t)256 << 20)->bytes);
    mote_status st = MOTE_OK;
    for (size_t i = 0; i < n && st == MOTE_OK; i++)
        st = mote_buf_status(&s[i].bytes, err);
    if (st == MOTE_OK) {
        lay_out(s, n, out);
        st = mote_buf_status(out, err);
    }
    for (size_t i = 0; i < n; i++)
        mote_buf_release(&s[i].bytes);
    return st;
}

/* ---- finding ----------------------------------------------------------------------------- */

static mote_status newer(uint32_t version, uint32_t program, mote_err *err)
{
    char by[32] = "";
    if (program)
        (void)mote_format(by, sizeof by, " (mote %u.%u.%u)", program >> 16 & 255,
                          program >> 8 & 255, program & 255);
    return mote_fail(err, MOTE_UNSUPPORTED,
                     "bundle format %u was made by a newer mote%s; mote %s reads formats 1 to %u",
                     version, by, MOTE_VERSION, MOTE_BUNDLE_VERSION);
}

static mote_status read_head(mote_reader *r, size_t n, mote_bundle *b, uint32_t *count,
                             mote_err *err)
{
    const uint8_t *head = mote_read_bytes(r, sizeof magic);
    if (!head || memcmp(head, magic, sizeof magic) != 0)
        return mote_fail(err, MOTE_PARSE, "not a model bundle: it does not start with 'MOTB'");
    b->version = mote_read_u32(r);
    if (r->failed)
        return mote_fail(err, MOTE_PARSE, "bundle: the bytes end too early");
    *count = mote_read_u32(r);
    uint32_t program = mote_read_u32(r); /* 0 when it is not there */
    if (b->version > MOTE_BUNDLE_VERSION)
        return newer(b->version, program, err);
    if (r->failed || b->version < 1 || *count > MOTE_BUNDLE_SECTIONS ||
        n < HEAD_BYTES + (size_t)*count * ENTRY_BYTES + 8)
        return mote_fail(err, MOTE_PARSE, "bundle: the bytes end too early");
    return MOTE_OK;
}

static mote_status read_entry(mote_reader *r, const void *bytes, size_t n, mote_bundle *b,
                              mote_err *err)
{
    char name[MOTE_SECTION_NAME_BYTES + 1] = {0};
    memcpy(name, mote_read_bytes(r, MOTE_SECTION_NAME_BYTES), MOTE_SECTION_NAME_BYTES);
    uint64_t offset = mote_read_u64(r), len = mote_read_u64(r);
    uint32_t crc = mote_read_u32(r);
    (void)mote_read_u32(r);
    if (offset > n || len > n - offset)
        return mote_fail(err, MOTE_PARSE, "bundle: section '%s' ends behind the file", name);
    const uint8_t *data = (const uint8_t *)bytes + offset;
    if (mote_crc32(0, data, (size_t)len) != crc)
        return mote_fail(err, MOTE_CORRUPT,
                         "bundle: section '%s' is damaged, the checksum does not fit", name);
    for (int id = 0; id < MOTE_N_SECTIONS; id++)
        if (strcmp(name, names[b->version][id]) == 0)
            b->sections[id] = (mote_section){data, (size_t)len};
    return MOTE_OK;
}

mote_status mote_bundle_open(const void *bytes, size_t n, mote_bundle *out, mote_err *err)
{
    mote_reader r, tail;
    mote_bundle b = {.version = 0};
    uint32_t count = 0;
    mote_reader_init(&r, bytes, n);
    MOTE_TRY(read_head(&r, n, &b, &count, err));
    size_t table_end = HEAD_BYTES + (size_t)count * ENTRY_BYTES;
    mote_reader_init(&tail, (const uint8_t *)bytes + table_end, 4);
    if (mote_read_u32(&tail) != mote_crc32(0, bytes, table_end))
        return mote_fail(err, MOTE_CORRUPT,
                         "bundle: its table is damaged, the checksum does not fit");
    for (uint32_t i = 0; i < count; i++)
        MOTE_TRY(read_entry(&r, bytes, n, &b, err));
    *out = b;
    return MOTE_OK;
}

mote_status mote_bundle_training(const void *bytes, size_t n, mote_graph **out, mote_err *err)
{
    mote_bundle b;
    MOTE_TRY(mote_bundle_open(bytes, n, &b, err));
    const mote_section *s = &b.sections[MOTE_SECTION_TRAINING];
    if (s->data)
        return mote_graph_load(s->data, s->len, out, err);
    *out = NULL;
    return MOTE_OK;
}
