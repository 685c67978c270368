/* SPDX-License-Identifier: Apache-2.0 */
/* Imports, removals and the way back: see history.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "data/history.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "base/unicode.h"

#define COLUMNS                                                                                    \
    "object, kind, content_hash, decoded, decoded_hz, role, grp, source, origin, provenance, "     \
    "duration_us, facts, added_ms, import_id, file, taken_ms"

static const char *const kind_names[] = {"add", "remove"};

mote_status mote_history_begin(mote_store *s, const mote_history_event *event, int64_t *id,
                               mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "INSERT INTO data_import (kind, what, who, started_ms) "
                               "VALUES (?1, ?2, ?3, ?4)",
                               &q, err));
    mote_stmt_bind_text(q, 1, kind_names[event->kind]);
    mote_stmt_bind_text(q, 2, event->what);
    mote_stmt_bind_text(q, 3, event->who ? event->who : "");
    mote_stmt_bind_i64(q, 4, event->at_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    *id = mote_store_last_id(s);
    return MOTE_OK;
}

static mote_status run_with(mote_store *s, const char *sql, int64_t first, int64_t second,
                            int64_t third, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_i64(q, 1, first);
    if (strstr(sql, "?2"))
        mote_stmt_bind_i64(q, 2, second);
    if (strstr(sql, "?3"))
        mote_stmt_bind_i64(q, 3, third);
    return mote_stmt_run(q, err);
}

mote_status mote_history_take(mote_store *s, int64_t sample, int64_t by, int64_t now_ms,
                              mote_err *err)
{
    static const char copy[] =
        "INSERT INTO data_removed (sample_id, " COLUMNS ", removed_by, removed_ms) "
        "SELECT id, " COLUMNS ", ?2, ?3 FROM data_sample WHERE id = ?1";
    MOTE_TRY(run_with(s, copy, sample, by, now_ms, err));
    return run_with(s, "DELETE FROM data_sample WHERE id = ?1", sample, 0, 0, err);
}

/* ---- files ----------------------------------------------------------------------------------- */

static mote_status absolute(const char *path, mote_arena *a, char **out, mote_err *err)
{
    char full[4096];
    if (!realpath(path, full))
        return mote_fail_errno(err, "find '%s'", path);
    *out = mote_arena_strdup(a, full);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "a path");
}

mote_status mote_history_file(const mote_store *s, const char *path, mote_arena *a, char **out,
                              mote_err *err)
{
    char *full = NULL, *project = NULL;
    MOTE_TRY(absolute(path, a, &full, err));
    MOTE_TRY(absolute(mote_store_project(s), a, &project, err));
    size_t n = strlen(project);
    bool inside = strncmp(full, project, n) == 0 && full[n] == '/';
    *out = inside ? full + n + 1 : full;
    return MOTE_OK;
}

mote_status mote_history_path(const mote_store *s, const char *file, mote_arena *a, char **out,
                              mote_err *err)
{
    return mote_path_join(a, mote_store_project(s), file, out, err);
}

int64_t mote_history_erased_ms(mote_store *s, const mote_sha256 *object)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    if (mote_stmt_prepare(s, "SELECT erased_ms FROM data_erased WHERE object = ?1", &q, NULL) !=
        MOTE_OK)
        return 0;
    mote_stmt_bind_hash(q, 1, object);
    return mote_stmt_step(q, &row, NULL) == MOTE_OK && row ? mote_stmt_i64(q, 0) : 0;
}

/* ---- removing -------------------------------------------------------------------------------- */

typedef struct {
    mote_store *store;
    mote_arena *arena;
    const mote_remove_config *cfg;
    const mote_remove_wish *wish;
    const char *label, *group, *below; /* of the wish, as they are kept */
    mote_remove_report report;
} remover;

static mote_status normal(mote_arena *a, const char *name, const char **out, mote_err *err)
{
    char *text = NULL;
    *out = name;
    if (!name || !mote_utf8_valid(name, strlen(name)))
        return MOTE_OK;
    MOTE_TRY(mote_text_nfc(name, strlen(name), a, &text, err));
    *out = text;
    return MOTE_OK;
}

