/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading versions of the data: see version.h. The text format is in manifest.c. */
#include "data/version.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/deal.h"
#include "data/deal_negative.h"
#include "data/deal_rows.h"

#define MAX_MANIFEST_BYTES ((size_t)1 << 30)

static const char *const split_names[MOTE_N_SPLITS] = {"train", "validation", "test"};

const char *mote_split_name(mote_split split)
{
    return split_names[split];
}

bool mote_split_parse(const char *name, mote_split *out)
{
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        if (mote_str_eq(name, split_names[i])) {
            *out = (mote_split)i;
            return true;
        }
    }
    return false;
}

size_t mote_version_n_in(const mote_version_item *it, mote_split split)
{
    size_t n = 0;
    if (!it->rows)
        return mote_version_used(it) && it->split == split ? 1 : 0;
    for (size_t i = 0; i < it->n_rows; i++)
        n += it->rows[i] == (uint8_t)split;
    return n;
}

bool mote_builtin_split(const char *group, mote_split *out)
{
    if (!mote_sample_is_builtin(group))
        return false;
    const char *name = group + strlen(MOTE_GROUP_BUILTIN);
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        size_t n = strlen(split_names[i]);
        if (strncmp(name, split_names[i], n) == 0 && name[n] == ':') {
            *out = (mote_split)i;
            return true;
        }
    }
    return false;
}

mote_version_config mote_version_config_default(void)
{
    return (mote_version_config){.fractions = {0.7, 0.15, 0.15}, .note = ""};
}

mote_version_config mote_version_config_of(const mote_project *p)
{
    return (mote_version_config){.fractions = {p->data.train, p->data.validation, p->data.test},
                                 .seed = (uint64_t)p->data.split_seed,
                                 .by_time = strcmp(p->data.split_by, "time") == 0,
                                 .labels = mote_project_labels(p)->items,
                                 .n_labels = mote_project_labels(p)->n,
                                 .of_words = mote_project_is_of_words(p),
                                 .words_apart = p->unknown,
                                 .table = p->table,
                                 .note = ""};
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

mote_status mote_version_labels(const mote_data_version *v, bool is_value, mote_arena *a,
                                mote_names *out, mote_err *err)
{
    const char **items = NULL;
    size_t n = 0, n_different = 0;
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *items, &items, err));
    for (size_t i = 0; i < v->n; i++) {
        const mote_version_item *it = &v->items[i];
        bool is_wanted = it->role == MOTE_ROLE_EXAMPLE && !isnan(it->value) == is_value;
        if (is_wanted && (n == 0 || strcmp(items[n - 1], it->label) != 0))
            items[n++] = it->label;
    }
    qsort(items, n, sizeof *items, compare_texts);
    for (size_t i = 0; i < n; i++)
        if (n_different == 0 || strcmp(items[i], items[n_different - 1]) != 0)
            items[n_different++] = items[i];
    *out = (mote_names){items, n_different};
    return MOTE_OK;
}

/* ---- what goes in -------------------------------------------------------------------------- */

static int compare_content(const void *a, const void *b)
{
    const mote_sample_row *x = *(const mote_sample_row *const *)a;
    const mote_sample_row *y = *(const mote_sample_row *const *)b;
    int c = memcmp(x->content_hash.bytes, y->content_hash.bytes, sizeof x->content_hash.bytes);
    if (c == 0)
        c = (x->from_us > y->from_us) - (x->from_us < y->from_us);
    if (c == 0)
        c = (x->to_us > y->to_us) - (x->to_us < y->to_us);
    return c ? c : (x->id > y->id) - (x->id < y->id);
}

static bool is_same_content(const mote_sample_row *x, const mote_sample_row *y)
{
    return mote_sha256_equal(&x->content_hash, &y->content_hash) && x->from_us == y->from_us &&
           x->to_us == y->to_us;
}

bool mote_version_asks_for(const mote_version_config *cfg, const char *label)
{
    for (size_t i = 0; i < cfg->n_labels; i++) {
        if (strcmp(label, cfg->labels[i]) == 0)
            return true;
    }
    return false;
}

