/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML document as a tree of text with positions, bounded before it is built.
 *
 * Only what a settings file needs: one document of maps, lists and scalars. Anchors, aliases, tags
 * and keys that are not text are refused, so no input can unfold into more than its own size.
 * Depends on libyaml and base. Used by the reader of mote.yaml. */
#ifndef MOTE_PROJECT_YAML_TREE_H
#define MOTE_PROJECT_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"

#define MOTE_YAML_MAX_DEPTH 12
#define MOTE_YAML_MAX_NODES 10000

typedef enum { MOTE_YAML_SCALAR, MOTE_YAML_LIST, MOTE_YAML_MAP } mote_yaml_kind;

typedef struct mote_yaml_node mote_yaml_node;
struct mote_yaml_node {
    mote_yaml_kind kind;
    int32_t line, column; /* from 1, of the first character */
    bool is_plain;        /* SCALAR without quotes */
    const char *text;     /* SCALAR: terminated, holds no other 0 byte; else "" */
    size_t len;
    const mote_yaml_node *const *keys;  /* MAP: n scalars */
    const mote_yaml_node *const *items; /* MAP: n values; LIST: n entries */
    size_t n;
};

/* Where and why a text is not acceptable; text without position. */
typedef struct {
    int32_t line, column;
    char text[256];
} mote_yaml_fault;

/* Read text[0..n) into `a`; *out is NULL for an empty document. PARSE with `fault` filled when it
 * is not acceptable; NOMEM when `a` or the heap is full. */
MOTE_MUST_USE mote_status mote_yaml_load(const char *text, size_t n, mote_arena *a,
                                         const mote_yaml_node **out, mote_yaml_fault *fault,
                                         mote_err *err);

/* The value of a key of a map; NULL: there is none, or `node` (NULL allowed) is no map. */
const mote_yaml_node *mote_yaml_find(const mote_yaml_node *node, const char *name);

#endif
