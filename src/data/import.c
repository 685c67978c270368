/* SPDX-License-Identifier: Apache-2.0 */
/* Import of a tree of recordings: see import.h; what there is and what would become of it is found
 * out in import_plan.c.
 *
 * A portion at a time:  read + hash (pool) -> known? (store) -> decode (pool) -> put, commit.
 * A portion ends at batch_files files or BATCH_BYTES bytes, whichever comes first, so memory stays
 * bounded whatever the size of the files. */
#include "data/import.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "data/history.h"
#include "data/import_internal.h"
#include "data/pattern.h"

#define BATCH_BYTES     ((int64_t)64 << 20)
#define MAX_BATCH_FILES 1024

/* A file while it is being taken in: one per place in a portion. */
typedef struct {
    const mote_import_item *it;
    char *bytes;       /* owned */
    const char *file;  /* as it is kept, lives as long as the importer's arena */
    const char *whole; /* the same of the file that it is a part of: it was one sample before the
                          project said whose its rows are; NULL: it is no part */
    mote_sample_draft draft;
    bool known;
    mote_status status;
    mote_err err;
} job;

mote_import_config mote_import_config_default(const mote_kind *kind)
{
    return (mote_import_config){
        .kind = kind, .decoding = kind->decoding(), .part = MOTE_N_PROVIDED, .batch_files = 64};
}

/* ---- one portion --------------------------------------------------------------------------- */

typedef struct {
    const mote_import_config *cfg;
    job *jobs;
} portion;

/* The bytes of a part of a file, which is as a file of its own. */
static mote_status read_inside(const portion *p, job *j, size_t *n)
{
    mote_map map;
    mote_buf b;
    MOTE_TRY(mote_map_open(j->it->disk, &map, &j->err));
    mote_buf_init(&b, p->cfg->decoding.max_bytes);
    const mote_file_bytes whole = {j->it->disk, map.data, map.len};
    mote_status st = p->cfg->kind->part_file(&whole, j->it->inside, &b, &j->err);
    mote_map_release(&map);
    if (st == MOTE_OK) {
        *n = b.len;
        j->bytes = b.data; /* owned by the job from here on */
    } else {
        mote_buf_release(&b);
    }
    return st;
}

static void read_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    portion *p = arg;
    job *j = &p->jobs[piece];
    if (j->it->refused) {
        j->status = mote_fail(&j->err, MOTE_ARG, "%s", j->it->refused);
        return;
    }
    size_t n = 0;
    if (j->it->set)
        j->status = mote_import_read_member(j->it, &j->bytes, &n, &j->err);
    else if (j->it->inside)
        j->status = read_inside(p, j, &n);
    else
        j->status = mote_file_read(j->it->disk, p->cfg->decoding.max_bytes, &j->bytes, &n, &j->err);
    if (j->status == MOTE_OK)
        mote_sample_draft_hash(&(mote_file_bytes){j->it->full, j->bytes, n}, &j->draft);
}

static void decode_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    portion *p = arg;
    job *j = &p->jobs[piece];
    if (j->status == MOTE_OK && !j->known)
        j->status = mote_sample_draft_decode(&j->draft, p->cfg->kind, &p->cfg->decoding, &j->err);
}

static mote_sample_facts facts_of(const mote_importer *im, const job *j)
{
    const mote_import_item *it = j->it;
    return (mote_sample_facts){.role = it->role,
                               .origin = MOTE_ORIGIN_FILE,
                               .label = it->label,
                               .is_given = it->is_given,
                               .group = it->group,
                               .source = it->full,
                               .file = j->file,
                               .import = im->report.import_id};
}

static void release_jobs(job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mote_sample_draft_release(&jobs[i].draft);
        mote_free(jobs[i].bytes);
    }
}

/* How many items from `first` make the next portion: at least one. */
static size_t portion_size(const mote_importer *im, size_t first)
{
    size_t limit = im->cfg->batch_files ? im->cfg->batch_files : 64;
    limit = limit < MAX_BATCH_FILES ? limit : MAX_BATCH_FILES;
    int64_t bytes = 0;
    size_t n = 0;
    while (n < limit && first + n < im->n_items) {
        bytes += im->items[first + n].bytes;
        if (n > 0 && bytes > BATCH_BYTES)
            break;
        n++;
    }
    return n;
}

