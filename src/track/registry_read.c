/* SPDX-License-Identifier: Apache-2.0 */
/* The registry: resolving references, reading models, versions and the history of aliases. */
#include <string.h>

#include "track/registry.h"
#include "track/registry_internal.h"
#include "store/rows.h"

/* ---- what hangs on a version ---- */

static mote_status read_alias(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    return mote_rows_text(a, q, 0, (const char **)item, err);
}
static const mote_row_kind alias_rows = {sizeof(const char *), read_alias};

static mote_status read_aliases(mote_store *s, int64_t model, mote_arena *a, mote_model_version *v,
                                mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT alias FROM model_alias WHERE model = ?1 AND version = ?2 "
                               "ORDER BY alias",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, v->version);
    return mote_rows_read(q, &alias_rows, a, &v->aliases, &v->n_aliases, err);
}

static mote_status read_tag(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_registry_tag *tag = item;
    MOTE_TRY(mote_rows_text(a, q, 0, &tag->key, err));
    return mote_rows_text(a, q, 1, &tag->value, err);
}
static const mote_row_kind tag_rows = {sizeof(mote_registry_tag), read_tag};

/* Tags of a model (version 0) or a version. */
typedef struct {
    mote_registry_tag *items;
    size_t n;
} tag_list;

static mote_status read_tags(mote_store *s, int64_t model, int64_t version, mote_arena *a,
                             tag_list *out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        version == 0 ? "SELECT key, value FROM model_tag WHERE model = ?1 AND ?2 = 0 ORDER BY key"
                     : "SELECT key, value FROM model_version_tag WHERE model = ?1 AND version = ?2 "
                       "ORDER BY key",
        &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, version);
    return mote_rows_read(q, &tag_rows, a, &out->items, &out->n, err);
}

#define VERSION_COLUMNS                                                                            \
    "m.name, v.version, v.bundle, v.run_id, v.data_version, v.source, v.description, "             \
    "coalesce(v.parent, 0), v.verdicts, v.created_ms, v.updated_ms, m.id"

static mote_status read_version(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_store *s = mote_stmt_store(q);
    mote_model_version v = {0};
    MOTE_TRY(mote_rows_text(a, q, 0, &v.model, err));
    v.version = mote_stmt_i64(q, 1);
    if (!mote_stmt_hash(q, 2, &v.bundle))
        return mote_fail(err, MOTE_CORRUPT, "store: table model_version holds a bad hash");
    MOTE_TRY(mote_rows_text(a, q, 3, &v.run_id, err));
    MOTE_TRY(mote_rows_text(a, q, 4, &v.data_version, err));
    MOTE_TRY(mote_rows_text(a, q, 5, &v.source, err));
    MOTE_TRY(mote_rows_text(a, q, 6, &v.description, err));
    v.parent = mote_stmt_i64(q, 7);
    MOTE_TRY(mote_rows_text(a, q, 8, &v.verdicts_json, err));
    v.created_ms = mote_stmt_i64(q, 9);
    v.updated_ms = mote_stmt_i64(q, 10);
    if (v.verdicts_json != NULL) {
        MOTE_TRY(mote_verdicts_count(v.verdicts_json, &v.counts, err));
        v.is_judged = true;
        v.is_all_met = v.counts.n_met == v.counts.n;
    }
    MOTE_TRY(read_aliases(s, mote_stmt_i64(q, 11), a, &v, err));
    tag_list tags = {0};
    MOTE_TRY(read_tags(s, mote_stmt_i64(q, 11), v.version, a, &tags, err));
    v.tags = tags.items;
    v.n_tags = tags.n;
    *(mote_model_version *)item = v;
    return MOTE_OK;
}
static const mote_row_kind version_rows = {sizeof(mote_model_version), read_version};

