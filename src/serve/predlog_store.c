/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the prediction log: insert and list. Removing is predlog_erase.c's affair.
 *
 * What is personal is sealed under a key of its subject and day (serve/keyring.h); rows that an
 * older Mote wrote in the clear are read as they are until upkeep has sealed them. */
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/file.h"
#include "serve/intake.h"
#include "serve/predlog_internal.h"

#define PERSON_MAX_BYTES ((size_t)16 << 20)
#define BOUND_BYTES      64
#define ROW_BYTES        256 /* what a row takes besides its sealed part, with indices */
#define KEPT_MORE        5   /* times its bytes, for numbers as text */

/* ---- sealing ---- */

static size_t bind_bytes(const predlog_seal *to, char kind, uint8_t out[BOUND_BYTES])
{
    uint64_t numbers[2] = {(uint64_t)to->key_id, (uint64_t)to->time_ms};
    size_t n = 5;
    memcpy(out, "mote", 4);
    out[4] = (uint8_t)kind;
    for (int i = 0; i < 2; i++)
        for (int b = 0; b < 8; b++)
            out[n++] = (uint8_t)(numbers[i] >> (8 * b));
    memcpy(out + n, to->model_hash.bytes, sizeof to->model_hash.bytes);
    return n + sizeof to->model_hash.bytes;
}

static mote_status seal_into(const predlog_seal *seal, char kind, const void *plain, size_t n,
                             mote_buf *out, mote_err *err)
{
    uint8_t bound[BOUND_BYTES];
    size_t n_bound = bind_bytes(seal, kind, bound);
    MOTE_SCOPED_FREE uint8_t *sealed = mote_alloc(n + MOTE_SEAL_EXTRA_BYTES, 1);
    if (!sealed)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    MOTE_TRY(mote_seal(&(mote_seal_with){&seal->key, bound, n_bound}, plain, n, sealed, err));
    mote_buf_add(out, sealed, n + MOTE_SEAL_EXTRA_BYTES);
    return mote_buf_status(out, err);
}

/* n bytes that seal_into made: *out takes n - MOTE_SEAL_EXTRA_BYTES, and a 0 behind them; owned by
 * the caller. */
static mote_status unseal(const predlog_seal *seal, char kind, const void *sealed, size_t n,
                          char **out, mote_err *err)
{
    uint8_t bound[BOUND_BYTES];
    size_t n_bound = bind_bytes(seal, kind, bound);
    MOTE_SCOPED_FREE char *plain = mote_alloc(n + 1, 1);
    if (!plain)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
    MOTE_TRY(mote_unseal(&(mote_seal_with){&seal->key, bound, n_bound}, sealed, n, (uint8_t *)plain,
                         err));
    plain[n - MOTE_SEAL_EXTRA_BYTES] = '\0';
    *out = plain;
    plain = NULL;
    return MOTE_OK;
}

static void add_text(mote_buf *b, const char *text, size_t n)
{
    mote_buf_u16(b, (uint16_t)n);
    mote_buf_add(b, text, n);
}

static void add_numbers(mote_buf *b, const void *numbers, size_t n)
{
    mote_buf_u32(b, (uint32_t)n);
    mote_buf_add(b, numbers, n * sizeof(float));
}

void predlog_sealed_init(predlog_sealed *x, int64_t now_ms)
{
    *x = (predlog_sealed){.bytes = ROW_BYTES, .now_ms = now_ms};
    mote_buf_init(&x->person, PERSON_MAX_BYTES);
}

void predlog_sealed_release(predlog_sealed *x)
{
    mote_buf_release(&x->person);
}