/* The reason without the path in front, which the report shows anyway. */
static const char *bare_reason(const job *j)
{
    size_t n = strlen(j->it->full);
    const char *t = j->err.text;
    if (t[0] != '\'' || strncmp(t + 1, j->it->full, n) != 0 || t[n + 1] != '\'')
        return t;
    t += n + 2;
    return t[0] == ':' && t[1] == ' ' ? t + 2 : t[0] == ' ' ? t + 1 : j->err.text;
}

static mote_status reject(mote_importer *im, const job *j, mote_err *err)
{
    mote_import_rejected *r = &im->report.rejected[im->report.total.n_rejected];
    r->path = j->it->full;
    r->reason = mote_arena_strdup(im->arena, bare_reason(j));
    if (!r->reason)
        return mote_fail(err, MOTE_NOMEM, "import: list of rejected files");
    im->report.total.n_rejected++;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store,
                               "INSERT INTO data_rejected (source, reason, rejected_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT (source) DO UPDATE SET "
                               "reason = ?2, rejected_ms = ?3",
                               &q, err));
    mote_stmt_bind_text(q, 1, r->path);
    mote_stmt_bind_text(q, 2, r->reason);
    mote_stmt_bind_i64(q, 3, im->cfg->now_ms);
    return mote_stmt_run(q, err);
}

static mote_status forget_rejection(mote_importer *im, const char *full, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store, "DELETE FROM data_rejected WHERE source = ?1", &q, err));
    mote_stmt_bind_text(q, 1, full);
    return mote_stmt_run(q, err);
}

/* ---- what a file was before ------------------------------------------------------------------ */

/* The samples that came from this file. *same: one of them is what the file is now, and nothing is
 * to be replaced; else *stale[0..n_stale) are to go. */
typedef struct {
    bool same;
    int64_t stale[16];
    size_t n_stale;
} past;

static mote_status find_past(mote_importer *im, const job *j, past *p, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    mote_sample_names names;
    mote_sample_facts facts = facts_of(im, j);
    *p = (past){.same = false};
    MOTE_TRY(mote_sample_names_of(&j->draft, &facts, &names, err));
    MOTE_TRY(mote_stmt_prepare(im->store,
                               "SELECT id, object, label, grp, to_us FROM data_said WHERE "
                               "(file = ?1 OR file = ?3 OR (file IS NULL AND source = ?2)) AND "
                               "origin = 'file' ORDER BY id",
                               &q, err));
    mote_stmt_bind_text(q, 1, j->file);
    mote_stmt_bind_text(q, 3, j->whole ? j->whole : j->file);
    mote_stmt_bind_text(q, 2, j->it->full);
    for (;;) {
        bool row = false;
        mote_sha256 object;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        bool same = mote_stmt_hash(q, 1, &object) && mote_sha256_equal(&object, &j->draft.object) &&
                    (mote_str_eq(mote_stmt_text(q, 2), names.label) || mote_stmt_i64(q, 4) > 0) &&
                    mote_str_eq(mote_stmt_text(q, 3), names.group);
        p->same = p->same || same;
        if (!same && p->n_stale < sizeof p->stale / sizeof p->stale[0])
            p->stale[p->n_stale++] = mote_stmt_i64(q, 0);
    }
}

/* The number of this import, which begins with the first change. */
static mote_status begin_history(mote_importer *im, mote_err *err)
{
    if (im->report.import_id)
        return MOTE_OK;
    return mote_history_begin(
        im->store, &(mote_history_event){MOTE_HISTORY_ADD, im->root, im->cfg->who, im->cfg->now_ms},
        &im->report.import_id, err);
}

static mote_status replace_past(mote_importer *im, const past *p, mote_err *err)
{
    if (p->same || im->cfg->keep || p->n_stale == 0)
        return MOTE_OK;
    MOTE_TRY(begin_history(im, err));
    for (size_t i = 0; i < p->n_stale; i++)
        MOTE_TRY(
            mote_history_take(im->store, p->stale[i], im->report.import_id, im->cfg->now_ms, err));
    im->report.total.n_replaced++;
    return MOTE_OK;
}