/* May one recording stand under both labels? Two that nobody asks for are the same to the
 * model: both are _unknown_. */
static bool agree(const mote_version_config *cfg, const mote_sample_row *x,
                  const mote_sample_row *y)
{
    if (strcmp(x->label, y->label) == 0)
        return true;
    return cfg->labels && x->role == MOTE_ROLE_EXAMPLE && y->role == MOTE_ROLE_EXAMPLE &&
           strcmp(x->label, MOTE_CLASS_SILENCE) != 0 && strcmp(y->label, MOTE_CLASS_SILENCE) != 0 &&
           !mote_version_asks_for(cfg, x->label) && !mote_version_asks_for(cfg, y->label);
}

/* Rows without duplicates and contradictions, packed to the front of `rows`; *n becomes less. */
static void leave_out(mote_sample_row **rows, size_t *n, const mote_version_config *cfg,
                      mote_version_report *report)
{
    qsort(rows, *n, sizeof *rows, compare_content);
    size_t kept = 0;
    for (size_t first = 0, end; first < *n; first = end) {
        bool do_agree = true;
        for (end = first; end < *n && is_same_content(rows[end], rows[first]); end++)
            do_agree = do_agree && agree(cfg, rows[end], rows[first]);
        if (do_agree) {
            rows[kept++] = rows[first];
            report->n_duplicates += end - first - 1;
        } else {
            report->n_contradictions += end - first;
        }
    }
    *n = kept;
}

static int compare_items(const void *a, const void *b)
{
    const mote_version_item *x = a, *y = b;
    if (x->role != y->role)
        return x->role < y->role ? -1 : 1;
    int c = strcmp(x->label, y->label);
    if (c == 0)
        c = memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
    if (c == 0)
        c = strcmp(x->group, y->group);
    return c ? c : (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

/* Does a row of the store go in? What is not built in does. */
static bool is_wanted(const mote_version_config *cfg, const mote_sample_row *r)
{
    const uint32_t builtin = cfg->builtin;
    if (!mote_sample_is_builtin(r->group))
        return true;
    if (r->role == MOTE_ROLE_BACKGROUND)
        return builtin & MOTE_BUILTIN_NOISES;
    mote_split split;
    bool has_split = mote_builtin_split(r->group, &split);
    const bool is_asked = mote_version_asks_for(cfg, r->label);
    const uint32_t all = is_asked ? MOTE_BUILTIN_SPOKEN : MOTE_BUILTIN_WORDS;
    const uint32_t train = is_asked ? MOTE_BUILTIN_SPOKEN_TRAIN : MOTE_BUILTIN_WORDS_TRAIN;
    return has_split && (builtin & all || (builtin & train && split == MOTE_SPLIT_TRAIN));
}

static mote_status gather(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                          mote_data_version *v, mote_version_report *report, mote_err *err)
{
    mote_sample_row *all = NULL;
    size_t n = 0;
    MOTE_TRY(mote_sample_list(s, a, &all, &n, err));
    mote_sample_row **rows = NULL;
    size_t n_rows = n;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *rows, &rows, err));
    n = 0;
    for (size_t i = 0; i < n_rows; i++) {
        if (is_wanted(cfg, &all[i]))
            rows[n++] = &all[i];
    }
    if (n == 0)
        return mote_data_nothing(cfg->of_words, err);
    leave_out(rows, &n, cfg, report);
    MOTE_TRY(mote_arena_take(a, n, sizeof *v->items, &v->items, err));
    for (size_t i = 0; i < n; i++) {
        const mote_sample_row *r = rows[i];
        v->items[i] = (mote_version_item){.object = r->object,
                                          .kind = r->kind,
                                          .role = r->role,
                                          .label = r->label,
                                          .group = r->group,
                                          .time_ms = r->taken_ms ? r->taken_ms : r->added_ms,
                                          .value = r->value,
                                          .from_us = r->from_us,
                                          .to_us = r->to_us,
                                          .duration_us = r->to_us > 0 ? r->to_us - r->from_us
                                                                      : r->duration_us};
        (void)mote_builtin_split(r->group, &v->items[i].split);
        v->n_background += r->role == MOTE_ROLE_BACKGROUND;
        v->n_negative += r->role == MOTE_ROLE_NEGATIVE;
        v->duration_us += r->role == MOTE_ROLE_EXAMPLE ? r->duration_us : 0;
    }
    v->n = n;
    qsort(v->items, n, sizeof *v->items, compare_items);
    return MOTE_OK;
}