bool mote_history_is_there(const char *path)
{
    struct stat info;
    char file[4096];
    const char *slash = strrchr(path, '/');
    return mote_path_exists(path) ||
           (slash && mote_format(file, sizeof file, "%.*s", (int)(slash - path), path) &&
            stat(file, &info) == 0 && S_ISREG(info.st_mode));
}

/* The folder or file itself, or what lies below it. */
static bool is_below(const char *file, const char *folder)
{
    size_t n = strlen(folder);
    return file && strncmp(file, folder, n) == 0 && (file[n] == '/' || file[n] == '\0');
}

static mote_status fits(remover *r, const mote_sample_row *row, bool *yes, mote_err *err)
{
    const mote_remove_wish *w = r->wish;
    char hex[MOTE_SHA256_HEX_BYTES];
    mote_sha256_hex(&row->object, hex);
    *yes = (!r->label || strcmp(row->label, r->label) == 0) &&
           (!r->group || strcmp(row->group, r->group) == 0) &&
           (!w->origin || strcmp(row->origin, w->origin) == 0) &&
           (!w->sample || strncmp(hex, w->sample, strlen(w->sample)) == 0) &&
           (!w->import || row->import_id == w->import) &&
           (!r->below || is_below(row->file, r->below) || is_below(row->source, w->below));
    if (!*yes || !w->gone)
        return MOTE_OK;
    char *path = NULL;
    *yes = row->file != NULL;
    if (!*yes)
        return MOTE_OK;
    MOTE_TRY(mote_history_path(r->store, row->file, r->arena, &path, err));
    *yes = !mote_history_is_there(path);
    return MOTE_OK;
}

static mote_status is_in_version(mote_store *s, const mote_sha256 *object, bool *yes, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT 1 FROM object_link WHERE child = ?1 AND parent IN "
                               "(SELECT manifest FROM data_version) LIMIT 1",
                               &q, err));
    mote_stmt_bind_hash(q, 1, object);
    return mote_stmt_step(q, yes, err);
}

/* Rows that fit. An erasure finds also what was taken out before; such a row has no id here. */
static mote_status find_rows(remover *r, mote_err *err)
{
    mote_sample_row *now = NULL, *before = NULL, *rows = NULL;
    size_t n_now = 0, n_before = 0;
    MOTE_TRY(mote_sample_list(r->store, r->arena, &now, &n_now, err));
    if (r->cfg->erase)
        MOTE_TRY(mote_sample_list_removed(r->store, r->arena, &before, &n_before, err));
    size_t n = n_now + n_before;
    MOTE_TRY(mote_arena_take(r->arena, n + 1, sizeof *rows, &rows, err));
    for (size_t i = 0; i < n; i++) {
        rows[i] = i < n_now ? now[i] : before[i - n_now];
        rows[i].id = i < n_now ? rows[i].id : 0;
    }
    r->report.rows = rows;
    for (size_t i = 0; i < n; i++) {
        bool yes = false, in_version = false;
        MOTE_TRY(fits(r, &rows[i], &yes, err));
        if (!yes)
            continue;
        MOTE_TRY(is_in_version(r->store, &rows[i].object, &in_version, err));
        r->report.n_in_versions += in_version ? 1 : 0;
        rows[r->report.n++] = rows[i];
    }
    if (r->report.n == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "none of %zu recordings is like that", n);
    return MOTE_OK;
}

static mote_status check_wish(const mote_remove_wish *w, mote_err *err)
{
    if (!w->label && !w->group && !w->origin && !w->sample && !w->below && !w->import && !w->gone)
        return mote_fail(err, MOTE_ARG,
                         "say which recordings: by label, group, origin, import, "
                         "sample, path, or those whose file is gone");
    size_t n = w->sample ? strlen(w->sample) : 8;
    if (n < 8 || n >= MOTE_SHA256_HEX_BYTES)
        return mote_fail(err, MOTE_ARG, "sample '%s': expected 8 to 64 leading digits of its hash",
                         w->sample);
    return MOTE_OK;
}

/* ---- erasing --------------------------------------------------------------------------------- */

