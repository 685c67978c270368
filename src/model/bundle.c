/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a bundle, and finding its sections. docs/formats/bundle.md describes every byte.
 *
 *   "MOTB" | u32 version | u32 n_sections | u32 0
 *   n_sections x  name[16] padded with 0 | u64 offset | u64 length | u32 CRC-32 | u32 0
 *   u32 CRC-32 of all before | u32 0
 *   the sections, each at a multiple of 8, gaps 0 */
#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "model/bundle_internal.h"

#define MAX_SECTIONS 16
#define HEAD_BYTES   16
#define ENTRY_BYTES  40

static const char magic[4] = {'M', 'O', 'T', 'B'};

/* ---- the document ------------------------------------------------------------------------ */

static mote_status check_parts(const mote_bundle_parts *p, mote_err *err)
{
    if (!p->name || !p->name[0] || !mote_utf8_valid(p->name, strlen(p->name)))
        return mote_fail(err, MOTE_ARG, "a bundle needs a name in UTF-8");
    if (p->n_labels < 1 || p->n_labels > MOTE_MODEL_MAX_LABELS)
        return mote_fail(err, MOTE_ARG, "a bundle takes 1 to %d labels, not %d",
                         MOTE_MODEL_MAX_LABELS, p->n_labels);
    for (int32_t i = 0; i < p->n_labels; i++)
        if (strlen(p->labels[i]) >= MOTE_LABEL_BYTES ||
            !mote_utf8_valid(p->labels[i], strlen(p->labels[i])))
            return mote_fail(err, MOTE_ARG, "label '%s' is longer than %d bytes or not UTF-8",
                             p->labels[i], MOTE_LABEL_BYTES - 1);
    if (p->clip_samples > 0 && !p->features)
        return mote_fail(err, MOTE_ARG, "a bundle for audio needs front-end settings");
    return MOTE_OK;
}

json_t *mote_operating_point_to_json(const mote_operating_point *op, int32_t n_labels)
{
    MOTE_SCOPED_JSON *thresholds = json_array();
    for (int32_t i = 0; i < n_labels; i++)
        if (json_array_append_new(thresholds, json_real((double)op->thresholds[i])) != 0)
            return NULL;
    return json_pack("{s:i, s:i, s:i, s:f, s:O}", "smooth_hops", op->smooth_hops, "suppress_ms",
                     op->suppress_ms, "hop_ms", op->hop_ms, "temperature", (double)op->temperature,
                     "thresholds", thresholds);
}

/* What a reader of the bundle will refuse is not written. */
static mote_status check_operating_point(const mote_bundle_parts *p, mote_err *err)
{
    if (!p->operating_point)
        return MOTE_OK;
    mote_operating_point again;
    const mote_operating_point *op = p->operating_point;
    for (int32_t i = 0; i < p->n_labels; i++)
        if (!isfinite(op->thresholds[i]))
            return mote_fail(err, MOTE_ARG, "the threshold of '%s' is not a number", p->labels[i]);
    if (!isfinite(op->temperature))
        return mote_fail(err, MOTE_ARG, "the temperature is not a number");
    MOTE_SCOPED_JSON *j = mote_operating_point_to_json(op, p->n_labels);
    if (!j)
        return mote_fail(err, MOTE_NOMEM, "no memory for an operating point");
    return mote_operating_point_from_json(j, p->n_labels, &again, err);
}