/* ---- the table of versions ----------------------------------------------------------------- */

#define ENTRY_COLUMNS "number, manifest, created_ms, note, n_samples, duration_us"

static mote_status read_entry(mote_stmt *q, mote_arena *a, mote_version_entry *e, mote_err *err)
{
    e->number = mote_stmt_i64(q, 0);
    e->created_ms = mote_stmt_i64(q, 2);
    e->n_samples = mote_stmt_i64(q, 4);
    e->duration_us = mote_stmt_i64(q, 5);
    if (!mote_stmt_hash(q, 1, &e->id))
        return mote_fail(err, MOTE_CORRUPT, "data version v%lld in the store is damaged",
                         (long long)e->number);
    const char *note = mote_stmt_text(q, 3);
    e->note = mote_arena_strdup(a, note ? note : "");
    return e->note ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "list of data versions");
}

mote_status mote_version_list(mote_store *s, mote_arena *a, mote_version_entry **out, size_t *n,
                              mote_err *err)
{
    int64_t expected = 0;
    MOTE_TRY(mote_store_query_i64(s, "SELECT count(*) FROM data_version", &expected, err));
    mote_version_entry *entries = NULL;
    MOTE_TRY(mote_arena_take(a, (size_t)expected + 1, sizeof *entries, &entries, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT " ENTRY_COLUMNS " FROM data_version ORDER BY number", &q,
                               err));
    size_t count = 0;
    while (count < (size_t)expected) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        MOTE_TRY(read_entry(q, a, &entries[count], err));
        count++;
    }
    *out = entries;
    *n = count;
    return MOTE_OK;
}

/* The entry that `name` means; every version is in `entries`, oldest first. */
static mote_status find_entry(const char *name, const mote_version_entry *entries, size_t n,
                              const mote_version_entry **out, mote_err *err)
{
    if (n == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "there is no data version yet; make one with "
                         "'mote data version'");
    *out = NULL;
    if (strcmp(name, "latest") == 0) {
        *out = &entries[n - 1];
        return MOTE_OK;
    }
    const char *digits = name[0] == 'v' ? name + 1 : name;
    int64_t number = 0;
    bool is_number = mote_parse_i64(digits, strlen(digits), &number);
    size_t len = strlen(name), n_found = 0;
    for (size_t i = 0; i < n; i++) {
        char hex[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(&entries[i].id, hex);
        bool by_hash = len >= 8 && len < sizeof hex && strncmp(hex, name, len) == 0;
        if (by_hash || (is_number && len < 8 && entries[i].number == number)) {
            /* The same manifest may come again later (A, B, A): that is one and the same data. */
            if (!*out || !mote_sha256_equal(&(*out)->id, &entries[i].id))
                n_found++;
            *out = &entries[i];
        }
    }
    if (n_found > 1)
        return mote_fail(err, MOTE_ARG, "data version '%s': more than one hash starts like that",
                         name);
    if (n_found == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "data version '%s': not there; there are v%lld to "
                         "v%lld ('mote data version --list')",
                         name, (long long)entries[0].number, (long long)entries[n - 1].number);
    return MOTE_OK;
}

static void take_entry(mote_data_version *v, const mote_version_entry *e)
{
    v->number = e->number;
    v->id = e->id;
    v->created_ms = e->created_ms;
    v->note = e->note;
}

static mote_status load_entry(mote_store *s, const mote_version_entry *entry, mote_arena *a,
                              mote_data_version *out, mote_err *err)
{
    size_t len = 0;
    MOTE_SCOPED_FREE char *text = NULL;
    MOTE_TRY(mote_object_get(s, &entry->id, MAX_MANIFEST_BYTES, &text, &len, err));
    mote_data_version v;
    mote_status st = mote_manifest_parse(text, len, a, &v, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "v%lld", (long long)entry->number);
    take_entry(&v, entry);
    *out = v;
    return MOTE_OK;
}

mote_status mote_version_load(mote_store *s, const char *name, mote_arena *a,
                              mote_data_version *out, mote_err *err)
{
    mote_version_entry *entries = NULL;
    const mote_version_entry *entry = NULL;
    size_t n = 0;
    MOTE_TRY(mote_version_list(s, a, &entries, &n, err));
    MOTE_TRY(find_entry(name, entries, n, &entry, err));
    return load_entry(s, entry, a, out, err);
}

/* ---- making one ---------------------------------------------------------------------------- */

static size_t count_samples(const mote_data_version *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++)
        n += mote_version_n(&v->items[i]);
    return n;
}