mote_status predlog_seal_person(const predlog_seal *seal, const predlog_person *p,
                                predlog_sealed *out, mote_err *err)
{
    MOTE_SCOPED_BUF plain;
    mote_buf_init(&plain, PERSON_MAX_BYTES);
    if (p->n_label > UINT16_MAX || p->n_subject > UINT16_MAX || p->n_request_id > UINT16_MAX)
        return mote_fail(err, MOTE_LIMIT, "a text of a prediction is over 65535 bytes");
    mote_buf_u8(&plain, 1);
    mote_buf_i32(&plain, p->class_id);
    add_text(&plain, p->label, p->n_label);
    add_text(&plain, p->subject, p->n_subject);
    add_text(&plain, p->request_id, p->n_request_id);
    add_numbers(&plain, p->probabilities, p->n_probabilities);
    add_numbers(&plain, p->watched, p->n_watched);
    mote_status st = mote_buf_status(&plain, err);
    if (st == MOTE_OK)
        st = seal_into(seal, 'p', plain.data, plain.len, &out->person, err);
    if (plain.data)
        mote_wipe(plain.data, plain.len);
    if (st == MOTE_OK)
        out->bytes += (int64_t)out->person.len;
    return st;
}

static const char *read_text(mote_reader *r, size_t *n)
{
    *n = mote_read_u16(r);
    return (const char *)mote_read_bytes(r, *n);
}

static const void *read_numbers(mote_reader *r, size_t *n)
{
    *n = mote_read_u32(r);
    return mote_read_bytes(r, *n <= PERSON_MAX_BYTES ? *n * sizeof(float) : SIZE_MAX);
}

static mote_status read_person(const char *bytes, size_t n, predlog_person *out, mote_err *err)
{
    mote_reader r;
    mote_reader_init(&r, bytes, n);
    uint8_t version = mote_read_u8(&r);
    out->class_id = mote_read_i32(&r);
    out->label = read_text(&r, &out->n_label);
    out->subject = read_text(&r, &out->n_subject);
    out->request_id = read_text(&r, &out->n_request_id);
    out->probabilities = read_numbers(&r, &out->n_probabilities);
    out->watched = read_numbers(&r, &out->n_watched);
    if (version != 1 || r.failed || mote_reader_left(&r) > 0)
        return mote_fail(err, MOTE_CORRUPT, "a record of the prediction log is damaged");
    return MOTE_OK;
}

mote_status predlog_seal_input(mote_store *s, const predlog_seal *seal, const void *file, size_t n,
                               predlog_sealed *out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, n + MOTE_SEAL_EXTRA_BYTES + 1);
    MOTE_TRY(seal_into(seal, 'i', file, n, &b, err));
    MOTE_TRY(mote_object_put_raw(s, b.data, b.len, out->now_ms, &out->input, err));
    out->has_input = true;
    out->bytes += (int64_t)b.len;
    return MOTE_OK;
}

/* ---- keys ---- */

static mote_status retire_key(mote_store *s, int64_t id, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "UPDATE log_key SET state = 2 WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_stmt_run(q, err);
}

mote_status predlog_key_for(mote_store *s, mote_keyring *keys, const mote_sha256 *subject,
                            predlog_seal *seal, mote_err *err)
{
    const int64_t period = seal->time_ms / PREDLOG_DAY_MS;
    bool row = false;
    {
        MOTE_SCOPED_STMT *q = NULL;
        MOTE_TRY(mote_stmt_prepare(
            s,
            subject ? "SELECT id FROM log_key WHERE subject = ?1 AND period = ?2 AND state = 0"
                    : "SELECT id FROM log_key WHERE ?1 IS NULL AND subject IS NULL "
                      "AND period = ?2 AND state = 0",
            &q, err));
        mote_stmt_bind_hash(q, 1, subject);
        mote_stmt_bind_i64(q, 2, period);
        MOTE_TRY(mote_stmt_step(q, &row, err));
        seal->key_id = row ? mote_stmt_i64(q, 0) : 0;
    }
    if (row) {
        mote_err why = {0};
        mote_status st = mote_keyring_get(keys, seal->key_id, &seal->key, &why);
        if (st == MOTE_OK)
            return MOTE_OK;
        if (st != MOTE_NOT_FOUND)
            return mote_fail(err, st, "%s", why.text);
        MOTE_TRY(retire_key(s, seal->key_id, err)); /* the disk lost it */
    }
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO log_key(subject, period) VALUES (?1, ?2)", &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    mote_stmt_bind_i64(q, 2, period);
    MOTE_TRY(mote_stmt_run(q, err));
    seal->key_id = mote_store_last_id(s);
    return mote_keyring_add(keys, seal->key_id, &seal->key, err);
}