static mote_status put(json_t *o, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(o, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for '%s' of a bundle", key);
    return MOTE_OK;
}

static mote_status document(const mote_bundle_parts *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *labels = json_array();
    for (int32_t i = 0; i < p->n_labels; i++)
        if (json_array_append_new(labels, json_string(p->labels[i])) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the labels of a bundle");
    MOTE_SCOPED_JSON *j =
        json_pack("{s:i, s:s, s:O, s:i}", "format", (int)MOTE_BUNDLE_VERSION, "name", p->name,
                  "labels", labels, "clip_samples", p->clip_samples);
    if (!j)
        return mote_fail(err, MOTE_NOMEM, "no memory for a bundle");
    if (p->clip_samples > 0)
        MOTE_TRY(put(j, "features", mote_frontend_to_json(p->features), err));
    if (p->operating_point)
        MOTE_TRY(put(j, "operating_point",
                     mote_operating_point_to_json(p->operating_point, p->n_labels), err));
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

void mote_golden_write(const mote_golden *g, mote_buf *b)
{
    mote_buf_i32(b, g->n);
    mote_buf_i32(b, g->n_pcm);
    mote_buf_i32(b, g->n_in);
    mote_buf_i32(b, g->n_out);
    size_t n = (size_t)g->n;
    mote_buf_add(b, g->pcm, n * (size_t)g->n_pcm * sizeof *g->pcm);
    mote_buf_add(b, g->in, n * (size_t)g->n_in);
    mote_buf_add(b, g->out, n * (size_t)g->n_out);
}

static void lay_out(const section *s, size_t n, mote_buf *out)
{
    size_t start = out->len;
    mote_buf_add(out, magic, sizeof magic);
    mote_buf_u32(out, MOTE_BUNDLE_VERSION);
    mote_buf_u32(out, (uint32_t)n);
    mote_buf_u32(out, 0);
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

mote_status mote_bundle_write(const mote_bundle_parts *parts, mote_buf *out, mote_err *err)
{
    MOTE_TRY(check_parts(parts, err));
    MOTE_TRY(check_operating_point(parts, err));
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_TRY(document(parts, &j, err));
    section s[4] = {{.name = "model.json"}, {.name = "graph.s8"}};
    size_t n = 2;
    mote_buf_init(&s[0].bytes, (size_t)64 << 20);
    mote_buf_init(&s[1].bytes, (size_t)512 << 20);
    mote_json_write(&s[0].bytes, j, false);
    mote_graph_save(parts->graph_s8, &s[1].bytes);
    if (parts->graph_f32) {
        s[n].name = "graph.f32";
        mote_buf_init(&s[n].bytes, (size_t)1 << 30);
        mote_graph_save(parts->graph_f32, &s[n++].bytes);
    }
    if (parts->golden && parts->golden->n > 0) {
        s[n].name = "golden.bin";
        mote_buf_init(&s[n].bytes, (size_t)256 << 20);
        mote_golden_write(parts->golden, &s[n++].bytes);
    }
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

mote_status mote_bundle_section(const void *bytes, size_t n, const char *name, mote_section *out,
                                mote_err *err)
{
    mote_reader r;
    mote_reader_init(&r, bytes, n);
    const uint8_t *head = mote_read_bytes(&r, sizeof magic);
    if (!head || memcmp(head, magic, sizeof magic) != 0)
        return mote_fail(err, MOTE_PARSE, "not a model bundle: it does not start with 'MOTB'");
    uint32_t version = mote_read_u32(&r);
    if (!r.failed && version != MOTE_BUNDLE_VERSION)
        return mote_fail(err, MOTE_UNSUPPORTED, "bundle format %u, this program reads format %u",
                         version, MOTE_BUNDLE_VERSION);
    uint32_t count = mote_read_u32(&r);
    (void)mote_read_u32(&r);
    size_t table_end = HEAD_BYTES + (size_t)count * ENTRY_BYTES;
    if (r.failed || count > MAX_SECTIONS || n < table_end + 8)
        return mote_fail(err, MOTE_PARSE, "bundle: the bytes end too early");
    mote_reader tail;
    mote_reader_init(&tail, (const uint8_t *)bytes + table_end, 4);
    if (mote_read_u32(&tail) != mote_crc32(0, bytes, table_end))
        return mote_fail(err, MOTE_CORRUPT,
                         "bundle: its table is damaged, the checksum does not fit");
    *out = (mote_section){NULL, 0};
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = mote_read_bytes(&r, MOTE_SECTION_NAME_BYTES);
        uint64_t offset = mote_read_u64(&r), len = mote_read_u64(&r);
        uint32_t crc = mote_read_u32(&r);
        (void)mote_read_u32(&r);
        char found[MOTE_SECTION_NAME_BYTES + 1] = {0};
        memcpy(found, entry, MOTE_SECTION_NAME_BYTES);
        if (strcmp(found, name) != 0)
            continue;
        if (offset > n || len > n - offset)
            return mote_fail(err, MOTE_PARSE, "bundle: section '%s' ends behind the file", name);
        const uint8_t *data = (const uint8_t *)bytes + offset;
        if (mote_crc32(0, data, (size_t)len) != crc)
            return mote_fail(err, MOTE_CORRUPT,
                             "bundle: section '%s' is damaged, the checksum does not fit", name);
        *out = (mote_section){data, (size_t)len};
    }
    return MOTE_OK;
}
