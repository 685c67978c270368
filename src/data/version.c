/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading versions of the data: see version.h. The text format is in manifest.c. */
#include "data/version.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/provided.h"
#include "data/split.h"

#define MAX_MANIFEST_BYTES ((size_t)1 << 30)

static const char *const split_names[MOTE_N_SPLITS] = {"train", "validation", "test"};

const char *mote_split_name(mote_split split) { return split_names[split]; }

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

mote_version_config mote_version_config_default(void)
{
    return (mote_version_config){.fractions = {0.7, 0.15, 0.15}, .note = ""};
}

void mote_version_time_share(const double fractions[MOTE_N_SPLITS], mote_split split, double *from,
                             double *to)
{
    double at = 0.0;
    for (int i = 0; i < (int)split; i++)
        at += fractions[i];
    *from = at;
    *to = split == MOTE_N_SPLITS - 1 ? 1.0 : at + fractions[split];
}

/* ---- what goes in -------------------------------------------------------------------------- */

static int compare_sound(const void *a, const void *b)
{
    const mote_sample_row *x = *(const mote_sample_row *const *)a;
    const mote_sample_row *y = *(const mote_sample_row *const *)b;
    int c = memcmp(x->pcm_hash.bytes, y->pcm_hash.bytes, sizeof x->pcm_hash.bytes);
    return c ? c : (x->id > y->id) - (x->id < y->id);
}

/* Rows without duplicates and contradictions, packed to the front of `rows`; *n becomes less. */
static void leave_out(mote_sample_row **rows, size_t *n, mote_version_report *report)
{
    qsort(rows, *n, sizeof *rows, compare_sound);
    size_t kept = 0;
    for (size_t first = 0, end; first < *n; first = end) {
        bool agree = true;
        for (end = first; end < *n && mote_sha256_equal(&rows[end]->pcm_hash,
                                                        &rows[first]->pcm_hash); end++)
            agree = agree && strcmp(rows[end]->label, rows[first]->label) == 0;
        if (agree) {
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
    return c ? c : strcmp(x->group, y->group);
}

static mote_status gather(mote_store *s, mote_arena *a, mote_data_version *v,
                          mote_version_report *report, mote_err *err)
{
    mote_sample_row *all = NULL;
    size_t n = 0;
    MOTE_TRY(mote_sample_list(s, a, &all, &n, err));
    if (n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no data yet; add recordings with "
                         "'mote data add FOLDER' or make some with 'mote data synth'");
    mote_sample_row **rows = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *rows, &rows, err));
    for (size_t i = 0; i < n; i++)
        rows[i] = &all[i];
    leave_out(rows, &n, report);
    MOTE_TRY(mote_arena_take(a, n, sizeof *v->items, &v->items, err));
    for (size_t i = 0; i < n; i++) {
        const mote_sample_row *r = rows[i];
        v->items[i] = (mote_version_item){.object = r->object, .role = r->role, .label = r->label,
                                          .group = r->group, .duration_us = r->duration_us};
        if (r->role == MOTE_ROLE_BACKGROUND)
            v->n_background++;
        else
            v->duration_us += r->duration_us;
    }
    v->n = n;
    qsort(v->items, n, sizeof *v->items, compare_items);
    return MOTE_OK;
}

/* ---- groups and labels of a version -------------------------------------------------------- */

/* Item i belongs to groups[group_of[i]]; -1 for background recordings. */
typedef struct {
    mote_split_group *groups;    /* sorted by name */
    size_t n_groups;
    int32_t n_labels;
    int32_t *group_of;
} grouping;

typedef struct {
    const mote_version_item *item;
    int32_t label;
    size_t index;
} member;

static int compare_members(const void *a, const void *b)
{
    const member *x = a, *y = b;
    int c = strcmp(x->item->group, y->item->group);
    if (c == 0)
        c = (x->label > y->label) - (x->label < y->label);
    return c ? c : (x->index > y->index) - (x->index < y->index);
}

/* Items are sorted by role and label, so labels are numbered on the way. */
static mote_status find_members(const mote_data_version *v, mote_arena *a, member **out, size_t *n,
                                int32_t *n_labels, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof **out, out, err));
    const char *label = NULL;
    for (size_t i = 0; i < v->n; i++) {
        if (v->items[i].role != MOTE_ROLE_KEYWORD)
            continue;
        if (!label || strcmp(label, v->items[i].label) != 0)
            (*n_labels)++;
        label = v->items[i].label;
        (*out)[(*n)++] = (member){&v->items[i], *n_labels - 1, i};
    }
    qsort(*out, *n, sizeof **out, compare_members);
    return MOTE_OK;
}

