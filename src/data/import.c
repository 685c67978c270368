/* SPDX-License-Identifier: Apache-2.0 */
/* Import of a tree of recordings: see import.h.
 *
 * A portion at a time:  read + hash (pool) -> known? (store) -> decode (pool) -> put, commit.
 * A portion ends at batch_files files or BATCH_BYTES bytes, whichever comes first, so memory stays
 * bounded whatever the size of the files. */
#include "data/import.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "data/pattern.h"
#include "data/sample.h"

#define BATCH_BYTES ((int64_t)64 << 20)
#define MAX_BATCH_FILES 1024

/* One audio file of the tree: all of them are in memory, so it is small. */
typedef struct {
    const char *rel;             /* path below the root, lives as long as the arena */
    const char *full;
    const char *group;           /* NULL: none in the name */
    const char *label;
    mote_data_role role;
    const char *refused;         /* reason known from the name alone, or NULL */
} item;

/* A file while it is being taken in: one per place in a portion. */
typedef struct {
    const item *it;
    char *bytes;                 /* owned */
    mote_sample_draft draft;
    bool known;
    mote_status status;
    mote_err err;
} job;

typedef struct {
    mote_store *store;
    const mote_import_config *cfg;
    mote_arena *arena;
    item *items;
    size_t n_items;
    mote_import_report report;
    size_t rejected_capacity;
} importer;

mote_import_config mote_import_config_default(void)
{
    return (mote_import_config){.audio = mote_audio_config_default(), .batch_files = 64};
}

/* ---- names --------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c; }

bool mote_import_is_background(const char *folder, size_t n)
{
    static const char word[] = "background";
    if (n > 0 && folder[0] == '_') {
        folder++;
        n--;
    }
    if (n < sizeof word - 1)
        return false;
    for (size_t i = 0; i < sizeof word - 1; i++) {
        if (lower(folder[i]) != word[i])
            return false;
    }
    return true;
}

static bool is_audio_name(const char *name)
{
    static const char *const endings[] = {".wav", ".wave", ".flac", ".ogg", ".oga"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof endings / sizeof endings[0]; i++) {
        size_t k = 0;
        while (dot[k] && lower(dot[k]) == endings[i][k])
            k++;
        if (!dot[k] && !endings[i][k])
            return true;
    }
    return false;
}

static bool below_background(const char *rel)
{
    for (const char *p = rel, *slash; (slash = strchr(p, '/')) != NULL; p = slash + 1) {
        if (mote_import_is_background(p, (size_t)(slash - p)))
            return true;
    }
    return false;
}

/* Name of the folder `path` itself: "data/yes/" gives "yes"; NULL when it has none ("/", ".."). */
static const char *folder_name(mote_arena *a, const char *path)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    char *name = mote_arena_strndup(a, path + start, end - start);
    if (!name || !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return NULL;
    return name;
}

/* Label of a file: --label, or its folder; files right in the root take the root's name. */
static const char *label_of(importer *im, const char *rel, const char *root_name)
{
    if (im->cfg->label)
        return im->cfg->label;
    const char *slash = strrchr(rel, '/');
    if (!slash)
        return root_name;
    const char *start = slash;
    while (start > rel && start[-1] != '/')
        start--;
    return mote_arena_strndup(im->arena, start, (size_t)(slash - start));
}

/* The scheme that at least four fifths of the names follow. */
static void recognise_scheme(importer *im)
{
    for (const mote_pattern_known *k = mote_pattern_known_list(); k->pattern; k++) {
        size_t n_words = 0, n_fit = 0;
        for (size_t i = 0; i < im->n_items; i++) {
            const char *group;
            size_t n;
            if (im->items[i].role != MOTE_ROLE_KEYWORD)
                continue;
            n_words++;
            n_fit += mote_pattern_match(k->pattern, im->items[i].rel, &group, &n) ? 1 : 0;
        }
        if (n_words > 0 && n_fit * 5 >= n_words * 4) {
            im->report.pattern = k->pattern;
            im->report.pattern_name = k->name;
            return;
        }
    }
}

