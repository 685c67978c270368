/* SPDX-License-Identifier: Apache-2.0 */
/* The recordings of a folder, and what is said in them. See hours.h. */
#include <stdlib.h>
#include <string.h>

#include "data/kind.h"
#include "pipeline/hours_internal.h"

#define MAX_TRACK_BYTES ((size_t)64 << 20)
#define TABLE           "labels.csv"

typedef struct {
    const char *root;
    mote_arena *a;
    char **paths;
    size_t n_paths;
    bool *is_used; /* [n_paths] a recording, or labels of one */
    hours_folder found;
} searching;

static bool has_ending(const char *path, const char *ending)
{
    const size_t n = strlen(path), m = strlen(ending);
    return n >= m && strcmp(path + n - m, ending) == 0;
}

/* Bytes of a path before the ending of its name. */
static size_t stem_bytes(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && dot > mote_path_base(path) ? (size_t)(dot - path) : strlen(path);
}

static mote_status is_recording(const searching *s, const char *path, bool *out, mote_err *err)
{
    const mote_kind *kind = mote_hours_kind();
    MOTE_SCOPED_FILE *f = NULL;
    uint8_t head[MOTE_FILETYPE_HEAD_BYTES];
    char *whole = NULL;
    MOTE_TRY(mote_path_join(s->a, s->root, path, &whole, err));
    MOTE_TRY(mote_file_open(&f, whole, "rb", err));
    const size_t n = fread(head, 1, sizeof head, f);
    const mote_filetype type = mote_filetype_of(head, n);
    const mote_take take = mote_kind_take(kind, type, head, n);
    if (take == MOTE_TAKE_LOCKED)
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' may hold recordings and cannot be read: %s",
                         whole, mote_filetype_name(type));
    *out = take == MOTE_TAKE_READ;
    return MOTE_OK;
}

static mote_status find_recordings(searching *s, mote_err *err)
{
    MOTE_TRY(mote_dir_walk(s->root, s->a, &s->paths, &s->n_paths, err));
    MOTE_TRY(mote_arena_take(s->a, s->n_paths + 1, sizeof *s->is_used, &s->is_used, err));
    MOTE_TRY(mote_arena_take(s->a, s->n_paths + 1, sizeof *s->found.items, &s->found.items, err));
    for (size_t i = 0; i < s->n_paths; i++) {
        const char *slash = strchr(s->paths[i], '/');
        hours_recording r = {.path = s->paths[i], .condition = ""};
        bool is_one = false;
        MOTE_TRY(is_recording(s, r.path, &is_one, err));
        if (!is_one)
            continue;
        if (slash)
            r.condition = mote_arena_printf(s->a, "%.*s", (int)(slash - r.path), r.path);
        if (!r.condition)
            return mote_fail(err, MOTE_NOMEM, "no memory for the recordings of '%s'", s->root);
        s->is_used[i] = true;
        s->found.items[s->found.n++] = r;
    }
    return s->found.n > 0 ? MOTE_OK
                          : mote_fail(err, MOTE_NOT_FOUND, "'%s' holds no recording", s->root);
}

/* ---- labels ------------------------------------------------------------------------------ */

static mote_status add_labels(searching *s, hours_recording *r, const mote_track_label *labels,
                              size_t n, mote_err *err)
{
    mote_track_label *all = NULL;
    if (n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(s->a, r->said.n + n, sizeof *all, &all, err));
    if (r->said.n > 0)
        memcpy(all, r->said.items, r->said.n * sizeof *all);
    memcpy(all + r->said.n, labels, n * sizeof *all);
    r->said.items = all;
    r->said.n += n;
    return MOTE_OK;
}

static mote_status read_file(const searching *s, const char *path, char **bytes, size_t *n,
                             mote_err *err)
{
    char *whole = NULL;
    MOTE_TRY(mote_path_join(s->a, s->root, path, &whole, err));
    return mote_file_read(whole, MAX_TRACK_BYTES, bytes, n, err);
}

