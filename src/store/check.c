/* SPDX-License-Identifier: Apache-2.0 */
/* The examination of the store: see check.h. Each check is one function that adds what it finds. */
#include "store/check.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/store_internal.h"

#define LIST_MAX_BYTES  ((size_t)1 << 30)
#define TEXT_BYTES      1200
#define MOST_COMPLAINTS 20 /* of the database itself */
#define WAL_BYTES       ((int64_t)64 << 20)
#define LEAST_FREE      ((int64_t)32 << 20)
#define LITTLE_FREE     ((int64_t)256 << 20)
#define LEAST_NODES     1000
#define GRACE_MS        ((int64_t)3600 * 1000)
#define DAY_MS          ((int64_t)24 * 3600 * 1000)
#define YEAR_2024_MS    1704067200000
#define YEAR_2100_MS    4102444800000
#define DEEPEST         16

typedef struct {
    mote_store *s;
    const mote_check_config *cfg;
    mote_symptoms *list;
    mote_check_report r;
} check;

/* ---- the database ---- */

static mote_status add_finding(void *arg, const mote_sql_finding *found, mote_err *err)
{
    check *c = arg;
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = "database",
                      .where = "store.db",
                      .what = found->what,
                      .remedy = "restore '.mote' from a copy"};
    return mote_symptom_add(c->list, &f, err);
}

/* ---- objects ---- */

/* Was it made by a stage, which can make it again? */
static mote_status is_derived(check *c, const mote_sha256 *id, bool *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(c->s, "SELECT 1 FROM stage_object WHERE object = ?1", &q, err));
    mote_stmt_bind_hash(q, 1, id);
    return mote_stmt_step(q, out, err);
}

/* Which tables refer to it, for people: "sample, stage_object". */
static mote_status name_users(check *c, const mote_sha256 *id, mote_buf *out, mote_err *err)
{
    for (const mote_reference *r = mote_references; r->table != NULL; r++) {
        MOTE_SCOPED_STMT *q = NULL;
        bool refers = false;
        char sql[256];
        if (!mote_format(sql, sizeof sql, "SELECT 1 FROM %s WHERE %s = ?1 LIMIT 1", r->table,
                         r->column))
            return mote_fail(err, MOTE_BUG, "reference.def: a name is too long");
        MOTE_TRY(mote_stmt_prepare(c->s, sql, &q, err));
        mote_stmt_bind_hash(q, 1, id);
        MOTE_TRY(mote_stmt_step(q, &refers, err));
        if (refers)
            mote_buf_printf(out, "%s%s", out->len ? ", " : "", r->table);
    }
    MOTE_SCOPED_STMT *linked = NULL;
    bool refers = false;
    MOTE_TRY(mote_stmt_prepare(c->s, "SELECT 1 FROM object_link WHERE child = ?1 LIMIT 1", &linked,
                               err));
    mote_stmt_bind_hash(linked, 1, id);
    MOTE_TRY(mote_stmt_step(linked, &refers, err));
    if (refers)
        mote_buf_printf(out, "%sobject_link", out->len ? ", " : "");
    return mote_buf_status(out, err);
}

static mote_status add_damaged(check *c, const mote_object_info *o, const char *why, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES], what[TEXT_BYTES];
    bool derived = false;
    MOTE_SCOPED_BUF users;
    mote_buf_init(&users, 4096);
    c->r.n_damaged++;
    const mote_blob_name name = {o->id, o->is_compressed};
    MOTE_TRY(c->s->blobs->where(c->s, &name, path, err));
    MOTE_TRY(is_derived(c, &o->id, &derived, err));
    MOTE_TRY(name_users(c, &o->id, &users, err));
    bool is_there = mote_path_exists(path);
    const char *from = strstr(why, path); /* "object file 'path' is missing: restore ..." */
    from = from ? from + strlen(path) + strspn(from + strlen(path), "' ") : why;
    const char *to = strstr(from, ": restore");
    (void)mote_format(what, sizeof what, "%.*s; used by: %s",
                      (int)(to ? (size_t)(to - from) : strlen(from)), from,
                      users.len ? users.data : "nothing ('mote gc' removes it)");
    mote_symptom f = {
        .severity = users.len ? MOTE_SYMPTOM_ERROR : MOTE_SYMPTOM_WARNING,
        .check = "objects",
        .where = path,
        .what = what,
        .is_repairable = derived && is_there,
        .remedy = derived && is_there ? "remove it ('--repair'), then 'mote run' makes it again"
                  : derived ? "'mote run' makes it again, when it is of the present settings; else "
                              "restore it from a copy"
                  : is_there ? "restore it from a copy, or delete it and bring in its source again"
                             : "restore it from a copy, or bring in its source again"};
    if (f.is_repairable && c->cfg->repair) {
        MOTE_TRY(mote_object_drop_file(c->s, &o->id, err));
        f.is_repaired = true;
        f.remedy = "removed; 'mote run' makes it again";
    }
    return mote_symptom_add(c->list, &f, err);
}

