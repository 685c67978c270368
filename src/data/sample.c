/* SPDX-License-Identifier: Apache-2.0 */
/* Samples in the store: see sample.h.
 *
 * What is kept: the original bytes always. When a kind says that decoding them costs more than a
 * copy, the copy is an object beside them, so that loading a data set never resamples. */
#include "data/sample.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/unicode.h"
#include "data/history.h"

static const char *const role_names[MOTE_N_ROLES] = {"example", "background", "negative"};
static const char *const origin_names[] = {"file", "synthetic", "upload"};

const char *mote_data_role_name(mote_data_role role)
{
    return role_names[role];
}
const char *mote_data_origin_name(mote_data_origin origin)
{
    return origin_names[origin];
}

static bool parse_role(const char *name, mote_data_role *out)
{
    for (int i = 0; i < MOTE_N_ROLES; i++) {
        if (mote_str_eq(name, role_names[i])) {
            *out = (mote_data_role)i;
            return true;
        }
    }
    return false;
}

bool mote_sample_is_builtin(const char *group)
{
    return mote_str_starts(group, MOTE_GROUP_BUILTIN);
}

/* ---- drafts -------------------------------------------------------------------------------- */

void mote_sample_draft_hash(const mote_file_bytes *file, mote_sample_draft *out)
{
    *out = (mote_sample_draft){.object = mote_sha256_of(file->bytes, file->n), .file = *file};
}

mote_status mote_sample_draft_decode(mote_sample_draft *d, const mote_kind *kind,
                                     const mote_decoding *cfg, mote_err *err)
{
    return mote_kind_decode(kind, &d->file, cfg, &d->decoded, err);
}

void mote_sample_draft_release(mote_sample_draft *d)
{
    mote_decoded_release(&d->decoded);
    *d = (mote_sample_draft){0};
}

/* ---- putting ------------------------------------------------------------------------------- */

/* One name in normal form into out[MOTE_LABEL_MAX_BYTES + 1]. */
static mote_status take_name(const char *kind, const char *name, const char *source, char *out,
                             mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1u << 16);
    char where[200], *normal = NULL;
    (void)mote_format(where, sizeof where, "'%s'", source);
    size_t n = name ? strlen(name) : 0;
    if (n > 0 && n <= 4 * MOTE_LABEL_MAX_BYTES && mote_utf8_valid(name, n))
        MOTE_TRY(mote_text_nfc(name, n, &a, &normal, err));
    MOTE_TRY(mote_text_check_name(where, kind, normal ? normal : name, MOTE_LABEL_MAX_BYTES, err));
    (void)mote_format(out, MOTE_LABEL_MAX_BYTES + 1, "%s", normal ? normal : name);
    return MOTE_OK;
}

mote_status mote_sample_names_of(const mote_sample_draft *d, const mote_sample_facts *facts,
                                 mote_sample_names *out, mote_err *err)
{
    const char *label = facts->role == MOTE_ROLE_EXAMPLE    ? facts->label
                        : facts->role == MOTE_ROLE_NEGATIVE ? MOTE_LABEL_NEGATIVE
                                                            : MOTE_LABEL_BACKGROUND;
    MOTE_TRY(take_name("label", label, facts->source, out->label, err));
    if (facts->group && mote_sample_is_builtin(facts->group) &&
        facts->origin != MOTE_ORIGIN_SYNTHETIC)
        return mote_fail(err, MOTE_ARG,
                         "'%s': the group '%s' begins with '" MOTE_GROUP_BUILTIN
                         "', which names what Mote made itself; choose another name",
                         facts->source, facts->group);
    if (facts->group)
        return take_name("group", facts->group, facts->source, out->group, err);
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&d->object, hex);
    (void)mote_format(out->group, sizeof out->group, "file:%.16s", hex);
    return MOTE_OK;
}

/* Is there a row of these names (*row), and are the files it names in place (*whole)? */
static mote_status look_up(mote_store *s, const mote_sha256 *object, const mote_sample_names *names,
                           bool *row, bool *whole, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT decoded FROM data_said WHERE object = ?1 AND "
                               "(label = ?2 OR to_us > 0) AND grp = ?3",
                               &q, err));
    mote_stmt_bind_hash(q, 1, object);
    mote_stmt_bind_text(q, 2, names->label);
    mote_stmt_bind_text(q, 3, names->group);
    *whole = false;
    MOTE_TRY(mote_stmt_step(q, row, err));
    if (*row)
        MOTE_TRY(mote_object_in_place(s, object, whole, err));
    mote_sha256 decoded;
    if (*whole && mote_stmt_hash(q, 0, &decoded))
        MOTE_TRY(mote_object_in_place(s, &decoded, whole, err));
    return MOTE_OK;
}