static mote_status save_row(mote_store *s, mote_data_version *v, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO data_version (manifest, created_ms, note, n_samples,"
                               " duration_us) VALUES (?1, ?2, ?3, ?4, ?5)",
                               &q, err));
    mote_stmt_bind_hash(q, 1, &v->id);
    mote_stmt_bind_i64(q, 2, v->created_ms);
    mote_stmt_bind_text(q, 3, v->note);
    mote_stmt_bind_i64(q, 4, (int64_t)count_samples(v));
    mote_stmt_bind_i64(q, 5, v->duration_us);
    MOTE_TRY(mote_stmt_run(q, err));
    v->number = mote_store_last_id(s);
    for (size_t i = 0; i < v->n; i++)
        MOTE_TRY(mote_object_link(s, &v->id, &v->items[i].object, err));
    return MOTE_OK;
}

/* Does a version say what a manifest of this hash says? One that an older Mote wrote does in other
 * words. */
static mote_status says_the_same_text(mote_store *s, const mote_version_entry *e,
                                      const mote_sha256 *id, bool *same, mote_err *err)
{
    *same = mote_sha256_equal(&e->id, id);
    if (*same)
        return MOTE_OK;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)4 << 30);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, MAX_MANIFEST_BYTES);
    mote_data_version v;
    mote_status st = load_entry(s, e, &a, &v, err);
    if (st == MOTE_NOT_FOUND || st == MOTE_CORRUPT) /* then it says nothing */
        return MOTE_OK;
    MOTE_TRY(st);
    MOTE_TRY(mote_manifest_write(&v, &text, err));
    mote_sha256 again = mote_sha256_of(text.data, text.len);
    *same = mote_sha256_equal(&again, id);
    return MOTE_OK;
}

/* Save v unless the latest version says the same. */
static mote_status save(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                        mote_data_version *v, mote_version_report *report, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, MAX_MANIFEST_BYTES);
    MOTE_TRY(mote_manifest_write(v, &text, err));
    v->id = mote_sha256_of(text.data, text.len);
    mote_version_entry *entries = NULL;
    size_t n = 0;
    MOTE_TRY(mote_version_list(s, a, &entries, &n, err));
    bool is_latest = false;
    if (n > 0)
        MOTE_TRY(says_the_same_text(s, &entries[n - 1], &v->id, &is_latest, err));
    if (is_latest) {
        take_entry(v, &entries[n - 1]);
        return MOTE_OK;
    }
    report->is_new = true;
    v->created_ms = cfg->now_ms;
    v->note = mote_arena_strdup(a, cfg->note ? cfg->note : "");
    if (!v->note)
        return mote_fail(err, MOTE_NOMEM, "data version");
    MOTE_TRY(mote_object_put(s, text.data, text.len, cfg->now_ms, &v->id, err));
    return save_row(s, v, err);
}