static mote_status check_objects(check *c, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, LIST_MAX_BYTES);
    mote_object_info *list = NULL;
    size_t n = 0;
    int64_t total = 0, done = 0;
    MOTE_TRY(mote_object_list(c->s, &a, &list, &n, err));
    for (size_t i = 0; i < n; i++)
        total += list[i].stored_bytes;
    for (size_t i = 0; i < n; i++) {
        MOTE_SCOPED_FREE char *bytes = NULL;
        size_t len = 0;
        mote_err why = {0};
        if (mote_cancelled(c->cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "stopped after %zu of %zu objects", i, n);
        mote_status st =
            mote_object_get(c->s, &list[i].id, MOTE_OBJECT_MAX_BYTES, &bytes, &len, &why);
        if (st == MOTE_NOMEM)
            return mote_fail(err, st, "%s", why.text);
        if (st != MOTE_OK && st != MOTE_NOT_FOUND) /* that: it was collected meanwhile */
            MOTE_TRY(add_damaged(c, &list[i], why.text, err));
        done += list[i].stored_bytes;
        c->r.n_objects++;
        c->r.n_bytes += list[i].stored_bytes;
        if (c->cfg->progress)
            c->cfg->progress(c->cfg->progress_arg, done, total);
    }
    return MOTE_OK;
}

static mote_status check_orphans(check *c, mote_err *err)
{
    mote_gc_report r = {0};
    mote_gc_options o = {.now_ms = c->cfg->now_ms,
                         .grace_ms = GRACE_MS,
                         .dry_run = !c->cfg->repair,
                         .files_only = true,
                         .budget = {.cancel = c->cfg->cancel}};
    if (mote_store_is_read_only(c->s))
        return MOTE_OK; /* nobody can remove them here */
    MOTE_TRY(mote_store_collect(c->s, &o, &r, err));
    if (r.n_rubbish == 0)
        return MOTE_OK;
    char what[TEXT_BYTES], size[24];
    mote_human_bytes((uint64_t)r.rubbish_bytes, size, sizeof size);
    (void)mote_format(what, sizeof what, "%lld files belong to nobody, %s", (long long)r.n_rubbish,
                      size);
    mote_symptom f = {.severity = MOTE_SYMPTOM_WARNING,
                      .check = "orphans",
                      .where = ".mote",
                      .what = what,
                      .remedy = "'--repair' or 'mote gc' removes them",
                      .is_repairable = true,
                      .is_repaired = c->cfg->repair};
    return mote_symptom_add(c->list, &f, err);
}

/* ---- files of the store ---- */

static mote_status check_wal(check *c, mote_err *err)
{
    char path[MOTE_BLOB_PATH_BYTES], what[TEXT_BYTES], size[24];
    struct stat info;
    if (!mote_format(path, sizeof path, "%s/store.db-wal", c->s->dir) || stat(path, &info) != 0)
        return MOTE_OK;
    c->r.wal_bytes = (int64_t)info.st_size;
    if (c->r.wal_bytes < WAL_BYTES && !c->cfg->repair)
        return MOTE_OK;
    mote_err why = {0};
    mote_status st = mote_store_is_read_only(c->s)
                         ? MOTE_OK
                         : mote_store_empty_wal(c->s, 1000, c->cfg->cancel, &why);
    if (st != MOTE_OK && st != MOTE_CONFLICT)
        return mote_fail(err, st, "%s", why.text);
    if (c->r.wal_bytes < WAL_BYTES)
        return MOTE_OK;
    mote_human_bytes((uint64_t)c->r.wal_bytes, size, sizeof size);
    (void)mote_format(what, sizeof what, "the write-ahead log has grown to %s%s%s", size,
                      st == MOTE_OK ? "" : ": ", why.text);
    mote_symptom f = {.severity = MOTE_SYMPTOM_WARNING,
                      .check = "wal",
                      .where = path,
                      .what = what,
                      .remedy = st == MOTE_OK ? "emptied" : "end that program, then 'mote gc'",
                      .is_repairable = true,
                      .is_repaired = st == MOTE_OK && !mote_store_is_read_only(c->s)};
    return mote_symptom_add(c->list, &f, err);
}

typedef struct {
    int64_t n_open, n_foreign;
    char open[512], foreign[512]; /* one of each */
} rights;

static void look_at_rights(check *c, const char *dir, int depth, rights *r)
{
    DIR *d = depth < DEEPEST ? opendir(dir) : NULL;
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        char path[MOTE_BLOB_PATH_BYTES];
        struct stat info;
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            !mote_format(path, sizeof path, "%s/%s", dir, e->d_name) || lstat(path, &info) != 0 ||
            S_ISLNK(info.st_mode))
            continue;
        if ((info.st_mode & 077) != 0) {
            bool mended = c->cfg->repair && chmod(path, info.st_mode & 0700) == 0;
            r->n_open += !mended || c->cfg->repair;
            (void)mote_format(r->open, sizeof r->open, "%.500s", path);
        }
        if (!mote_store_is_read_only(c->s) && access(path, W_OK) != 0) {
            r->n_foreign++;
            (void)mote_format(r->foreign, sizeof r->foreign, "%.500s", path);
        }
        if (S_ISDIR(info.st_mode))
            look_at_rights(c, path, depth + 1, r);
    }
    if (d != NULL)
        (void)closedir(d);
}