/* ---- insert ---- */

void predlog_boot(char out[PREDLOG_BOOT_BYTES])
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n = 0;
    out[0] = '\0';
    if (mote_file_read("/proc/sys/kernel/random/boot_id", PREDLOG_BOOT_BYTES - 1, &text, &n,
                       NULL) == MOTE_OK)
        (void)mote_format(out, PREDLOG_BOOT_BYTES, "%.*s", (int)strcspn(text, "\n"), text);
}

/* Was this record submitted before the subject withdrew? Monotonic times of one boot hold also when
 * the wall clock was set meanwhile. */
static mote_status is_withdrawn(const predlog_book *book, const mote_sha256 *subject,
                                const predlog_entry *n, bool *withdrawn, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(
        book->store, "SELECT time_ms, mono_us, boot FROM withdrawal WHERE subject = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, subject);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        *withdrawn = false;
    else if (book->boot[0] && mote_str_eq(book->boot, mote_stmt_text(q, 2)))
        *withdrawn = n->mono_us <= mote_stmt_i64(q, 1);
    else
        *withdrawn = n->time_ms <= mote_stmt_i64(q, 0);
    return MOTE_OK;
}

static mote_status seal_entry_input(mote_store *s, const predlog_seal *seal, const predlog_entry *n,
                                    predlog_sealed *out, mote_err *err)
{
    MOTE_SCOPED_BUF file;
    mote_buf_init(&file, n->in_bytes * KEPT_MORE + 16384);
    if (n->is_as_kept) {
        mote_buf_add(&file, n->input, n->in_bytes);
        MOTE_TRY(mote_buf_status(&file, err));
    } else {
        MOTE_TRY(n->intake->encode(n->of, n->input, n->n_in, &file, err));
    }
    return predlog_seal_input(s, seal, file.data, file.len, out, err);
}

static predlog_person person_of(const predlog_entry *n)
{
    return (predlog_person){.class_id = n->n_labels ? n->class_id : -1,
                            .label = n->label,
                            .n_label = n->n_labels ? strlen(n->label) : 0,
                            .subject = n->consent.subject,
                            .n_subject = strlen(n->consent.subject),
                            .request_id = n->request_id,
                            .n_request_id = strlen(n->request_id),
                            .probabilities = n->probabilities,
                            .n_probabilities = (size_t)n->n_labels,
                            .watched = n->watched,
                            .n_watched = (size_t)n->n_watched};
}

static mote_status insert_row(mote_store *s, const predlog_entry *n, const predlog_seal *seal,
                              const predlog_sealed *x, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO prediction(time_ms, expires_ms, model, version, model_hash, purpose, subject, "
        "request_id, watched, input, input_kind, infer_us, key, sealed, bytes, kept_as) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, '', '', x'', ?7, CASE WHEN ?8 IS NULL OR ?8 = 'wav' "
        "THEN ?8 ELSE 'f32' END, ?9, ?10, ?11, ?12, ?8)",
        &q, err));
    mote_stmt_bind_i64(q, 1, n->time_ms);
    mote_stmt_bind_i64(q, 2, n->expires_ms);
    mote_stmt_bind_text(q, 3, n->model);
    mote_stmt_bind_text(q, 4, n->version);
    mote_stmt_bind_hash(q, 5, &n->model_hash);
    mote_stmt_bind_text(q, 6, n->consent.purpose);
    mote_stmt_bind_hash(q, 7, x->has_input ? &x->input : NULL);
    mote_stmt_bind_text(q, 8, x->has_input ? n->intake->kept_as : NULL);
    mote_stmt_bind_i64(q, 9, n->infer_us);
    mote_stmt_bind_i64(q, 10, seal->key_id);
    mote_stmt_bind_blob(q, 11, x->person.data, x->person.len);
    mote_stmt_bind_i64(q, 12, x->bytes);
    return mote_stmt_run(q, err);
}