mote_status mote_sample_known(mote_store *s, const mote_sample_draft *d,
                              const mote_sample_facts *facts, bool *known, mote_err *err)
{
    mote_sample_names names;
    MOTE_TRY(mote_sample_names_of(d, facts, &names, err));
    bool row;
    return look_up(s, &d->object, &names, &row, known, err);
}

/* The decoded copy, when it is worth keeping. */
static mote_status put_decoded(mote_store *s, const mote_decoded *d, int64_t now_ms,
                               mote_sha256 *id, bool *kept, mote_err *err)
{
    MOTE_SCOPED_BUF copy;
    mote_buf_init(&copy, MOTE_OBJECT_MAX_BYTES);
    if (d->kind->encode_copy)
        MOTE_TRY(d->kind->encode_copy(d, &copy, err));
    *kept = copy.len > 0;
    return *kept ? mote_object_put(s, copy.data, copy.len, now_ms, id, err) : MOTE_OK;
}

/* A sample on its way into the store. */
typedef struct {
    mote_store *store;
    const mote_sample_draft *draft;
    const mote_sample_facts *facts;
    mote_sample_names names;
    const mote_sha256 *decoded; /* its decoded copy; NULL: none is kept */
    int64_t now_ms;
} newcomer;

static mote_status insert_label(const newcomer *w, const mote_said *said, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(w->store,
                          "INSERT INTO data_label (sample_id, label, from_us, to_us, who, said_ms) "
                          "VALUES ((SELECT id FROM data_sample_last), ?1, ?2, ?3, ?4, ?5)",
                          &q, err));
    mote_stmt_bind_text(q, 1, said->label);
    mote_stmt_bind_i64(q, 2, said->from_us);
    mote_stmt_bind_i64(q, 3, said->to_us);
    mote_stmt_bind_text(q, 4, w->facts->who ? w->facts->who : "");
    mote_stmt_bind_i64(q, 5, w->now_ms);
    return mote_stmt_run(q, err);
}

/* What the file says of itself, each name as it is kept. */
static mote_status insert_said(const newcomer *w, mote_err *err)
{
    const mote_decoded *d = &w->draft->decoded;
    for (size_t i = 0; i < d->n_said; i++) {
        char label[MOTE_LABEL_MAX_BYTES + 1];
        mote_said said = d->said[i];
        MOTE_TRY(take_name("label", said.label, w->facts->source, label, err));
        said.label = label;
        MOTE_TRY(insert_label(w, &said, err));
    }
    return MOTE_OK;
}

static mote_status insert_sample(const newcomer *w, mote_err *err)
{
    const mote_sample_draft *d = w->draft;
    const mote_sample_facts *facts = w->facts;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        w->store,
        "INSERT INTO data_sample (id, object, kind, content_hash, decoded, decoded_hz, role, grp, "
        "source, origin, provenance, duration_us, facts, added_ms, import_id, file, taken_ms) "
        "VALUES ((SELECT id FROM data_sample_last), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
        "?12, ?13, ?14, ?15, ?16)",
        &q, err));
    mote_stmt_bind_hash(q, 1, &d->object);
    mote_stmt_bind_text(q, 2, mote_input_name(d->decoded.kind->input));
    mote_stmt_bind_hash(q, 3, &d->decoded.content);
    mote_stmt_bind_hash(q, 4, w->decoded);
    mote_stmt_bind_i64(q, 5, (int64_t)llround(d->decoded.rate_hz));
    mote_stmt_bind_text(q, 6, mote_data_role_name(facts->role));
    mote_stmt_bind_text(q, 7, w->names.group);
    mote_stmt_bind_text(q, 8, facts->source);
    mote_stmt_bind_text(q, 9, mote_data_origin_name(facts->origin));
    mote_stmt_bind_text(q, 10, facts->provenance);
    mote_stmt_bind_i64(q, 11, d->decoded.duration_us);
    mote_stmt_bind_text(q, 12, d->decoded.facts);
    mote_stmt_bind_i64(q, 13, w->now_ms);
    if (facts->import)
        mote_stmt_bind_i64(q, 14, facts->import);
    else
        mote_stmt_bind_null(q, 14);
    mote_stmt_bind_text(q, 15, facts->file);
    mote_stmt_bind_i64(q, 16, d->decoded.taken_ms);
    return mote_stmt_run(q, err);
}