static mote_status run_on(mote_store *s, const char *sql, const mote_sha256 *object, int64_t now_ms,
                          mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, sql, &q, err));
    mote_stmt_bind_hash(q, 1, object);
    if (strstr(sql, "?2"))
        mote_stmt_bind_i64(q, 2, now_ms);
    return mote_stmt_run(q, err);
}

/* Forget that anything names the object, unless another sample still is it. */
static mote_status forget_object(remover *r, const mote_sha256 *object, bool *free_now,
                                 mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool other = false;
    MOTE_TRY(run_on(r->store, "DELETE FROM data_removed WHERE object = ?1", object, 0, err));
    MOTE_TRY(mote_stmt_prepare(r->store,
                               "SELECT 1 FROM data_sample WHERE object = ?1 OR decoded = "
                               "?1 LIMIT 1",
                               &q, err));
    mote_stmt_bind_hash(q, 1, object);
    MOTE_TRY(mote_stmt_step(q, &other, err));
    mote_stmt_reset(q);
    *free_now = !other;
    if (other)
        return MOTE_OK;
    MOTE_TRY(run_on(r->store, "DELETE FROM object_link WHERE child = ?1", object, 0, err));
    return run_on(r->store,
                  "INSERT INTO data_erased (object, erased_ms) VALUES (?1, ?2) "
                  "ON CONFLICT (object) DO UPDATE SET erased_ms = excluded.erased_ms",
                  object, r->cfg->now_ms, err);
}

static mote_status decoded_of(mote_store *s, const mote_sha256 *object, mote_sha256 *out, bool *has,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT decoded FROM data_sample WHERE object = ?1 AND decoded "
                               "NOT NULL UNION SELECT decoded FROM data_removed WHERE object = ?1 "
                               "AND decoded NOT NULL LIMIT 1",
                               &q, err));
    mote_stmt_bind_hash(q, 1, object);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *has = row && mote_stmt_hash(q, 0, out);
    return MOTE_OK;
}

/* Rows go in one transaction, then the bytes, object by object: what a crash leaves has no row that
 * names it and goes with the next collection. */
static mote_status erase_rows(remover *r, mote_err *err)
{
    size_t n = r->report.n, n_objects = 0;
    mote_sha256 *objects = NULL;
    MOTE_TRY(mote_arena_take(r->arena, 2 * n, sizeof *objects, &objects, err));
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(r->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        bool has = false;
        objects[n_objects++] = r->report.rows[i].object;
        MOTE_TRY(decoded_of(r->store, &r->report.rows[i].object, &objects[n_objects], &has, err));
        n_objects += has ? 1 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        MOTE_TRY(run_with(r->store, "DELETE FROM data_sample WHERE id = ?1", r->report.rows[i].id,
                          0, 0, err));
    }
    size_t n_free = 0;
    for (size_t i = 0; i < n_objects; i++) {
        bool is_free = false;
        MOTE_TRY(forget_object(r, &objects[i], &is_free, err));
        if (is_free)
            objects[n_free++] = objects[i];
    }
    MOTE_TRY(mote_sample_sweep_labels(r->store, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    for (size_t i = 0; i < n_free; i++) {
        MOTE_TRY(mote_object_erase(r->store, &objects[i], err));
        r->report.n_objects_erased++;
    }
    return MOTE_OK;
}

static mote_status take_rows(remover *r, mote_err *err)
{
    const mote_remove_wish *w = r->wish;
    char what[400], import[32] = "";
    if (w->import)
        (void)mote_format(import, sizeof import, " import %lld", (long long)w->import);
    (void)mote_format(
        what, sizeof what, "%s%.100s%s%.100s%s%s%s%.64s%s%.100s%s%s", w->label ? " label " : "",
        w->label ? w->label : "", w->group ? " group " : "", w->group ? w->group : "",
        w->origin ? " origin " : "", w->origin ? w->origin : "", w->sample ? " sample " : "",
        w->sample ? w->sample : "", w->below ? " below " : "", w->below ? w->below : "", import,
        w->gone ? " files that are gone" : "");
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(r->store, &txn, err));
    MOTE_TRY(mote_history_begin(
        r->store, &(mote_history_event){MOTE_HISTORY_REMOVE, what + 1, r->cfg->who, r->cfg->now_ms},
        &r->report.id, err));
    for (size_t i = 0; i < r->report.n; i++)
        MOTE_TRY(
            mote_history_take(r->store, r->report.rows[i].id, r->report.id, r->cfg->now_ms, err));
    return mote_store_commit(&txn, err);
}

mote_status mote_data_remove(mote_store *s, const mote_remove_wish *wish,
                             const mote_remove_config *cfg, mote_arena *a, mote_remove_report *out,
                             mote_err *err)
{
    remover r = {.store = s, .arena = a, .cfg = cfg, .wish = wish, .below = wish->below};
    MOTE_TRY(check_wish(wish, err));
    MOTE_TRY(normal(a, wish->label, &r.label, err));
    MOTE_TRY(normal(a, wish->group, &r.group, err));
    if (wish->below && mote_path_exists(wish->below)) {
        char *file = NULL;
        MOTE_TRY(mote_history_file(s, wish->below, a, &file, err));
        r.below = file;
    }
    MOTE_TRY(find_rows(&r, err));
    if (!cfg->dry_run)
        MOTE_TRY(cfg->erase ? erase_rows(&r, err) : take_rows(&r, err));
    *out = r.report;
    return MOTE_OK;
}

/* ---- the way back ---------------------------------------------------------------------------- */

static mote_status find_last(mote_store *s, mote_arena *a, mote_undo_report *r, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    bool row = false;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT id, kind, what, who, started_ms FROM data_import "
                               "WHERE undone_ms IS NULL ORDER BY id DESC LIMIT 1",
                               &q, err));
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no import or removal to undo");
    r->id = mote_stmt_i64(q, 0);
    r->kind =
        mote_str_eq(mote_stmt_text(q, 1), kind_names[1]) ? MOTE_HISTORY_REMOVE : MOTE_HISTORY_ADD;
    r->what = mote_arena_strdup(a, mote_stmt_text(q, 2));
    r->who = mote_arena_strdup(a, mote_stmt_text(q, 3));
    r->started_ms = mote_stmt_i64(q, 4);
    return r->what && r->who ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "the last import");
}

