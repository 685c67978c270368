/* SPDX-License-Identifier: Apache-2.0 */
/* The model registry: models, their versions, and the aliases that say which one is in use.
 *
 * A version is a bundle (an object) with its lineage: run, data version, parent. Version numbers
 * count from 1 and are never used again. An alias names one version; "champion" is the one that
 * serves. Every move of an alias is recorded with who, why and when, so that it can be undone.
 *
 * champion moves only through promote and rollback. Promote asks the verdicts that were stored with
 * the version: none may be not met or not yet known; some may be met and not proven, as long as
 * they are no worse than those of the present champion; or the caller states an override, which is
 * recorded.
 *
 * Verdicts are a JSON array of what mote_verdict_to_json makes (project/verdict.h), or an object
 * with that array as "requirements":
 *     [{"requirement": "accuracy@test", "verdict": "met", ...}, ...]
 * with verdict "met", "met, not proven", "not met" or "not yet known"; other members are kept and
 * shown, not looked at.
 *
 * Every function that writes is durable when it returns (or with the caller's transaction).
 * Depends on base/, store/, graph/. Used by pipeline/, serve/, cli/. */
#ifndef MOTE_TRACK_REGISTRY_H
#define MOTE_TRACK_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "store/store.h"
#include "track/verdicts.h"

#define MOTE_ALIAS_CHAMPION   "champion"
#define MOTE_ALIAS_CHALLENGER "challenger"

/* Who does something, why, when. who and reason must not be empty. */
typedef struct {
    const char *who, *reason;
    int64_t now_ms;
} mote_registry_act;

/* All copied; NULL fields are unknown. */
typedef struct {
    const char *model;  /* letters, digits, "._-"; made if it is not there */
    mote_sha256 bundle; /* an object in the store */
    const char *run_id;
    const char *source; /* in words: "mote train", "imported from kws.mote" */
    const char *data_version;
    const mote_sha256 *data_manifest;
    int64_t parent; /* version it was retrained from; 0: none */
    const char *description;
    const char *verdicts_json; /* NULL: not judged yet */
} mote_registry_spec;

/* Register a version; *version is its number. When the newest version of the model already has
 * this bundle, that one is returned and only its verdicts are renewed, so that a repeated call does
 * no harm. NOT_FOUND: bundle, run or parent; ARG: a name; PARSE: verdicts. */
MOTE_MUST_USE mote_status mote_registry_register(mote_store *s, const mote_registry_spec *spec,
                                                 int64_t now_ms, int64_t *version, mote_err *err);
MOTE_MUST_USE mote_status mote_registry_set_verdicts(mote_store *s, const char *model,
                                                     int64_t version, const char *verdicts_json,
                                                     int64_t now_ms, mote_err *err);
/* version 0: of the model. Keys as for runs; value NULL removes. */
MOTE_MUST_USE mote_status mote_registry_set_tag(mote_store *s, const char *model, int64_t version,
                                                const char *key, const char *value, mote_err *err);

/* Set any alias but champion (USAGE). version 0 removes it; fine when it is not there. Aliases are
 * letters, digits, "_-"; not "latest", not "v1" or "1". */
MOTE_MUST_USE mote_status mote_registry_set_alias(mote_store *s, const char *model,
                                                  const char *alias, int64_t version,
                                                  const mote_registry_act *act, mote_err *err);

/* Make `version` champion. UNMET when a verdict stands in the way (above), or there are none, and
 * not `override`; the message has every reason, in sentences. Fine, and nothing recorded, when it
 * is champion already. */
MOTE_MUST_USE mote_status mote_registry_promote(mote_store *s, const char *model, int64_t version,
                                                bool override, const mote_registry_act *act,
                                                mote_err *err);

/* Champion becomes the version that was champion before it; *version says which. A second call
 * goes one further back. CONFLICT when there is none. */
MOTE_MUST_USE mote_status mote_registry_rollback(mote_store *s, const char *model,
                                                 const mote_registry_act *act, int64_t *version,
                                                 mote_err *err);

typedef struct mote_model_version mote_model_version;

/* Can the version be used? Its bundle is there, is what was registered and can be loaded; with
 * `answers` also: it answers its golden vectors bit for bit. CORRUPT (or why else it cannot be
 * loaded) with the ways back. Cost: reading and hashing the bundle, milliseconds; with `answers` a
 * prediction for each golden vector. */
MOTE_MUST_USE mote_status mote_registry_check_version(mote_store *s, const mote_model_version *v,
                                                      bool answers, mote_err *err);
/* The same of the champion of `model`; OK when there is none. */
MOTE_MUST_USE mote_status mote_registry_check_champion(mote_store *s, const char *model,
                                                       bool answers, mote_err *err);

/* ---- reading; everything lives as long as the arena ---- */

typedef struct {
    const char *key, *value;
} mote_registry_tag;

struct mote_model_version {
    const char *model;
    int64_t version;
    mote_sha256 bundle;
    const char *run_id, *data_version; /* NULL: unknown */
    const char *source, *description;
    int64_t parent;             /* 0: none */
    const char *verdicts_json;  /* NULL: not judged */
    bool is_judged, is_all_met; /* is_all_met: and every one of them proven */
    mote_verdict_counts counts; /* of the verdicts, when it is judged */
    int64_t created_ms, updated_ms;
    const char **aliases;
    size_t n_aliases; /* in order */
    mote_registry_tag *tags;
    size_t n_tags;
};

typedef struct {
    const char *name, *description;
    int64_t created_ms, updated_ms, n_versions;
    int64_t champion; /* 0: none */
    mote_registry_tag *tags;
    size_t n_tags;
} mote_registered_model;

typedef struct {
    const char *alias, *kind, *who, *reason; /* kind: set, promote, override, rollback, remove */
    int64_t from_version, to_version;        /* 0: none */
    int64_t at_ms;
} mote_alias_move;

/* "name@alias", "name/3", or "name": its champion, or the newest version while there is none.
 * NOT_FOUND says which part is unknown and what there is. */
MOTE_MUST_USE mote_status mote_registry_resolve(mote_store *s, const char *reference, mote_arena *a,
                                                mote_model_version *out, mote_err *err);
MOTE_MUST_USE mote_status mote_registry_get(mote_store *s, const char *model, int64_t version,
                                            mote_arena *a, mote_model_version *out, mote_err *err);
MOTE_MUST_USE mote_status mote_registry_models(mote_store *s, mote_arena *a,
                                               mote_registered_model **out, size_t *n,
                                               mote_err *err);
/* Newest first. */
MOTE_MUST_USE mote_status mote_registry_versions(mote_store *s, const char *model, mote_arena *a,
                                                 mote_model_version **out, size_t *n,
                                                 mote_err *err);
/* The moves of its aliases, newest first. */
MOTE_MUST_USE mote_status mote_registry_history(mote_store *s, const char *model, mote_arena *a,
                                                mote_alias_move **out, size_t *n, mote_err *err);

#endif
