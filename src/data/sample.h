/* SPDX-License-Identifier: Apache-2.0 */
/* Samples: what the store knows of each.
 *
 * A sample is an object (the bytes of one file) with a role, a group, facts of its kind, and what
 * is said of it: labels, of all of it or of a span. The group (a person, a device, a synthetic
 * voice) is what must never be in training and in test at once. Samples are added, never changed;
 * tables data_sample and data_label in store/schema/200_sample.sql.
 *
 * Depends on base, store, data/kind. Used by data/import, data/synth, data/version, ingestion. */
#ifndef MOTE_DATA_SAMPLE_H
#define MOTE_DATA_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "data/decoded.h"
#include "data/kind.h"
#include "store/store.h"

/* EXAMPLE: of what its label says (also of something that the project does not ask for).
 * BACKGROUND: long, of nothing that is asked for, to cut from and to mix with.
 * NEGATIVE: long, in which nothing that is asked for happens: every window of it counts. */
typedef enum {
    MOTE_ROLE_EXAMPLE,
    MOTE_ROLE_BACKGROUND,
    MOTE_ROLE_NEGATIVE,
    MOTE_N_ROLES
} mote_data_role;

typedef enum { MOTE_ORIGIN_FILE, MOTE_ORIGIN_SYNTHETIC, MOTE_ORIGIN_UPLOAD } mote_data_origin;

#define MOTE_LABEL_BACKGROUND "_background_" /* what a background is called */
#define MOTE_LABEL_NEGATIVE   "_negative_"
#define MOTE_LABEL_MAX_BYTES  100 /* of a label or a group */

/* Groups of the built-in set (data/builtin.h): samples that Mote made by itself, of origin
 * 'synthetic'. No recording of a user can have such a group. */
#define MOTE_GROUP_BUILTIN "builtin:"
#define MOTE_SQL_IS_OWN                                                                            \
    "(origin <> 'synthetic' OR substr(grp, 1, length('" MOTE_GROUP_BUILTIN                         \
    "')) <> '" MOTE_GROUP_BUILTIN "')"
bool mote_sample_is_builtin(const char *group);

const char *mote_data_role_name(mote_data_role role);       /* "example" */
const char *mote_data_origin_name(mote_data_origin origin); /* "file", "synthetic", "upload" */

/* What the caller knows of a sample. All strings are borrowed for the call. */
typedef struct {
    mote_data_role role;
    mote_data_origin origin;
    const char *label;      /* of examples; not looked at otherwise */
    bool is_given;          /* the label is wanted, whatever the file says of itself */
    const char *group;      /* NULL: it is a group of its own */
    const char *source;     /* path or maker, for people */
    const char *provenance; /* JSON text, or NULL */
    const char *file;       /* the file it came from (data/history.h), or NULL */
    const char *who;        /* says the label; NULL: whoever adds it */
    int64_t import;         /* that brings it in; 0: none */
} mote_sample_facts;

/* Label and group as they are stored: in Unicode normalization form C (base/unicode.h). */
typedef struct {
    char label[MOTE_LABEL_MAX_BYTES + 1];
    char group[MOTE_LABEL_MAX_BYTES + 1];
} mote_sample_names;

/* A file, read and decoded but not yet in the store: the part of adding that may run on any
 * thread. Owned by the caller (mote_sample_draft_release). */
typedef struct {
    mote_sha256 object;   /* of the encoded bytes */
    mote_file_bytes file; /* borrowed: must outlive the draft */
    mote_decoded decoded; /* own NULL: hashed only */
} mote_sample_draft;

/* prepare = hash; decode fills decoded. Errors of decode: those of mote_kind_decode. */
void mote_sample_draft_hash(const mote_file_bytes *file, mote_sample_draft *out);
MOTE_MUST_USE mote_status mote_sample_draft_decode(mote_sample_draft *d, const mote_kind *kind,
                                                   const mote_decoding *cfg, mote_err *err);