/* The next number, the sample, and what is said of it, if it is an example. */
static mote_status insert_row(const newcomer *w, mote_err *err)
{
    MOTE_TRY(mote_store_exec(w->store, "UPDATE data_sample_last SET id = id + 1", err));
    MOTE_TRY(insert_sample(w, err));
    if (w->facts->role != MOTE_ROLE_EXAMPLE)
        return MOTE_OK;
    if (w->draft->decoded.n_said > 0 && !w->facts->is_given)
        return insert_said(w, err);
    return insert_label(w, &(mote_said){.label = w->names.label}, err);
}

mote_status mote_sample_sweep_labels(mote_store *s, mote_err *err)
{
    return mote_store_exec(s,
                           "DELETE FROM data_label WHERE sample_id NOT IN (SELECT id FROM "
                           "data_sample UNION ALL SELECT sample_id FROM data_removed)",
                           err);
}

mote_status mote_sample_put(mote_store *s, const mote_sample_draft *d,
                            const mote_sample_facts *facts, int64_t now_ms, bool *added,
                            mote_err *err)
{
    MOTE_BUG_IF(!d->decoded.own);
    newcomer w = {.store = s, .draft = d, .facts = facts, .now_ms = now_ms};
    MOTE_TRY(mote_sample_names_of(d, facts, &w.names, err));

    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    bool row = false, whole = false;
    MOTE_TRY(look_up(s, &d->object, &w.names, &row, &whole, err));
    if (!whole) {
        mote_sha256 object, decoded;
        bool has_decoded;
        MOTE_TRY(mote_object_put(s, d->file.bytes, d->file.n, now_ms, &object, err));
        MOTE_TRY(put_decoded(s, &d->decoded, now_ms, &decoded, &has_decoded, err));
        w.decoded = has_decoded ? &decoded : NULL;
        if (!row)
            MOTE_TRY(insert_row(&w, err));
    }
    MOTE_TRY(mote_store_commit(&txn, err));
    *added = !row;
    return MOTE_OK;
}

/* ---- reading ------------------------------------------------------------------------------- */

static mote_status read_text(mote_stmt *q, int32_t column, mote_arena *a, const char **out,
                             mote_err *err)
{
    const char *s = mote_stmt_text(q, column);
    *out = NULL;
    if (!s)
        return MOTE_OK;
    *out = mote_arena_strdup(a, s);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "list of samples");
}

/* A name that an older Mote kept as it came is in normal form for everybody who reads it now. */
static mote_status read_name(mote_stmt *q, int32_t column, mote_arena *a, const char **out,
                             mote_err *err)
{
    MOTE_TRY(read_text(q, column, a, out, err));
    char *normal = NULL;
    if (!*out || mote_text_nfc(*out, strlen(*out), a, &normal, NULL) != MOTE_OK)
        return *out ? MOTE_OK : mote_fail(err, MOTE_CORRUPT, "a sample in the store has no name");
    *out = normal;
    return MOTE_OK;
}

/* The row of the data room for a kind that the store names; NULL: a newer Mote has written it. */
static const mote_kind *kind_named(const char *name)
{
    mote_input_kind input;
    return name && mote_input_parse(name, &input, NULL) == MOTE_OK ? mote_kind_of(input) : NULL;
}

static mote_status read_row(mote_stmt *q, mote_arena *a, mote_sample_row *r, mote_err *err)
{
    r->id = mote_stmt_i64(q, 0);
    r->kind = kind_named(mote_stmt_text(q, 3));
    bool ok = mote_stmt_hash(q, 1, &r->object) && mote_stmt_hash(q, 2, &r->content_hash) &&
              r->kind && parse_role(mote_stmt_text(q, 4), &r->role);
    if (!ok)
        return mote_fail(err, MOTE_CORRUPT, "sample %lld in the store is damaged",
                         (long long)r->id);
    MOTE_TRY(read_name(q, 5, a, &r->label, err));
    r->value = mote_stmt_is_null(q, 6) ? (double)NAN : mote_stmt_f64(q, 6);
    r->from_us = mote_stmt_i64(q, 7);
    r->to_us = mote_stmt_i64(q, 8);
    MOTE_TRY(read_name(q, 9, a, &r->group, err));
    MOTE_TRY(read_text(q, 10, a, &r->source, err));
    MOTE_TRY(read_text(q, 11, a, &r->origin, err));
    MOTE_TRY(read_text(q, 12, a, &r->provenance, err));
    MOTE_TRY(read_text(q, 13, a, &r->facts, err));
    r->duration_us = mote_stmt_i64(q, 14);
    r->added_ms = mote_stmt_i64(q, 15);
    r->import_id = mote_stmt_i64(q, 16);
    r->taken_ms = mote_stmt_i64(q, 18);
    return read_text(q, 17, a, &r->file, err);
}