mote_status mote_registry_get(mote_store *s, const char *model, int64_t version, mote_arena *a,
                              mote_model_version *out, mote_err *err)
{
    int64_t id = 0;
    MOTE_TRY(mote_registry_need_model(s, model, &id, err));
    MOTE_TRY(mote_registry_need_version(s, id, model, version, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT " VERSION_COLUMNS " FROM model_version v JOIN model m "
                               "ON m.id = v.model WHERE v.model = ?1 AND v.version = ?2",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    mote_stmt_bind_i64(q, 2, version);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "model '%s' has no version %lld", model,
                         (long long)version);
    return read_version(q, a, out, err);
}

/* ---- references ---- */

static mote_status aliased_version(mote_store *s, int64_t model, const char *alias,
                                   int64_t *version, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT version FROM model_alias WHERE model = ?1 AND alias = ?2",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_text(q, 2, alias);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *version = row ? mote_stmt_i64(q, 0) : 0;
    return MOTE_OK;
}

static mote_status newest_version(mote_store *s, int64_t model, int64_t *version, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT coalesce(max(version), 0) FROM model_version "
                               "WHERE model = ?1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *version = row ? mote_stmt_i64(q, 0) : 0;
    return MOTE_OK;
}

/* `rest` is what follows the name: "", "@alias" or "/version". */
static mote_status resolve_rest(mote_store *s, int64_t model, const char *name, const char *rest,
                                int64_t *version, mote_err *err)
{
    if (rest[0] == '@') {
        MOTE_TRY(aliased_version(s, model, rest + 1, version, err));
        if (*version == 0 && strcmp(rest + 1, "latest") == 0)
            MOTE_TRY(newest_version(s, model, version, err));
        if (*version == 0)
            return mote_fail(err, MOTE_NOT_FOUND,
                             "model '%s' has no alias '%s': see 'mote model "
                             "show %s'",
                             name, rest + 1, name);
        return MOTE_OK;
    }
    if (rest[0] == '/') {
        if (!mote_parse_i64(rest + 1, strlen(rest + 1), version) || *version < 1)
            return mote_fail(err, MOTE_ARG, "'%s%s': what follows '/' must be a version number",
                             name, rest);
        return MOTE_OK;
    }
    MOTE_TRY(aliased_version(s, model, MOTE_ALIAS_CHAMPION, version, err));
    if (*version == 0)
        MOTE_TRY(newest_version(s, model, version, err));
    if (*version == 0)
        return mote_fail(err, MOTE_NOT_FOUND, "model '%s' has no versions yet", name);
    return MOTE_OK;
}

mote_status mote_registry_resolve(mote_store *s, const char *reference, mote_arena *a,
                                  mote_model_version *out, mote_err *err)
{
    size_t n = strcspn(reference, "@/");
    char *name = mote_arena_strndup(a, reference, n);
    if (name == NULL)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the name of a model");
    int64_t model = 0;
    int64_t version = 0;
    MOTE_TRY(mote_registry_need_model(s, name, &model, err));
    MOTE_TRY(resolve_rest(s, model, name, reference + n, &version, err));
    return mote_registry_get(s, name, version, a, out, err);
}

/* ---- lists ---- */

static mote_status read_model(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_registered_model *m = item;
    *m = (mote_registered_model){.created_ms = mote_stmt_i64(q, 2),
                                 .updated_ms = mote_stmt_i64(q, 3),
                                 .n_versions = mote_stmt_i64(q, 4),
                                 .champion = mote_stmt_i64(q, 5)};
    MOTE_TRY(mote_rows_text(a, q, 0, &m->name, err));
    MOTE_TRY(mote_rows_text(a, q, 1, &m->description, err));
    tag_list tags = {0};
    MOTE_TRY(read_tags(mote_stmt_store(q), mote_stmt_i64(q, 6), 0, a, &tags, err));
    m->tags = tags.items;
    m->n_tags = tags.n;
    return MOTE_OK;
}
static const mote_row_kind model_rows = {sizeof(mote_registered_model), read_model};

mote_status mote_registry_models(mote_store *s, mote_arena *a, mote_registered_model **out,
                                 size_t *n, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT m.name, m.description, m.created_ms, m.updated_ms, "
        "(SELECT count(*) FROM model_version v WHERE v.model = m.id), "
        "coalesce((SELECT version FROM model_alias l WHERE l.model = m.id AND l.alias = "
        "'" MOTE_ALIAS_CHAMPION "'), 0), m.id FROM model m ORDER BY m.name",
        &q, err));
    return mote_rows_read(q, &model_rows, a, out, n, err);
}

mote_status mote_registry_versions(mote_store *s, const char *model, mote_arena *a,
                                   mote_model_version **out, size_t *n, mote_err *err)
{
    int64_t id = 0;
    MOTE_TRY(mote_registry_need_model(s, model, &id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT " VERSION_COLUMNS " FROM model_version v JOIN model m "
                               "ON m.id = v.model WHERE v.model = ?1 ORDER BY v.version DESC",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_rows_read(q, &version_rows, a, out, n, err);
}

static mote_status read_move(mote_stmt *q, mote_arena *a, void *item, mote_err *err)
{
    mote_alias_move *m = item;
    *m = (mote_alias_move){.from_version = mote_stmt_i64(q, 4),
                           .to_version = mote_stmt_i64(q, 5),
                           .at_ms = mote_stmt_i64(q, 6)};
    MOTE_TRY(mote_rows_text(a, q, 0, &m->alias, err));
    MOTE_TRY(mote_rows_text(a, q, 1, &m->kind, err));
    MOTE_TRY(mote_rows_text(a, q, 2, &m->who, err));
    return mote_rows_text(a, q, 3, &m->reason, err);
}
static const mote_row_kind move_rows = {sizeof(mote_alias_move), read_move};

mote_status mote_registry_history(mote_store *s, const char *model, mote_arena *a,
                                  mote_alias_move **out, size_t *n, mote_err *err)
{
    int64_t id = 0;
    MOTE_TRY(mote_registry_need_model(s, model, &id, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "SELECT alias, kind, who, reason, coalesce(from_version, 0), coalesce(to_version, 0), "
        "at_ms "
        "FROM model_alias_move WHERE model = ?1 ORDER BY id DESC",
        &q, err));
    mote_stmt_bind_i64(q, 1, id);
    return mote_rows_read(q, &move_rows, a, out, n, err);
}