static mote_status find_groups(importer *im, mote_err *err)
{
    if (im->cfg->group_pattern)
        im->report.pattern = im->cfg->group_pattern;
    else
        recognise_scheme(im);
    for (size_t i = 0; i < im->n_items; i++) {
        item *it = &im->items[i];
        const char *group = NULL;
        size_t n = 0;
        if (it->role != MOTE_ROLE_KEYWORD)
            continue;
        if (im->report.pattern && mote_pattern_match(im->report.pattern, it->rel, &group, &n)) {
            it->group = mote_arena_strndup(im->arena, group, n);
            if (!it->group)
                return mote_fail(err, MOTE_NOMEM, "import: list of files");
        } else if (im->cfg->group_pattern) {
            it->refused = "the name does not fit the group pattern";
        } else {
            im->report.n_ungrouped++;
        }
    }
    return MOTE_OK;
}

/* ---- the list of files --------------------------------------------------------------------- */

static mote_status add_item(importer *im, const char *rel, const char *full, const char *root_name,
                            mote_err *err)
{
    item *it = &im->items[im->n_items++];
    it->rel = rel;
    it->full = full;
    bool background = im->cfg->role == MOTE_IMPORT_BACKGROUND ||
                      (im->cfg->role == MOTE_IMPORT_BY_FOLDER &&
                       (below_background(rel) ||
                        (root_name && mote_import_is_background(root_name, strlen(root_name)))));
    it->role = background ? MOTE_ROLE_BACKGROUND : MOTE_ROLE_KEYWORD;
    it->label = background ? MOTE_LABEL_BACKGROUND : label_of(im, rel, root_name);
    if (!it->label)
        it->refused = "no folder name to take the label from; give one with --label";
    return full ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "import: list of files");
}

static mote_status list_folder(importer *im, const char *root, mote_err *err)
{
    char **paths = NULL;
    size_t n = 0;
    MOTE_TRY(mote_dir_walk(root, im->arena, &paths, &n, err));
    size_t n_audio = 0;
    for (size_t i = 0; i < n; i++)
        n_audio += is_audio_name(paths[i]) ? 1 : 0;
    MOTE_TRY(mote_arena_take(im->arena, n_audio, sizeof *im->items, &im->items, err));
    im->report.n_other_files = n - n_audio;
    const char *root_name = folder_name(im->arena, root);
    for (size_t i = 0; i < n; i++) {
        if (!is_audio_name(paths[i]))
            continue;
        char *full = NULL;
        MOTE_TRY(mote_path_join(im->arena, root, paths[i], &full, err));
        MOTE_TRY(add_item(im, paths[i], full, root_name, err));
    }
    return MOTE_OK;
}

static mote_status list_file(importer *im, const char *path, mote_err *err)
{
    MOTE_TRY(mote_arena_take(im->arena, 1, sizeof *im->items, &im->items, err));
    const char *base = mote_path_base(path);
    char *dir = mote_arena_strndup(im->arena, path, (size_t)(base - path));
    char *full = mote_arena_strdup(im->arena, path);
    if (!dir || !full)
        return mote_fail(err, MOTE_NOMEM, "import: list of files");
    return add_item(im, full + (base - path), full, folder_name(im->arena, dir), err);
}

static mote_status list_files(importer *im, const char *path, mote_err *err)
{
    if (!mote_path_exists(path))
        return mote_fail(err, MOTE_NOT_FOUND, "'%s': no such file or folder", path);
    MOTE_TRY(mote_path_is_dir(path) ? list_folder(im, path, err) : list_file(im, path, err));
    if (im->n_items == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "'%s': no .wav, .flac or .ogg file in it", path);
    im->report.total.n_files = im->n_items;
    return find_groups(im, err);
}

/* ---- one portion --------------------------------------------------------------------------- */