#define ROW                                                                                        \
    "SELECT id, object, content_hash, kind, role, label, value, from_us, to_us, grp, source, "     \
    "origin, provenance, facts, duration_us, added_ms, import_id, file, taken_ms FROM "

/* A list of samples: what selects its rows, and what counts them. */
typedef struct {
    const char *count, *select;
} listing;

static mote_status list_rows(mote_store *s, const listing *list, mote_arena *a,
                             mote_sample_row **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, list->select, &q, err));
    /* The number of rows first; another process may add meanwhile, so the loop is bounded too. */
    int64_t expected = 0;
    MOTE_TRY(mote_store_query_i64(s, list->count, &expected, err));
    mote_sample_row *rows = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)expected, sizeof *rows, &rows, err));
    size_t got = 0;
    while (got < (size_t)expected) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(read_row(q, a, &rows[got], err));
        got++;
    }
    *out = rows;
    *n = got;
    return MOTE_OK;
}

mote_status mote_sample_list(mote_store *s, mote_arena *a, mote_sample_row **out, size_t *n,
                             mote_err *err)
{
    static const listing there = {"SELECT count(*) FROM data_said",
                                  ROW "data_said ORDER BY id, label_id"};
    return list_rows(s, &there, a, out, n, err);
}

mote_status mote_sample_list_removed(mote_store *s, mote_arena *a, mote_sample_row **out, size_t *n,
                                     mote_err *err)
{
    static const listing removed = {"SELECT count(*) FROM data_removed_said",
                                    ROW "data_removed_said ORDER BY id, label_id"};
    return list_rows(s, &removed, a, out, n, err);
}

/* The decoded copy of an object at that rate, if there is one. */
static mote_status find_decoded(mote_store *s, const mote_sha256 *object, double rate_hz,
                                mote_sha256 *decoded, bool *found, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT decoded FROM data_sample WHERE object = ?1 AND "
                               "decoded_hz = ?2 AND decoded IS NOT NULL LIMIT 1",
                               &q, err));
    mote_stmt_bind_hash(q, 1, object);
    mote_stmt_bind_i64(q, 2, (int64_t)llround(rate_hz));
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *found = row && mote_stmt_hash(q, 0, decoded);
    return MOTE_OK;
}

mote_status mote_sample_load(mote_store *s, const mote_kind *kind, const mote_sha256 *object,
                             const mote_decoding *cfg, mote_decoded *out, mote_err *err)
{
    mote_sha256 id = *object;
    bool has_copy = false;
    MOTE_TRY(find_decoded(s, object, cfg->rate_hz, &id, &has_copy, err));
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    char name[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(object, name);
    mote_status st = mote_object_get(s, &id, MOTE_OBJECT_MAX_BYTES, &bytes, &n, err);
    if (st == MOTE_NOT_FOUND && mote_history_erased_ms(s, object) > 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "sample %.12s was erased for good with 'mote data "
                         "remove --erase'; what names it cannot be read again",
                         name);
    MOTE_TRY(st);
    mote_decoding wide = *cfg; /* a decoded copy may be longer than its compressed file */
    wide.max_bytes = MOTE_OBJECT_MAX_BYTES;
    return mote_kind_decode(kind, &(mote_file_bytes){name, bytes, n}, &wide, out, err);
}

mote_status mote_sample_lend(const mote_sample_shelf *from, const mote_sha256 *object,
                             const mote_decoding *cfg, mote_loaded *out, mote_err *err)
{
    mote_decoded_cache *cache = from->cache;
    const mote_decoded *kept = cache ? mote_decoded_cache_find(cache, object, cfg) : NULL;
    mote_loaded one = {.is_owned = false};
    if (kept) {
        one.d = *kept;
    } else {
        MOTE_TRY(mote_sample_load(from->store, from->kind, object, cfg, &one.d, err));
        one.is_owned = !cache || !mote_decoded_cache_keep(cache, object, cfg, &one.d);
    }
    *out = one;
    return MOTE_OK;
}

void mote_loaded_done(mote_loaded *one)
{
    if (one->is_owned)
        mote_decoded_release(&one->d);
}