/* What the record will take, near enough for the bound. */
static int64_t size_of(const predlog_entry *n)
{
    return ROW_BYTES + (int64_t)(n->input ? n->in_bytes : 0) +
           (int64_t)((size_t)(n->n_labels + n->n_watched) * sizeof(float));
}

mote_status predlog_insert(predlog_book *book, const predlog_entry *n, predlog_fate *fate,
                           mote_err *err)
{
    mote_store *s = book->store;
    mote_sha256 subject;
    predlog_seal seal = {.time_ms = n->time_ms, .model_hash = n->model_hash};
    bool is_named = n->consent.subject[0] != '\0', withdrawn = false;
    if (is_named) {
        MOTE_TRY(mote_keyring_pseudonym(book->keys, n->consent.subject, &subject, err));
        MOTE_TRY(is_withdrawn(book, &subject, n, &withdrawn, err));
    }
    *fate = withdrawn                 ? PREDLOG_WITHDRAWN
            : size_of(n) > book->room ? PREDLOG_FULL
                                      : PREDLOG_WRITTEN;
    if (*fate != PREDLOG_WRITTEN)
        return MOTE_OK;
    MOTE_TRY(predlog_key_for(s, book->keys, is_named ? &subject : NULL, &seal, err));
    PREDLOG_SCOPED_SEALED x;
    predlog_sealed_init(&x, n->time_ms);
    if (n->input)
        MOTE_TRY(seal_entry_input(s, &seal, n, &x, err));
    predlog_person p = person_of(n);
    MOTE_TRY(predlog_seal_person(&seal, &p, &x, err));
    book->room -= x.bytes;
    return insert_row(s, n, &seal, &x, err);
}

mote_status predlog_measure_room(predlog_book *book, const mote_consent_policy *policy,
                                 mote_err *err)
{
    int64_t bytes = 0;
    if (policy->max_log_bytes > 0)
        MOTE_TRY(mote_store_query_i64(book->store, "SELECT bytes FROM log_size", &bytes, err));
    book->room = policy->max_log_bytes > 0 ? policy->max_log_bytes - bytes : INT64_MAX;
    return MOTE_OK;
}

mote_status predlog_note_drops(mote_store *s, const char *reason, int64_t n, int64_t now_ms,
                               mote_err *err)
{
    if (n == 0)
        return MOTE_OK;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO log_drop(reason, n, last_ms) VALUES (?1, ?2, ?3) "
                               "ON CONFLICT(reason) DO UPDATE SET n = n + ?2, last_ms = ?3",
                               &q, err));
    mote_stmt_bind_text(q, 1, reason);
    mote_stmt_bind_i64(q, 2, n);
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}

/* ---- list ---- */

/* The sealed part of a row, opened. `plain` owns the bytes that `p` borrows. */
typedef struct {
    char *plain;
    size_t n_plain;
    predlog_person p;
} opened;

static void close_opened(opened *o)
{
    if (o->plain)
        mote_wipe(o->plain, o->n_plain);
    mote_free(o->plain);
    o->plain = NULL;
}
#define SCOPED_OPENED __attribute__((cleanup(close_opened))) opened

/* The columns that open_row reads, from column 0 on. */
#define PERSON_COLUMNS                                                                             \
    "key, sealed, time_ms, model_hash, class_id, label, subject, request_id, probabilities, "      \
    "watched"
#define N_PERSON_COLUMNS 10

static const char *column_text(mote_stmt *q, int32_t column, size_t *n)
{
    const char *text = mote_stmt_text(q, column);
    *n = text ? strlen(text) : 0;
    return text ? text : "";
}

static const void *column_numbers(mote_stmt *q, int32_t column, size_t *n)
{
    const void *blob = mote_stmt_blob(q, column, n);
    *n /= sizeof(float);
    return blob;
}

