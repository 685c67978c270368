/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a temporary folder with an arena, set up and taken down for each test. Include after
 * the headers of what is tested. */
#ifndef MOTE_TESTS_STORE_FIXTURE_H
#define MOTE_TESTS_STORE_FIXTURE_H

#include "store/store.h"
#include "support.h"
#include "temp_dir.h"

typedef struct {
    char dir[TEMP_DIR_BYTES];
    char tree[TEMP_DIR_BYTES + 16]; /* "<dir>/tree", for what is to be added; it is not made */
    mote_store *store;
    mote_arena arena;
} fixture;

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err;
    temp_dir_make(f->dir);
    snprintf(f->tree, sizeof f->tree, "%s/tree", f->dir);
    T_OK(mote_store_open(f->dir, true, &f->store, &err));
    mote_arena_init(&f->arena, 256u << 20);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    mote_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f);
    return 0;
}

#endif
