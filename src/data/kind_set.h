/* SPDX-License-Identifier: Apache-2.0 */
/* Sets: files that hold many samples of a kind, often beside a file that says what they are. When
 * such a file is added, each of its samples becomes an object of its own, as if it had been a file:
 * with its label, its group and its place in the splits. The row of a kind points to one of these
 * (kind.h); only data/import_set.c asks. Depends on base, data/provided. */
#ifndef MOTE_DATA_KIND_SET_H
#define MOTE_DATA_KIND_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "data/kind.h"
#include "data/provided.h"

/* A set, opened. Owned by the arena it was opened into; the bytes are borrowed. */
typedef struct {
    size_t n;                 /* samples */
    const char *words;        /* "an IDX set of 28 x 28 pixels" */
    const char *const *label; /* [n] what the files say of each; NULL: nothing */
    const void *own;
} mote_set;

/* What a set is opened from, unpacked; labels.bytes NULL: no file says them. */
typedef struct {
    mote_file_bytes set, labels;
} mote_set_files;

struct mote_kind_set {
    /* May a file be a set, by its name (without '.gz'), its first bytes head[0..n) and its size (0:
     * not known)? */
    bool (*may_be)(const char *name, const uint8_t *head, size_t n, uint64_t bytes);

    /* The k-th name under which the labels may stand beside it; false: no more. */
    bool (*labels_name)(const char *name, size_t k, char *out, size_t out_bytes);

    /* Which split the name of a file speaks of; MOTE_N_PROVIDED: none. */
    mote_provided_part (*part)(const char *name);

    /* Errors: UNSUPPORTED, CORRUPT, NOMEM. */
    mote_status (*open)(const mote_set_files *f, mote_arena *a, mote_set *out, mote_err *err);

    /* Append sample i as a file that the kind decodes. */
    mote_status (*write)(const mote_set *s, size_t i, mote_buf *out, mote_err *err);
};

#endif