static mote_status group_items(const mote_data_version *v, mote_arena *a, grouping *g,
                               mote_err *err)
{
    member *members = NULL;
    size_t n = 0;
    MOTE_TRY(find_members(v, a, &members, &n, &g->n_labels, err));
    mote_split_count *counts = NULL;             /* one per (group, label) that occurs: at most n */
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *counts, &counts, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *g->groups, &g->groups, err));
    MOTE_TRY(mote_arena_take(a, v->n + 1, sizeof *g->group_of, &g->group_of, err));
    for (size_t i = 0; i < v->n; i++)
        g->group_of[i] = -1;
    size_t n_counts = 0;
    for (size_t i = 0; i < n; i++) {
        const member *m = &members[i];
        bool new_group = i == 0 || strcmp(m->item->group, members[i - 1].item->group) != 0;
        if (new_group)
            g->groups[g->n_groups++] = (mote_split_group){.name = m->item->group, .part = -1,
                                                          .counts = counts + n_counts};
        mote_split_group *grp = &g->groups[g->n_groups - 1];
        if (new_group || members[i - 1].label != m->label) {
            counts[n_counts++] = (mote_split_count){m->label, 0};
            grp->n_counts++;
        }
        counts[n_counts - 1].n++;
        g->group_of[m->index] = (int32_t)(g->n_groups - 1);
    }
    return MOTE_OK;
}

/* ---- splits -------------------------------------------------------------------------------- */

/* The part that every known group has, and what was provided for the others. */
static mote_status load_parts(mote_store *s, grouping *g, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT split FROM data_split WHERE grp = ?1", &q, err));
    for (size_t i = 0; i < g->n_groups; i++) {
        bool row = false;
        mote_stmt_bind_text(q, 1, g->groups[i].name);
        MOTE_TRY(mote_stmt_step(q, &row, err));
        mote_split split;
        if (row && mote_split_parse(mote_stmt_text(q, 0), &split))
            g->groups[i].part = (int32_t)split;
        else
            MOTE_TRY(mote_split_provided(s, g->groups[i].name, &g->groups[i].allowed, err));
        mote_stmt_reset(q);
    }
    return MOTE_OK;
}

static mote_status save_part(mote_store *s, const mote_split_group *g, int64_t now_ms,
                             mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO data_split (grp, split, decided_ms) "
                               "VALUES (?1, ?2, ?3)", &q, err));
    mote_stmt_bind_text(q, 1, g->name);
    mote_stmt_bind_text(q, 2, mote_split_name((mote_split)g->part));
    mote_stmt_bind_i64(q, 3, now_ms);
    return mote_stmt_run(q, err);
}

static mote_status split_items(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                               mote_data_version *v, mote_version_report *report, mote_err *err)
{
    grouping g = {0};
    MOTE_TRY(group_items(v, a, &g, err));
    MOTE_TRY(load_parts(s, &g, err));
    bool *is_new = NULL;
    MOTE_TRY(mote_arena_take(a, g.n_groups + 1, sizeof *is_new, &is_new, err));
    for (size_t i = 0; i < g.n_groups; i++)
        is_new[i] = g.groups[i].part < 0;
    mote_split_deck deck = {.groups = g.groups, .n_groups = g.n_groups, .n_labels = g.n_labels,
                            .fractions = cfg->fractions, .n_parts = MOTE_N_SPLITS,
                            .seed = cfg->seed};
    MOTE_TRY(mote_split_deal(&deck, a, err));
    for (size_t i = 0; i < g.n_groups; i++) {
        if (!is_new[i])
            continue;
        MOTE_TRY(save_part(s, &g.groups[i], cfg->now_ms, err));
        report->n_new_groups++;
    }
    for (size_t i = 0; i < v->n; i++) {
        if (g.group_of[i] >= 0)
            v->items[i].split = (mote_split)g.groups[g.group_of[i]].part;
    }
    return MOTE_OK;
}