/* A split that came with the recording. A group that is elsewhere already stays there. */
static mote_status provide(mote_importer *im, const job *j, const mote_sample_facts *facts,
                           mote_err *err)
{
    mote_sample_names names;
    mote_err why = {0};
    mote_provided_part part = im->cfg->part == MOTE_N_PROVIDED ? j->it->part : im->cfg->part;
    if (part == MOTE_N_PROVIDED || j->it->role == MOTE_ROLE_BACKGROUND)
        return MOTE_OK;
    MOTE_TRY(mote_sample_names_of(&j->draft, facts, &names, err));
    mote_status st = mote_split_provide(im->store, names.group, part, im->cfg->now_ms, &why);
    if (st == MOTE_OK) {
        im->report.n_provided++;
    } else if (st == MOTE_CONFLICT) {
        if (im->report.n_split_conflicts++ == 0)
            im->report.split_conflict = mote_arena_strdup(im->arena, why.text);
    } else {
        return mote_fail(err, st, "%s", why.text);
    }
    return MOTE_OK;
}

static mote_status tell_found(mote_importer *im, const mote_decoded *d, mote_err *err)
{
    MOTE_SCOPED_JSON *found = im->cfg->kind->found(d);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 22);
    if (found)
        mote_json_write(&b, found, false);
    im->report.found = b.data ? mote_arena_strdup(im->arena, b.data) : NULL;
    return im->report.found ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "import");
}

/* What the samples look like, and where their labels come from. */
static mote_status tell_seen(mote_importer *im, const mote_decoded *d, mote_err *err)
{
    const char *from = im->cfg->label_from;
    mote_buf b;
    mote_buf_init(&b, 4096);
    im->cfg->kind->tell(d, &b);
    mote_buf_printf(&b, "; labels from %s%s",
                    im->cfg->label  ? "the command line"
                    : from && *from ? "data.label_from: "
                    : d->n_said > 0 ? "the file"
                                    : "the folder",
                    !im->cfg->label && from ? from : "");
    im->report.seen = b.data ? mote_arena_strdup(im->arena, b.data) : NULL;
    mote_buf_release(&b);
    if (im->cfg->kind->found)
        MOTE_TRY(tell_found(im, d, err));
    return im->report.seen ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "import");
}

static void count_added(mote_importer *im, const job *j)
{
    mote_import_report *r = &im->report;
    r->total.n_added++;
    r->total.added_us += j->draft.decoded.duration_us;
    r->n_examples += j->it->role == MOTE_ROLE_EXAMPLE;
    r->n_background += j->it->role == MOTE_ROLE_BACKGROUND;
    r->n_negative += j->it->role == MOTE_ROLE_NEGATIVE;
}

/* The first sample in words, and whether this one goes with those before. */
static mote_status look_at_sample(mote_importer *im, job *j, mote_err *err)
{
    const mote_kind *k = im->cfg->kind;
    char why[160] = "";
    if (j->known || !j->draft.decoded.own)
        return MOTE_OK;
    if (k->goes_with && !im->first_facts) {
        MOTE_SCOPED_STMT *q = NULL;
        bool row = false;
        MOTE_TRY(mote_stmt_prepare(im->store,
                                   "SELECT facts FROM data_sample WHERE kind = ?1 AND "
                                   "role = 'example' ORDER BY id LIMIT 1",
                                   &q, err));
        mote_stmt_bind_text(q, 1, mote_input_name(k->input));
        MOTE_TRY(mote_stmt_step(q, &row, err));
        im->first_facts =
            mote_arena_strdup(im->arena, row ? mote_stmt_text(q, 0) : j->draft.decoded.facts);
        if (!im->first_facts)
            return mote_fail(err, MOTE_NOMEM, "import");
    }
    if (k->goes_with && !k->goes_with(im->first_facts, &j->draft.decoded, why, sizeof why))
        j->status = mote_fail(&j->err, MOTE_SHAPE, "%s", why);
    else if (k->tell && !im->report.seen)
        MOTE_TRY(tell_seen(im, &j->draft.decoded, err));
    return MOTE_OK;
}

static mote_status take(mote_importer *im, job *j, mote_err *err)
{
    bool added = false;
    past p;
    j->status = find_past(im, j, &p, &j->err);
    if (j->status == MOTE_ARG) /* its name cannot be a label or a group */
        return reject(im, j, err);
    if (j->status != MOTE_OK)
        return mote_fail(err, j->status, "%s", j->err.text);
    MOTE_TRY(replace_past(im, &p, err));
    if (!j->known)
        MOTE_TRY(begin_history(im, err));
    mote_sample_facts facts = facts_of(im, j);
    if (!j->known)
        MOTE_TRY(mote_sample_put(im->store, &j->draft, &facts, im->cfg->now_ms, &added, err));
    if (added)
        count_added(im, j);
    else
        im->report.total.n_known++;
    MOTE_TRY(provide(im, j, &facts, err));
    return forget_rejection(im, j->it->full, err);
}