static mote_status check_rights(check *c, mote_err *err)
{
    rights r = {0};
    char what[TEXT_BYTES];
    look_at_rights(c, c->s->dir, 0, &r);
    if (r.n_open > 0) {
        (void)mote_format(what, sizeof what, "%lld files or folders are open to other users",
                          (long long)r.n_open);
        mote_symptom f = {.severity = MOTE_SYMPTOM_WARNING,
                          .check = "rights",
                          .where = r.open,
                          .what = what,
                          .remedy = "'--repair', or chmod -R go= .mote",
                          .is_repairable = true,
                          .is_repaired = c->cfg->repair};
        MOTE_TRY(mote_symptom_add(c->list, &f, err));
    }
    if (r.n_foreign == 0)
        return MOTE_OK;
    (void)mote_format(what, sizeof what, "%lld files or folders may not be written by this user",
                      (long long)r.n_foreign);
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = "rights",
                      .where = r.foreign,
                      .what = what,
                      .remedy = "mote was run as another user, perhaps as root: give them back "
                                "with chown -R USER .mote"};
    return mote_symptom_add(c->list, &f, err);
}

/* ---- the machine ---- */

static mote_status check_space(check *c, mote_err *err)
{
    struct statvfs disk;
    char what[TEXT_BYTES], size[24];
    if (statvfs(c->s->dir, &disk) != 0)
        return MOTE_OK;
    int64_t left = (int64_t)((uint64_t)disk.f_bavail * disk.f_frsize);
    c->r.free_bytes = left;
    bool few_nodes = disk.f_files > 0 && disk.f_favail < LEAST_NODES;
    if (left >= LITTLE_FREE && !few_nodes)
        return MOTE_OK;
    mote_human_bytes((uint64_t)left, size, sizeof size);
    if (few_nodes && left >= LITTLE_FREE)
        (void)mote_format(what, sizeof what, "room for %llu more files is left on this disk",
                          (unsigned long long)disk.f_favail);
    else
        (void)mote_format(what, sizeof what, "%s is left on this disk", size);
    mote_symptom f = {.severity = left < LEAST_FREE || few_nodes ? MOTE_SYMPTOM_ERROR
                                                                 : MOTE_SYMPTOM_WARNING,
                      .check = "space",
                      .where = c->s->dir,
                      .what = what,
                      .remedy = "make room; 'mote gc' removes what nothing uses"};
    return mote_symptom_add(c->list, &f, err);
}

static mote_status check_clock(check *c, mote_err *err)
{
    int64_t newest_ms = 0;
    MOTE_TRY(mote_store_query_i64(c->s,
                                  "SELECT max(coalesce((SELECT max(put_ms) FROM object), 0), "
                                  "coalesce((SELECT max(started_ms) FROM stage_attempt), 0), "
                                  "coalesce((SELECT max(time_ms) FROM prediction), 0))",
                                  &newest_ms, err));
    char now[32], newest[32], what[TEXT_BYTES];
    mote_time_iso(c->cfg->now_ms, now, sizeof now);
    mote_time_iso(newest_ms, newest, sizeof newest);
    bool is_absurd = c->cfg->now_ms < YEAR_2024_MS || c->cfg->now_ms > YEAR_2100_MS;
    if (!is_absurd && newest_ms <= c->cfg->now_ms + DAY_MS)
        return MOTE_OK;
    if (is_absurd)
        (void)mote_format(what, sizeof what, "it says %s", now);
    else
        (void)mote_format(what, sizeof what, "it says %s, and the newest row is of %s", now,
                          newest);
    mote_symptom f = {.severity = MOTE_SYMPTOM_ERROR,
                      .check = "clock",
                      .where = "this machine",
                      .what = what,
                      .remedy = "set the clock: retention and schedules count by it"};
    return mote_symptom_add(c->list, &f, err);
}

mote_status mote_store_examine(mote_store *s, const mote_check_config *cfg, mote_symptoms *list,
                               mote_check_report *out, mote_err *err)
{
    check c = {.s = s, .cfg = cfg, .list = list};
    MOTE_TRY(check_clock(&c, err));
    MOTE_TRY(check_space(&c, err));
    MOTE_TRY(check_rights(&c, err));
    MOTE_TRY(s->sql->check(s, MOST_COMPLAINTS, add_finding, &c, err));
    MOTE_TRY(check_objects(&c, err));
    MOTE_TRY(check_orphans(&c, err));
    MOTE_TRY(check_wal(&c, err));
    *out = c.r;
    return MOTE_OK;
}