mote_status mote_data_nothing(bool of_words, mote_err *err)
{
    return mote_fail(err, MOTE_NOT_FOUND, "there is no data yet: add %s with 'mote data add DIR'%s",
                     of_words ? "recordings" : "some",
                     of_words ? ", or make some with 'mote data synth'" : "");
}

mote_status mote_version_create(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                                mote_data_version *out, mote_version_report *report, mote_err *err)
{
    mote_data_version v = {.seed = cfg->seed};
    mote_version_report r = {0};
    memcpy(v.fractions, cfg->fractions, sizeof v.fractions);
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(gather(s, cfg, a, &v, &r, err));
    MOTE_TRY(mote_deal_splits(s, cfg, a, &v, &r, err));
    MOTE_TRY(mote_deal_rows(s, cfg, a, &v, &r, err));
    MOTE_TRY(mote_deal_negatives(s, cfg, a, &v, err));
    MOTE_TRY(save(s, cfg, a, &v, &r, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    *out = v;
    *report = r;
    return MOTE_OK;
}

/* ---- differences --------------------------------------------------------------------------- */

static int compare_identity(const void *a, const void *b)
{
    const mote_version_item *x = *(const mote_version_item *const *)a;
    const mote_version_item *y = *(const mote_version_item *const *)b;
    int c = memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
    if (c == 0)
        c = strcmp(x->group, y->group);
    if (c == 0)
        c = (x->from_us > y->from_us) - (x->from_us < y->from_us);
    return c ? c : strcmp(x->label, y->label);
}

static mote_status by_identity(const mote_data_version *v, mote_arena *a,
                               const mote_version_item ***out, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof **out, out, err));
    for (size_t i = 0; i < v->n; i++)
        (*out)[i] = &v->items[i];
    qsort(*out, v->n, sizeof **out, compare_identity);
    return MOTE_OK;
}

/* Order of (object, group, start of the span) alone: the same stretch, whatever is said of it. */
static int compare_recording(const mote_version_item *x, const mote_version_item *y)
{
    int c = memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
    if (c == 0)
        c = strcmp(x->group, y->group);
    return c ? c : (x->from_us > y->from_us) - (x->from_us < y->from_us);
}

static bool is_same_value(const mote_version_item *x, const mote_version_item *y)
{
    return isnan(x->value) ? isnan(y->value) : x->value >= y->value && x->value <= y->value;
}

static bool says_the_same(const mote_version_item *x, const mote_version_item *y)
{
    return x->role == y->role && strcmp(x->label, y->label) == 0 && x->to_us == y->to_us &&
           is_same_value(x, y) && x->n_rows == y->n_rows &&
           (x->n_rows == 0 || memcmp(x->rows, y->rows, x->n_rows) == 0) &&
           (x->role == MOTE_ROLE_BACKGROUND || (x->split == y->split && x->word == y->word));
}

mote_status mote_version_diff(const mote_data_version *before, const mote_data_version *after,
                              mote_arena *a, mote_version_change **out, size_t *n, mote_err *err)
{
    const mote_version_item **old = NULL, **new = NULL;
    mote_version_change *changes = NULL;
    MOTE_TRY(by_identity(before, a, &old, err));
    MOTE_TRY(by_identity(after, a, &new, err));
    MOTE_TRY(mote_arena_take(a, before->n + after->n + 1, sizeof *changes, &changes, err));
    size_t count = 0;
    for (size_t i = 0, j = 0; i < before->n || j < after->n;) {
        int c = i == before->n ? 1 : j == after->n ? -1 : compare_recording(old[i], new[j]);
        if (c < 0)
            changes[count++] = (mote_version_change){MOTE_DIFF_REMOVED, old[i], NULL};
        else if (c > 0)
            changes[count++] = (mote_version_change){MOTE_DIFF_ADDED, NULL, new[j]};
        else if (!says_the_same(old[i], new[j]))
            changes[count++] = (mote_version_change){MOTE_DIFF_CHANGED, old[i], new[j]};
        i += c <= 0 ? 1 : 0;
        j += c >= 0 ? 1 : 0;
    }
    *out = changes;
    *n = count;
    return MOTE_OK;
}