/* Everything that writes, in one transaction. */
static mote_status commit_portion(mote_importer *im, job *jobs, size_t n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(im->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        job *j = &jobs[i];
        if (j->status == MOTE_NOMEM) /* ours, not the file's: stop rather than reject */
            return mote_fail(err, MOTE_NOMEM, "%s", j->err.text);
        if (j->status == MOTE_OK)
            MOTE_TRY(look_at_sample(im, j, err));
        MOTE_TRY(j->status == MOTE_OK ? take(im, j, err) : reject(im, j, err));
        im->report.total.bytes += (int64_t)j->draft.file.n;
    }
    im->report.total.n_done += n;
    return mote_store_commit(&txn, err);
}

static mote_status run_portion(mote_importer *im, job *jobs, size_t n, mote_err *err)
{
    portion p = {im->cfg, jobs};
    mote_pool_run(im->cfg->pool, n, read_piece, &p);
    for (size_t i = 0; i < n; i++) {
        mote_sample_facts facts = facts_of(im, &jobs[i]);
        if (jobs[i].status == MOTE_OK) {
            /* A name that cannot be a label is found out by mote_sample_put, not here. */
            mote_status st =
                mote_sample_known(im->store, &jobs[i].draft, &facts, &jobs[i].known, err);
            if (st != MOTE_OK && st != MOTE_ARG)
                return st;
        }
    }
    mote_pool_run(im->cfg->pool, n, decode_piece, &p);

    mote_import_report before = im->report;
    mote_status st = commit_portion(im, jobs, n, err);
    if (st != MOTE_OK)
        im->report = before; /* rolled back: none of it happened */
    return st;
}

/* Forget rejected files below `root` that are not there any more: the user removed them. */
static mote_status forget_removed(mote_importer *im, const char *root, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store,
                               "SELECT source FROM data_rejected "
                               "WHERE substr(source, 1, length(?1)) = ?1",
                               &q, err));
    mote_stmt_bind_text(q, 1, root);
    size_t n = 0;
    const char *gone[MAX_BATCH_FILES]; /* more wait for the next import */
    while (n < MAX_BATCH_FILES) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        struct stat info; /* of a link itself: one to nothing is still there */
        if (lstat(mote_stmt_text(q, 0), &info) == 0 || mote_history_is_there(mote_stmt_text(q, 0)))
            continue;
        gone[n] = mote_arena_strdup(im->arena, mote_stmt_text(q, 0));
        if (!gone[n++])
            return mote_fail(err, MOTE_NOMEM, "import: list of rejected files");
    }
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(im->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        MOTE_TRY(forget_rejection(im, gone[i], err));
    }
    return mote_store_commit(&txn, err);
}

/* Samples that came from below this folder, and whose file is not there any more. */
static mote_status count_gone(mote_importer *im, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_SCOPED_ARENA scratch;
    mote_arena_init(&scratch, 1u << 20);
    MOTE_TRY(mote_stmt_prepare(im->store,
                               "SELECT file FROM data_sample WHERE "
                               "substr(file, 1, length(?1) + 1) = ?1 || '/' ORDER BY id",
                               &q, err));
    mote_stmt_bind_text(q, 1, im->root_file);
    for (;;) {
        bool row = false;
        char *path = NULL;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        mote_arena_reset(&scratch);
        MOTE_TRY(mote_history_path(im->store, mote_stmt_text(q, 0), &scratch, &path, err));
        if (mote_history_is_there(path))
            continue;
        if (im->report.n_gone++ == 0)
            im->report.gone = mote_arena_strdup(im->arena, mote_stmt_text(q, 0));
    }
}

/* How the file of an item is kept: below the root as the root is kept. */
static mote_status file_of(mote_importer *im, job *j, mote_err *err)
{
    const mote_import_item *it = j->it;
    const char **out = &j->file;
    char *file = NULL;
    *out = im->root_file;
    if (im->is_dir) {
        MOTE_TRY(mote_path_join(im->arena, im->root_file, it->rel, &file, err));
        *out = file;
    }
    if (it->set && !im->is_dir)
        *out = mote_arena_printf(im->arena, "%s/%zu", *out, it->member);
    j->whole = it->inside ? *out : NULL;
    if (it->inside)
        *out = mote_arena_printf(im->arena, "%s/%lld", *out, (long long)it->inside->number);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "import: list of files");
}