/* *found false: its key was destroyed, so nobody can read it any more. */
static mote_status open_row(mote_stmt *q, mote_keyring *keys, opened *o, bool *found, mote_err *err)
{
    predlog_person *p = &o->p;
    predlog_seal seal = {.key_id = mote_stmt_i64(q, 0), .time_ms = mote_stmt_i64(q, 2)};
    *found = true;
    if (mote_stmt_is_null(q, 0)) { /* of an older Mote, in the clear */
        p->class_id = mote_stmt_is_null(q, 4) ? -1 : (int32_t)mote_stmt_i64(q, 4);
        p->label = column_text(q, 5, &p->n_label);
        p->subject = column_text(q, 6, &p->n_subject);
        p->request_id = column_text(q, 7, &p->n_request_id);
        p->probabilities = column_numbers(q, 8, &p->n_probabilities);
        p->watched = column_numbers(q, 9, &p->n_watched);
        return MOTE_OK;
    }
    size_t n = 0;
    const void *sealed = mote_stmt_blob(q, 1, &n);
    if (!mote_stmt_hash(q, 3, &seal.model_hash))
        return mote_fail(err, MOTE_CORRUPT, "a record of the prediction log names no model");
    mote_err why = {0};
    mote_status st = mote_keyring_get(keys, seal.key_id, &seal.key, &why);
    *found = st != MOTE_NOT_FOUND;
    if (!*found)
        return MOTE_OK;
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    MOTE_TRY(unseal(&seal, 'p', sealed, n, &o->plain, err));
    o->n_plain = n - MOTE_SEAL_EXTRA_BYTES;
    return read_person(o->plain, o->n_plain, p, err);
}

static mote_status copy_floats(const void *from, size_t n, mote_arena *a, const float **out,
                               int32_t *n_out, mote_err *err)
{
    float *values = NULL;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *values, &values, err));
    if (n)
        memcpy(values, from, n * sizeof *values);
    *out = values;
    *n_out = (int32_t)n;
    return MOTE_OK;
}

static mote_status copy_text(const char *text, size_t n, mote_arena *a, const char **out,
                             mote_err *err)
{
    *out = mote_arena_strndup(a, text ? text : "", n);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "out of memory for the prediction log");
}

static mote_status copy_column(mote_stmt *q, int32_t column, mote_arena *a, const char **out,
                               mote_err *err)
{
    const char *text = mote_stmt_text(q, column);
    *out = NULL;
    return text ? copy_text(text, strlen(text), a, out, err) : MOTE_OK;
}

static mote_status copy_row(mote_stmt *q, const predlog_person *p, mote_arena *a,
                            mote_predlog_record *r, mote_err *err)
{
    r->time_ms = mote_stmt_i64(q, 2);
    r->id = mote_stmt_i64(q, N_PERSON_COLUMNS);
    MOTE_TRY(copy_column(q, N_PERSON_COLUMNS + 1, a, &r->model, err));
    MOTE_TRY(copy_column(q, N_PERSON_COLUMNS + 2, a, &r->version, err));
    MOTE_TRY(copy_column(q, N_PERSON_COLUMNS + 3, a, &r->purpose, err));
    r->has_input = mote_stmt_hash(q, N_PERSON_COLUMNS + 4, &r->input);
    MOTE_TRY(copy_column(q, N_PERSON_COLUMNS + 5, a, &r->input_kind, err));
    r->infer_us = mote_stmt_i64(q, N_PERSON_COLUMNS + 6);
    r->class_id = p->class_id;
    r->label = NULL;
    if (p->class_id >= 0)
        MOTE_TRY(copy_text(p->label, p->n_label, a, &r->label, err));
    MOTE_TRY(copy_text(p->subject, p->n_subject, a, &r->subject, err));
    MOTE_TRY(copy_text(p->request_id, p->n_request_id, a, &r->request_id, err));
    MOTE_TRY(
        copy_floats(p->probabilities, p->n_probabilities, a, &r->probabilities, &r->n_labels, err));
    return copy_floats(p->watched, p->n_watched, a, &r->watched, &r->n_watched, err);
}

