/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of files, an empty store beside it and memory for a test: what every test begins with that
 * takes files of a kind through import to data sets and checks. */
#ifndef MOTE_TESTS_KIND_TREE_H
#define MOTE_TESTS_KIND_TREE_H

#include "data/check.h"
#include "support.h"
#include "temp_dir.h"

/* A test that needs more has this as its first member. */
typedef struct {
    char dir[TEMP_DIR_BYTES];
    char tree[TEMP_DIR_BYTES + 16];
    mote_store *store;
    mote_arena arena;
} kind_tree;

static inline void kind_tree_open(kind_tree *f)
{
    mote_err err = {0};
    temp_dir_make(f->dir);
    snprintf(f->tree, sizeof f->tree, "%s/tree", f->dir);
    mote_arena_init(&f->arena, 1 << 28);
    T_OK(mote_dir_make(f->tree, &err));
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
}

static inline int kind_tree_set_up(void **state)
{
    static kind_tree f;
    kind_tree_open(&f);
    *state = &f;
    return 0;
}

static inline int kind_tree_tear_down(void **state)
{
    kind_tree *f = *state;
    mote_store_close(f->store);
    mote_arena_release(&f->arena);
    temp_dir_remove(f->dir);
    return 0;
}

/* Write a file below the tree, with the folders that its name asks for. */
static inline void kind_tree_write(kind_tree *f, const char *name, const void *bytes, size_t n)
{
    mote_err err = {0};
    char path[TEMP_DIR_BYTES + 200];
    snprintf(path, sizeof path, "%s/%s", f->tree, name);
    *strrchr(path, '/') = '\0';
    T_OK(mote_dir_make(path, &err));
    snprintf(path, sizeof path, "%s/%s", f->tree, name);
    T_OK(mote_file_write(path, bytes, n, &err));
}

/* What a check says under an id; NULL: nothing. */
static inline const mote_finding *kind_tree_finding(const mote_check_report *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->findings[i].id, id) == 0)
            return &r->findings[i];
    return NULL;
}

#endif