/* "kitchen/monday.txt" beside "kitchen/monday.wav". */
static mote_status read_track(searching *s, size_t i, mote_err *err)
{
    const char *path = s->paths[i];
    const size_t n_stem = stem_bytes(path);
    for (size_t k = 0; k < s->found.n; k++) {
        hours_recording *r = &s->found.items[k];
        MOTE_SCOPED_FREE char *bytes = NULL;
        size_t n = 0;
        mote_label_track t;
        if (stem_bytes(r->path) != n_stem || strncmp(r->path, path, n_stem) != 0)
            continue;
        s->is_used[i] = true;
        MOTE_TRY(read_file(s, path, &bytes, &n, err));
        MOTE_TRY(mote_label_track_read(&(mote_file_bytes){path, bytes, n}, s->a, &t, err));
        r->is_labelled = true;
        MOTE_TRY(add_labels(s, r, t.items, t.n, err));
    }
    return MOTE_OK;
}

/* The recording that a table in folder `below` [n_below] calls `name`, with its ending or without.
 */
static hours_recording *called(const searching *s, const char *below, size_t n_below,
                               const char *name)
{
    const size_t n = strlen(name);
    for (size_t k = 0; k < s->found.n; k++) {
        const char *path = s->found.items[k].path;
        if (strncmp(path, below, n_below) != 0)
            continue;
        path += n_below;
        if (strcmp(path, name) == 0 || (stem_bytes(path) == n && strncmp(path, name, n) == 0))
            return &s->found.items[k];
    }
    return NULL;
}

static mote_status read_table(searching *s, size_t i, mote_err *err)
{
    const char *path = s->paths[i];
    const size_t n_below = (size_t)(mote_path_base(path) - path);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    mote_label_track t;
    s->is_used[i] = true;
    MOTE_TRY(read_file(s, path, &bytes, &n, err));
    MOTE_TRY(mote_label_table_read(&(mote_file_bytes){path, bytes, n}, s->a, &t, err));
    for (size_t k = 0; k < t.n; k++) {
        hours_recording *r = called(s, path, n_below, t.items[k].file);
        if (!r)
            return mote_fail(err, MOTE_NOT_FOUND, "'%s': there is no recording '%s' beside it",
                             path, t.items[k].file);
        r->is_labelled = true;
        MOTE_TRY(add_labels(s, r, &t.items[k], 1, err));
    }
    return MOTE_OK;
}

static int compare_labels(const void *x, const void *y)
{
    const mote_track_label *a = x, *b = y;
    return a->from_s != b->from_s ? (a->from_s > b->from_s) - (a->from_s < b->from_s)
                                  : (a->to_s > b->to_s) - (a->to_s < b->to_s);
}

mote_status mote_hours_find(const char *folder, mote_arena *a, hours_folder *out, mote_err *err)
{
    searching s = {.root = folder, .a = a};
    if (!mote_path_is_dir(folder))
        return mote_fail(err, MOTE_NOT_FOUND, "there is no folder '%s'", folder);
    MOTE_TRY(find_recordings(&s, err));
    for (size_t i = 0; i < s.n_paths; i++) {
        if (!s.is_used[i] && has_ending(s.paths[i], ".txt"))
            MOTE_TRY(read_track(&s, i, err));
        else if (!s.is_used[i] && strcmp(mote_path_base(s.paths[i]), TABLE) == 0)
            MOTE_TRY(read_table(&s, i, err));
        s.found.n_skipped += !s.is_used[i];
    }
    for (size_t k = 0; k < s.found.n; k++)
        if (s.found.items[k].said.n > 0)
            qsort(s.found.items[k].said.items, s.found.items[k].said.n, sizeof(mote_track_label),
                  compare_labels);
    *out = s.found;
    return MOTE_OK;
}