static mote_status decide_items(mote_importer *im, job *jobs, mote_err *err)
{
    const mote_import_config *cfg = im->cfg;
    for (size_t first = 0; first < im->n_items;) {
        if (mote_cancelled(cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED,
                             "import stopped after %zu of %zu files; run it "
                             "again to add the rest",
                             first, im->n_items);
        size_t n = portion_size(im, first);
        for (size_t i = 0; i < n; i++) {
            jobs[i] = (job){.it = &im->items[first + i]};
            MOTE_TRY(file_of(im, &jobs[i], err));
        }
        mote_status st = run_portion(im, jobs, n, err);
        release_jobs(jobs, n);
        MOTE_TRY(st);
        first += n;
        if (cfg->progress)
            cfg->progress(cfg->progress_arg, &im->report.total);
    }
    return MOTE_OK;
}

/* Rejections of the plan that are known without reading anything, for a dry run. */
static mote_status refuse_planned(mote_importer *im, mote_err *err)
{
    for (size_t i = 0; i < im->n_items; i++) {
        const mote_import_item *it = &im->items[i];
        if (it->refused)
            im->report.rejected[im->report.total.n_rejected++] =
                (mote_import_rejected){it->full, it->refused};
    }
    im->report.total.n_done = im->report.total.n_files;
    (void)err;
    return MOTE_OK;
}

/* What the first sample looks like, where nothing was decoded: a dry run, or all are known. */
static mote_status tell_first(mote_importer *im, mote_err *err)
{
    mote_status st = MOTE_OK;
    for (size_t i = 0; i < im->n_items && !im->report.seen && im->cfg->kind->tell; i++) {
        if (im->items[i].refused)
            continue;
        job one = {.it = &im->items[i]};
        portion p = {im->cfg, &one};
        read_piece(&p, 0, 0);
        decode_piece(&p, 0, 0);
        if (one.status == MOTE_OK)
            st = tell_seen(im, &one.draft.decoded, err);
        release_jobs(&one, 1);
    }
    return st;
}

static mote_status run(mote_importer *im, mote_err *err)
{
    job *jobs = NULL;
    MOTE_TRY(mote_import_plan_all(im, err));
    MOTE_TRY(mote_arena_take(im->arena, im->n_items + 1, sizeof *im->report.rejected,
                             &im->report.rejected, err));
    if (im->cfg->dry_run) {
        MOTE_TRY(tell_first(im, err));
        return refuse_planned(im, err);
    }
    char *file = NULL;
    MOTE_TRY(mote_history_file(im->store, im->root, im->arena, &file, err));
    im->root_file = file;
    size_t n = MAX_BATCH_FILES < im->n_items ? MAX_BATCH_FILES : im->n_items;
    MOTE_TRY(mote_arena_take(im->arena, n + 1, sizeof *jobs, &jobs, err));
    MOTE_TRY(decide_items(im, jobs, err));
    if (im->cfg->find)
        MOTE_TRY(tell_first(im, err));
    MOTE_TRY(forget_removed(im, im->root, err));
    if (im->is_dir)
        MOTE_TRY(count_gone(im, err));
    const mote_import_report *r = &im->report;
    if (r->total.n_added + r->total.n_known > 0)
        return MOTE_OK;
    if (r->total.n_rejected == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "'%s': no %s in it (%s)", im->root,
                         im->cfg->kind->one, im->cfg->kind->formats);
    return mote_fail(err, MOTE_NOT_FOUND, "'%s': nothing could be taken; of '%s': %s", im->root,
                     im->items[0].rel, r->rejected[0].reason);
}

mote_status mote_data_import(mote_store *s, const char *path, const mote_import_config *cfg,
                             mote_arena *a, mote_import_report *out, mote_err *err)
{
    mote_importer im = {.store = s, .cfg = cfg, .arena = a, .root = path};
    mote_status st = run(&im, err);
    for (size_t i = 0; i < im.n_layouts; i++)
        mote_layout_release(&im.layouts[i]);
    mote_import_release_sets(&im);
    *out = im.report;
    return st;
}