/* The rows of a page and those behind it, for open_row and copy_row. */
static mote_status prepare_page(mote_store *s, const mote_predlog_page *page, mote_stmt **q,
                                mote_err *err)
{
    if (page->max < 1 || page->max > 1000000)
        return mote_fail(err, MOTE_ARG, "%lld records at a time: the range is 1 to 1000000",
                         (long long)page->max);
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT " PERSON_COLUMNS ", id, model, version, purpose, input, "
                               "coalesce(kept_as, input_kind), infer_us "
                               "FROM prediction "
                               "WHERE id > ?1 AND (?2 IS NULL OR model = ?2) "
                               "AND (?3 IS NULL OR model_hash = ?3) ORDER BY id",
                               q, err));
    mote_stmt_bind_i64(*q, 1, page->after_id);
    mote_stmt_bind_text(*q, 2, page->model);
    mote_stmt_bind_hash(*q, 3, page->bundle);
    return MOTE_OK;
}

mote_status mote_predlog_list(mote_store *s, const mote_predlog_page *page, mote_arena *a,
                              mote_predlog_record **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_SCOPED_STMT *q = NULL;
    mote_predlog_record *records = NULL;
    const size_t max = (size_t)page->max;
    size_t count = 0;
    MOTE_TRY(prepare_page(s, page, &q, err));
    MOTE_TRY(mote_arena_take(a, max, sizeof *records, &records, err));
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    while (count < max) {
        bool row = false, found = false;
        SCOPED_OPENED o = {0};
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(open_row(q, keys, &o, &found, err));
        if (found)
            MOTE_TRY(copy_row(q, &o.p, a, &records[count++], err));
    }
    *out = records;
    *n = count;
    return MOTE_OK;
}

mote_status mote_predlog_watched(mote_store *s, const mote_predlog_page *page, mote_arena *a,
                                 mote_predlog_watch **out, size_t *n, mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_SCOPED_STMT *q = NULL;
    mote_predlog_watch *list = NULL;
    const size_t max = (size_t)page->max;
    size_t count = 0;
    MOTE_TRY(prepare_page(s, page, &q, err));
    MOTE_TRY(mote_arena_take(a, max, sizeof *list, &list, err));
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    for (; count < max; count++) {
        bool row = false, found = false;
        SCOPED_OPENED o = {0};
        mote_predlog_watch *w = &list[count];
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(open_row(q, keys, &o, &found, err));
        w->id = mote_stmt_i64(q, N_PERSON_COLUMNS);
        w->time_ms = mote_stmt_i64(q, 2);
        MOTE_TRY(copy_floats(o.p.watched, found ? o.p.n_watched : 0, a, &w->values, &w->n, err));
    }
    *out = list;
    *n = count;
    return MOTE_OK;
}

mote_status mote_predlog_input(mote_store *s, int64_t id, size_t max_bytes, char **out, size_t *len,
                               mote_err *err)
{
    MOTE_SCOPED_KEYRING *keys = NULL;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_SCOPED_FREE char *bytes = NULL;
    mote_sha256 input;
    predlog_seal seal;
    bool row = false;
    size_t n = 0;
    MOTE_TRY(mote_stmt_prepare(
        s, "SELECT input, key, time_ms, model_hash FROM prediction WHERE id = ?1", &q, err));
    mote_stmt_bind_i64(q, 1, id);
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row || !mote_stmt_hash(q, 0, &input) || !mote_stmt_hash(q, 3, &seal.model_hash))
        return mote_fail(err, MOTE_NOT_FOUND, "prediction %lld has no input that was kept",
                         (long long)id);
    seal.key_id = mote_stmt_i64(q, 1);
    seal.time_ms = mote_stmt_i64(q, 2);
    if (mote_stmt_is_null(q, 1))
        return mote_object_get(s, &input, max_bytes, out, len, err);
    MOTE_TRY(mote_keyring_create(s, &keys, err));
    MOTE_TRY(mote_keyring_get(keys, seal.key_id, &seal.key, err));
    MOTE_TRY(mote_object_get(s, &input, max_bytes + MOTE_SEAL_EXTRA_BYTES, &bytes, &n, err));
    MOTE_TRY(unseal(&seal, 'i', bytes, n, out, err));
    *len = n - MOTE_SEAL_EXTRA_BYTES;
    return MOTE_OK;
}