typedef struct {
    const mote_import_config *cfg;
    job *jobs;
} portion;

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
    j->status = mote_file_read(j->it->full, p->cfg->audio.max_bytes, &j->bytes, &n, &j->err);
    if (j->status == MOTE_OK)
        mote_sample_draft_hash(j->bytes, n, &j->draft);
}

static void decode_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    portion *p = arg;
    job *j = &p->jobs[piece];
    if (j->status == MOTE_OK && !j->known)
        j->status = mote_sample_draft_decode(&j->draft, j->it->full, &p->cfg->audio, &j->err);
}

static mote_sample_facts facts_of(const item *it)
{
    return (mote_sample_facts){.role = it->role, .origin = MOTE_ORIGIN_FILE, .label = it->label,
                               .group = it->group, .source = it->full};
}

static void release_jobs(job *jobs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        mote_sample_draft_release(&jobs[i].draft);
        mote_free(jobs[i].bytes);
    }
}

static int64_t size_of(const char *path)
{
    struct stat sb;
    return stat(path, &sb) == 0 ? (int64_t)sb.st_size : 0;
}

/* How many items from `first` make the next portion: at least one. */
static size_t portion_size(const importer *im, size_t first)
{
    size_t limit = im->cfg->batch_files ? im->cfg->batch_files : 64;
    limit = limit < MAX_BATCH_FILES ? limit : MAX_BATCH_FILES;
    int64_t bytes = 0;
    size_t n = 0;
    while (n < limit && first + n < im->n_items) {
        bytes += size_of(im->items[first + n].full);
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
    if (t[0] == '\'' && strncmp(t + 1, j->it->full, n) == 0 && strncmp(t + 1 + n, "': ", 3) == 0)
        return t + n + 4;
    return t;
}

static mote_status reject(importer *im, const job *j, mote_err *err)
{
    mote_import_rejected *r = &im->report.rejected[im->report.total.n_rejected];
    r->path = j->it->full;
    r->reason = mote_arena_strdup(im->arena, bare_reason(j));
    if (!r->reason)
        return mote_fail(err, MOTE_NOMEM, "import: list of rejected files");
    im->report.total.n_rejected++;
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store, "INSERT INTO data_rejected (source, reason, rejected_ms) "
                               "VALUES (?1, ?2, ?3) ON CONFLICT (source) DO UPDATE SET "
                               "reason = ?2, rejected_ms = ?3", &q, err));
    mote_stmt_bind_text(q, 1, r->path);
    mote_stmt_bind_text(q, 2, r->reason);
    mote_stmt_bind_i64(q, 3, im->cfg->now_ms);
    return mote_stmt_run(q, err);
}

static mote_status forget_rejection(importer *im, const item *it, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store, "DELETE FROM data_rejected WHERE source = ?1", &q, err));
    mote_stmt_bind_text(q, 1, it->full);
    return mote_stmt_run(q, err);
}

static mote_status take(importer *im, job *j, mote_err *err)
{
    bool added = false;
    mote_sample_facts facts = facts_of(j->it);
    if (!j->known) {
        j->status = mote_sample_put(im->store, &j->draft, &facts, im->cfg->now_ms, &added, &j->err);
        if (j->status == MOTE_ARG)               /* its name cannot be a label or a group */
            return reject(im, j, err);
        if (j->status != MOTE_OK)
            return mote_fail(err, j->status, "%s", j->err.text);
    }
    mote_import_report *r = &im->report;
    if (!added) {
        r->total.n_known++;
    } else {
        r->total.n_added++;
        r->total.added_us += j->draft.audio.source.duration_us;
        if (j->it->role == MOTE_ROLE_BACKGROUND)
            r->n_background++;
        else
            r->n_keyword++;
    }
    return forget_rejection(im, j->it, err);
}