mote_status mote_version_folds(const mote_data_version *v, int32_t k, uint64_t seed, mote_arena *a,
                               int32_t **fold, mote_err *err)
{
    if (k < 2 || k > 20)
        return mote_fail(err, MOTE_ARG, "%d folds, possible are 2 to 20", (int)k);
    grouping g = {0};
    MOTE_TRY(group_items(v, a, &g, err));
    if (g.n_groups < (size_t)k)
        return mote_fail(err, MOTE_ARG, "%d folds need at least %d groups (speakers), there are "
                         "%zu", (int)k, (int)k, g.n_groups);
    double shares[MOTE_SPLIT_MAX_PARTS];
    for (int32_t i = 0; i < k; i++)
        shares[i] = 1.0 / k;
    mote_split_deck deck = {.groups = g.groups, .n_groups = g.n_groups, .n_labels = g.n_labels,
                            .fractions = shares, .n_parts = k, .seed = seed};
    MOTE_TRY(mote_split_deal(&deck, a, err));
    for (size_t i = 0; i < v->n; i++)
        g.group_of[i] = g.group_of[i] >= 0 ? g.groups[g.group_of[i]].part : -1;
    *fold = g.group_of;
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
    MOTE_TRY(mote_stmt_prepare(s, "SELECT " ENTRY_COLUMNS " FROM data_version ORDER BY number",
                               &q, err));
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
        return mote_fail(err, MOTE_NOT_FOUND, "there is no data version yet; make one with "
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
        return mote_fail(err, MOTE_NOT_FOUND, "data version '%s': not there; there are v%lld to "
                         "v%lld ('mote data version --list')", name, (long long)entries[0].number,
                         (long long)entries[n - 1].number);
    return MOTE_OK;
}

static void take_entry(mote_data_version *v, const mote_version_entry *e)
{
    v->number = e->number;
    v->id = e->id;
    v->created_ms = e->created_ms;
    v->note = e->note;
}

mote_status mote_version_load(mote_store *s, const char *name, mote_arena *a,
                              mote_data_version *out, mote_err *err)
{
    mote_version_entry *entries = NULL;
    const mote_version_entry *entry = NULL;
    size_t n = 0, len = 0;
    MOTE_TRY(mote_version_list(s, a, &entries, &n, err));
    MOTE_TRY(find_entry(name, entries, n, &entry, err));
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

/* ---- making one ---------------------------------------------------------------------------- */

static mote_status save_row(mote_store *s, mote_data_version *v, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "INSERT INTO data_version (manifest, created_ms, note, n_samples,"
                               " duration_us) VALUES (?1, ?2, ?3, ?4, ?5)", &q, err));
    mote_stmt_bind_hash(q, 1, &v->id);
    mote_stmt_bind_i64(q, 2, v->created_ms);
    mote_stmt_bind_text(q, 3, v->note);
    mote_stmt_bind_i64(q, 4, (int64_t)v->n);
    mote_stmt_bind_i64(q, 5, v->duration_us);
    MOTE_TRY(mote_stmt_run(q, err));
    v->number = mote_store_last_id(s);
    for (size_t i = 0; i < v->n; i++)
        MOTE_TRY(mote_object_link(s, &v->id, &v->items[i].object, err));
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
    if (n > 0 && mote_sha256_equal(&entries[n - 1].id, &v->id)) {
        take_entry(v, &entries[n - 1]);
        return MOTE_OK;
    }
    report->is_new = true;
    v->created_ms = cfg->now_ms;
    v->note = mote_arena_strdup(a, cfg->note ? cfg->note : "");
    if (!v->note)
        return mote_fail(err, MOTE_NOMEM, "data version");
    MOTE_TRY(mote_object_put(s, text.data, text.len, 0, cfg->now_ms, &v->id, err));
    return save_row(s, v, err);
}

mote_status mote_version_create(mote_store *s, const mote_version_config *cfg, mote_arena *a,
                                mote_data_version *out, mote_version_report *report, mote_err *err)
{
    mote_data_version v = {.seed = cfg->seed};
    mote_version_report r = {0};
    memcpy(v.fractions, cfg->fractions, sizeof v.fractions);
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(gather(s, a, &v, &r, err));
    MOTE_TRY(split_items(s, cfg, a, &v, &r, err));
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

/* Order of (object, group) alone: the same recording, whatever is said of it. */
static int compare_recording(const mote_version_item *x, const mote_version_item *y)
{
    int c = memcmp(x->object.bytes, y->object.bytes, sizeof x->object.bytes);
    return c ? c : strcmp(x->group, y->group);
}

static bool says_the_same(const mote_version_item *x, const mote_version_item *y)
{
    return x->role == y->role && strcmp(x->label, y->label) == 0 &&
           (x->role == MOTE_ROLE_BACKGROUND || x->split == y->split);
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