mote_status mote_data_undo(mote_store *s, int64_t now_ms, mote_arena *a, mote_undo_report *out,
                           mote_err *err)
{
    mote_undo_report r = {0};
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(find_last(s, a, &r, err));
    MOTE_TRY(run_with(s, "DELETE FROM data_sample WHERE import_id = ?1", r.id, 0, 0, err));
    r.n_removed = (size_t)mote_store_changes(s);
    /* What came in again meanwhile, under the same names, is there already. */
    static const char restore[] =
        "INSERT INTO data_sample (id, " COLUMNS ") SELECT sample_id, " COLUMNS
        " FROM data_removed r WHERE removed_by = ?1 AND NOT EXISTS (SELECT 1 FROM data_said s "
        "WHERE s.object = r.object AND s.grp = r.grp AND s.label = coalesce((SELECT min(l.label) "
        "FROM data_label l WHERE l.sample_id = r.sample_id), "
        "CASE r.role WHEN 'negative' THEN '" MOTE_LABEL_NEGATIVE "' ELSE '" MOTE_LABEL_BACKGROUND
        "' END)) ORDER BY id";
    MOTE_TRY(run_with(s, restore, r.id, 0, 0, err));
    r.n_restored = (size_t)mote_store_changes(s);
    MOTE_TRY(run_with(s, "DELETE FROM data_removed WHERE removed_by = ?1", r.id, 0, 0, err));
    MOTE_TRY(mote_sample_sweep_labels(s, err));
    MOTE_TRY(
        run_with(s, "UPDATE data_import SET undone_ms = ?2 WHERE id = ?1", r.id, now_ms, 0, err));
    /* A split that came with it goes too, unless a version has dealt by it. */
    MOTE_TRY(mote_store_exec(s,
                             "DELETE FROM data_split_provided WHERE grp NOT IN (SELECT grp FROM "
                             "data_sample) AND grp NOT IN (SELECT grp FROM data_split)",
                             err));
    MOTE_TRY(mote_store_commit(&txn, err));
    *out = r;
    return MOTE_OK;
}