/* Everything that writes, in one transaction. */
static mote_status commit_portion(importer *im, job *jobs, size_t n, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(im->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        job *j = &jobs[i];
        if (j->status == MOTE_NOMEM)             /* ours, not the file's: stop rather than reject */
            return mote_fail(err, MOTE_NOMEM, "%s", j->err.text);
        MOTE_TRY(j->status == MOTE_OK ? take(im, j, err) : reject(im, j, err));
        im->report.total.bytes += (int64_t)j->draft.n_bytes;
    }
    im->report.total.n_done += n;
    return mote_store_commit(&txn, err);
}

static mote_status run_portion(importer *im, job *jobs, size_t n, mote_err *err)
{
    portion p = {im->cfg, jobs};
    mote_pool_run(im->cfg->pool, n, read_piece, &p);
    for (size_t i = 0; i < n; i++) {
        mote_sample_facts facts = facts_of(jobs[i].it);
        if (jobs[i].status == MOTE_OK) {
            /* A name that cannot be a label is found out by mote_sample_put, not here. */
            mote_status st = mote_sample_known(im->store, &jobs[i].draft, &facts, &jobs[i].known,
                                               err);
            if (st != MOTE_OK && st != MOTE_ARG)
                return st;
        }
    }
    mote_pool_run(im->cfg->pool, n, decode_piece, &p);

    mote_import_report before = im->report;
    mote_status st = commit_portion(im, jobs, n, err);
    if (st != MOTE_OK)
        im->report = before;                     /* rolled back: none of it happened */
    return st;
}

/* Forget rejected files below `root` that are not there any more: the user removed them. */
static mote_status forget_removed(importer *im, const char *root, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(im->store, "SELECT source FROM data_rejected "
                               "WHERE substr(source, 1, length(?1)) = ?1", &q, err));
    mote_stmt_bind_text(q, 1, root);
    size_t n = 0;
    const char *gone[MAX_BATCH_FILES];           /* more wait for the next import */
    while (n < MAX_BATCH_FILES) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        if (mote_path_exists(mote_stmt_text(q, 0)))
            continue;
        gone[n] = mote_arena_strdup(im->arena, mote_stmt_text(q, 0));
        if (!gone[n++])
            return mote_fail(err, MOTE_NOMEM, "import: list of rejected files");
    }
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(im->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        item it = {.full = gone[i]};
        MOTE_TRY(forget_rejection(im, &it, err));
    }
    return mote_store_commit(&txn, err);
}

static mote_status run(importer *im, const char *path, mote_err *err)
{
    const mote_import_config *cfg = im->cfg;
    if (cfg->group_pattern)
        MOTE_TRY(mote_pattern_check(cfg->group_pattern, err));
    MOTE_TRY(list_files(im, path, err));
    MOTE_TRY(mote_arena_take(im->arena, im->n_items, sizeof *im->report.rejected,
                             &im->report.rejected, err));
    job *jobs = NULL;
    MOTE_TRY(mote_arena_take(im->arena,
                             MAX_BATCH_FILES < im->n_items ? MAX_BATCH_FILES : im->n_items,
                             sizeof *jobs, &jobs, err));
    for (size_t first = 0; first < im->n_items;) {
        if (mote_cancelled(cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "import stopped after %zu of %zu files; run it "
                             "again to add the rest", first, im->n_items);
        size_t n = portion_size(im, first);
        for (size_t i = 0; i < n; i++)
            jobs[i] = (job){.it = &im->items[first + i]};
        mote_status st = run_portion(im, jobs, n, err);
        release_jobs(jobs, n);
        MOTE_TRY(st);
        first += n;
        if (cfg->progress)
            cfg->progress(cfg->progress_arg, &im->report.total);
    }
    return forget_removed(im, path, err);
}

mote_status mote_data_import(mote_store *s, const char *path, const mote_import_config *cfg,
                             mote_arena *a, mote_import_report *out, mote_err *err)
{
    importer im = {.store = s, .cfg = cfg, .arena = a};
    mote_status st = run(&im, path, err);
    *out = im.report;
    return st;
}