void mote_sample_draft_release(mote_sample_draft *d);

/* The names under which it is, or would be, in the store; a group of its own is "file:" and 16
 * digits of the hash. ARG: empty, too long, not UTF-8, or with characters that nobody sees. */
MOTE_MUST_USE mote_status mote_sample_names_of(const mote_sample_draft *d,
                                               const mote_sample_facts *facts,
                                               mote_sample_names *out, mote_err *err);

/* Is this file there under this label and group already, with its files in place? */
MOTE_MUST_USE mote_status mote_sample_known(mote_store *s, const mote_sample_draft *d,
                                            const mote_sample_facts *facts, bool *known,
                                            mote_err *err);

/* Put a decoded draft into the store (bytes and row, in the caller's transaction if one is open).
 * What a file says of itself (mote_decoded.said) is its labels, unless facts->is_given.
 * *added is false when it is there already; then only files that went missing are put back.
 * Errors: ARG (of mote_sample_names_of), IO, NOMEM. */
MOTE_MUST_USE mote_status mote_sample_put(mote_store *s, const mote_sample_draft *d,
                                          const mote_sample_facts *facts, int64_t now_ms,
                                          bool *added, mote_err *err);

/* Forget labels of samples that are neither there nor can come back; in the caller's transaction,
 * after samples were deleted. */
MOTE_MUST_USE mote_status mote_sample_sweep_labels(mote_store *s, mote_err *err);

/* A sample and one thing that is said of it (a row of the view data_said); a sample of which two
 * things are said has two. Strings live as long as the arena it was read into. */
typedef struct {
    int64_t id;
    mote_sha256 object;
    mote_sha256 content_hash; /* of what it decodes to */
    const mote_kind *kind;
    mote_data_role role;
    const char *label;
    double value;           /* NaN: a class */
    int64_t from_us, to_us; /* of the sample that is meant; 0, 0: all of it */
    const char *group;
    const char *source;
    const char *origin;
    const char *provenance; /* NULL: none */
    const char *facts;      /* JSON object, of the kind */
    int64_t duration_us;
    int64_t taken_ms; /* when it was recorded; 0: unknown */
    int64_t added_ms;
    int64_t import_id; /* 0: none */
    const char *file;  /* NULL: it came from none, or from an older Mote */
} mote_sample_row;

/* Every sample in order of id, then of what was said first. Cost: about 200 bytes of `a` each. */
MOTE_MUST_USE mote_status mote_sample_list(mote_store *s, mote_arena *a, mote_sample_row **out,
                                           size_t *n, mote_err *err);

/* The same of what imports replaced and removals took (data/history.h); ids of another table. */
MOTE_MUST_USE mote_status mote_sample_list_removed(mote_store *s, mote_arena *a,
                                                   mote_sample_row **out, size_t *n, mote_err *err);

/* Decode an object; a decoded copy at cfg->rate_hz is used when there is one. *out is owned by the
 * caller. CORRUPT when the object is damaged, NOT_FOUND when it is not there. */
MOTE_MUST_USE mote_status mote_sample_load(mote_store *s, const mote_kind *kind,
                                           const mote_sha256 *object, const mote_decoding *cfg,
                                           mote_decoded *out, mote_err *err);

/* Where decoded samples of a kind are lent from. */
typedef struct {
    mote_store *store;
    mote_decoded_cache *cache; /* looked into first, and filled; NULL: none */
    const mote_kind *kind;
} mote_sample_shelf;

/* The same by way of a cache: what is in it, or is kept in it now, is borrowed. Given back with
 * mote_loaded_done, before the cache is destroyed. */
typedef struct {
    mote_decoded d;
    bool is_owned;
} mote_loaded;
MOTE_MUST_USE mote_status mote_sample_lend(const mote_sample_shelf *from, const mote_sha256 *object,
                                           const mote_decoding *cfg, mote_loaded *out,
                                           mote_err *err);
void mote_loaded_done(mote_loaded *one);

#endif
