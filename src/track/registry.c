/* SPDX-License-Identifier: Apache-2.0 */
/* The registry: registering versions, moving aliases. Reading is in registry_read.c. */
#include "track/registry.h"

#include <string.h>

#include "track/registry_internal.h"
#include "store/rows.h"
#include "track/key.h"
#include "track/verdicts.h"

#define NAME_MAX_BYTES     255
#define TAG_MAX_BYTES      100000
#define VERDICTS_MAX_BYTES ((size_t)4 << 20)
#define HISTORY_MAX_BYTES  ((size_t)64 << 20)
#define REASON_SHOWN       2000 /* bytes of a refusal */

/* ---- names ---- */

static bool all_of(const char *s, const char *others)
{
    for (; *s != '\0'; s++) {
        bool plain =
            (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9');
        if (!plain && strchr(others, *s) == NULL)
            return false;
    }
    return true;
}

static mote_status check_model_name(const char *name, mote_err *err)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || !all_of(name, "._-"))
        return mote_fail(err, MOTE_ARG,
                         "model name '%.80s': give 1 to %d letters, digits, '.', "
                         "'_' or '-'",
                         name, NAME_MAX_BYTES);
    return MOTE_OK;
}

static mote_status check_alias(const char *alias, mote_err *err)
{
    size_t n = strlen(alias);
    int64_t number = 0;
    bool numeric =
        n > 0 && (mote_parse_i64(alias, n, &number) || ((alias[0] == 'v' || alias[0] == 'V') &&
                                                        mote_parse_i64(alias + 1, n - 1, &number)));
    if (n == 0 || n > NAME_MAX_BYTES || !all_of(alias, "_-") || numeric ||
        strcmp(alias, "latest") == 0)
        return mote_fail(err, MOTE_ARG,
                         "alias '%.80s': give 1 to %d letters, digits, '_' or '-'; "
                         "not a number, not 'latest'",
                         alias, NAME_MAX_BYTES);
    return MOTE_OK;
}

static mote_status check_act(const mote_registry_act *act, mote_err *err)
{
    if (act->who == NULL || act->who[0] == '\0')
        return mote_fail(err, MOTE_ARG, "say who does this: it is recorded");
    if (act->reason == NULL || act->reason[0] == '\0')
        return mote_fail(err, MOTE_ARG, "say why this is done: it is recorded");
    return MOTE_OK;
}

/* ---- verdicts ---- */

static mote_status check_verdicts(const char *verdicts_json, mote_err *err)
{
    mote_verdict_counts counts;
    return verdicts_json ? mote_verdicts_count(verdicts_json, &counts, err) : MOTE_OK;
}

/* ---- rows ---- */

mote_status mote_registry_need_model(mote_store *s, const char *name, int64_t *id, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT id FROM model WHERE name = ?1", &q, err));
    mote_stmt_bind_text(q, 1, name);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no model '%s': see 'mote model list'",
                         name);
    *id = mote_stmt_i64(q, 0);
    return MOTE_OK;
}

mote_status mote_registry_need_version(mote_store *s, int64_t model, const char *name,
                                       int64_t version, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, "SELECT 1 FROM model_version WHERE model = ?1 AND version = ?2",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, version);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    if (!row)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "model '%s' has no version %lld: see 'mote model "
                         "show %s'",
                         name, (long long)version, name);
    return MOTE_OK;
}

static mote_status find_or_make_model(mote_store *s, const char *name, int64_t now_ms, int64_t *id,
                                      mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(
        mote_stmt_prepare(s,
                          "INSERT INTO model(name, created_ms, updated_ms) VALUES (?1, ?2, ?2) "
                          "ON CONFLICT(name) DO UPDATE SET updated_ms = excluded.updated_ms",
                          &q, err));
    mote_stmt_bind_text(q, 1, name);
    mote_stmt_bind_i64(q, 2, now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_registry_need_model(s, name, id, err);
}

/* ---- registering ---- */

/* The newest version, 0 when there is none, and whether it has this bundle. */
static mote_status newest(mote_store *s, int64_t model, const mote_sha256 *bundle, int64_t *version,
                          bool *same, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT version, bundle = ?2 FROM model_version WHERE model = ?1 "
                               "ORDER BY version DESC LIMIT 1",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_hash(q, 2, bundle);
    bool row = false;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    *version = row ? mote_stmt_i64(q, 0) : 0;
    *same = row && mote_stmt_i64(q, 1) != 0;
    return MOTE_OK;
}

static mote_status insert_version(mote_store *s, const mote_registry_spec *spec, int64_t model,
                                  int64_t version, int64_t now_ms, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO model_version(model, version, bundle, run_id, source, data_version, "
        "data_manifest, parent, description, verdicts, created_ms, updated_ms) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)",
        &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, version);
    mote_stmt_bind_hash(q, 3, &spec->bundle);
    mote_stmt_bind_text(q, 4, spec->run_id);
    mote_stmt_bind_text(q, 5, spec->source != NULL ? spec->source : "");
    mote_stmt_bind_text(q, 6, spec->data_version);
    mote_stmt_bind_hash(q, 7, spec->data_manifest);
    if (spec->parent != 0)
        mote_stmt_bind_i64(q, 8, spec->parent);
    mote_stmt_bind_text(q, 9, spec->description != NULL ? spec->description : "");
    mote_stmt_bind_text(q, 10, spec->verdicts_json);
    mote_stmt_bind_i64(q, 11, now_ms);
    mote_status st = mote_stmt_run(q, err);
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st,
                         "register '%s': the bundle, run, data manifest or parent version "
                         "is not in the store",
                         spec->model);
    return st;
}

mote_status mote_registry_register(mote_store *s, const mote_registry_spec *spec, int64_t now_ms,
                                   int64_t *version, mote_err *err)
{
    MOTE_TRY(check_model_name(spec->model, err));
    MOTE_TRY(check_verdicts(spec->verdicts_json, err));
    int64_t model = 0;
    int64_t number = 0;
    bool same = false;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(find_or_make_model(s, spec->model, now_ms, &model, err));
    MOTE_TRY(newest(s, model, &spec->bundle, &number, &same, err));
    if (!same) {
        number++;
        MOTE_TRY(insert_version(s, spec, model, number, now_ms, err));
    } else if (spec->verdicts_json != NULL) {
        MOTE_TRY(
            mote_registry_set_verdicts(s, spec->model, number, spec->verdicts_json, now_ms, err));
    }
    MOTE_TRY(mote_store_commit(&txn, err));
    *version = number;
    return MOTE_OK;
}

mote_status mote_registry_set_verdicts(mote_store *s, const char *model, int64_t version,
                                       const char *verdicts_json, int64_t now_ms, mote_err *err)
{
    MOTE_TRY(check_verdicts(verdicts_json, err));
    int64_t id = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_need_model(s, model, &id, err));
    MOTE_TRY(mote_registry_need_version(s, id, model, version, err));
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "UPDATE model_version SET verdicts = ?3, updated_ms = ?4 "
                               "WHERE model = ?1 AND version = ?2",
                               &q, err));
    mote_stmt_bind_i64(q, 1, id);
    mote_stmt_bind_i64(q, 2, version);
    mote_stmt_bind_text(q, 3, verdicts_json);
    mote_stmt_bind_i64(q, 4, now_ms);
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_store_commit(&txn, err);
}

static mote_status write_tag(mote_store *s, int64_t model, int64_t version, const char *key,
                             const char *value, mote_err *err)
{
    static const char *const statements[2][2] = {
        {"DELETE FROM model_tag WHERE model = ?1 AND key = ?3 AND ?2 IS NOT NULL",
         "INSERT INTO model_tag(model, key, value) SELECT ?1, ?3, ?4 WHERE ?2 = 0 "
         "ON CONFLICT (model, key) DO UPDATE SET value = excluded.value"},
        {"DELETE FROM model_version_tag WHERE model = ?1 AND version = ?2 AND key = ?3",
         "INSERT INTO model_version_tag(model, version, key, value) VALUES (?1, ?2, ?3, ?4) "
         "ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value"},
    };
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s, statements[version != 0][value != NULL], &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, version);
    mote_stmt_bind_text(q, 3, key);
    if (value != NULL)
        mote_stmt_bind_text(q, 4, value);
    return mote_stmt_run(q, err);
}

mote_status mote_registry_set_tag(mote_store *s, const char *model, int64_t version,
                                  const char *key, const char *value, mote_err *err)
{
    MOTE_TRY(mote_key_check("tag", key, err));
    if (value != NULL && strlen(value) > TAG_MAX_BYTES)
        return mote_fail(err, MOTE_LIMIT, "the value of tag '%s' has more than %d bytes", key,
                         TAG_MAX_BYTES);
    int64_t id = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_need_model(s, model, &id, err));
    if (version != 0)
        MOTE_TRY(mote_registry_need_version(s, id, model, version, err));
    MOTE_TRY(write_tag(s, id, version, key, value, err));
    return mote_store_commit(&txn, err);
}

/* ---- aliases ---- */

typedef struct {
    int64_t model;
    const char *model_name, *alias, *kind;
    int64_t from, to; /* 0: none */
} move;

/* The version an alias names; 0 when it is not set. */
static mote_status alias_version(mote_store *s, int64_t model, const char *alias, int64_t *version,
                                 mote_err *err)
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

static mote_status record_move(mote_store *s, const move *m, const mote_registry_act *act,
                               mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        "INSERT INTO model_alias_move(model, alias, kind, from_version, to_version, who, reason, "
        "at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &q, err));
    mote_stmt_bind_i64(q, 1, m->model);
    mote_stmt_bind_text(q, 2, m->alias);
    mote_stmt_bind_text(q, 3, m->kind);
    if (m->from != 0)
        mote_stmt_bind_i64(q, 4, m->from);
    if (m->to != 0)
        mote_stmt_bind_i64(q, 5, m->to);
    mote_stmt_bind_text(q, 6, act->who);
    mote_stmt_bind_text(q, 7, act->reason);
    mote_stmt_bind_i64(q, 8, act->now_ms);
    return mote_stmt_run(q, err);
}

static mote_status apply_move(mote_store *s, const move *m, const mote_registry_act *act,
                              mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s,
        m->to != 0 ? "INSERT INTO model_alias(model, alias, version) VALUES (?1, ?2, ?3) "
                     "ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version"
                   : "DELETE FROM model_alias WHERE model = ?1 AND alias = ?2 AND ?3 = 0",
        &q, err));
    mote_stmt_bind_i64(q, 1, m->model);
    mote_stmt_bind_text(q, 2, m->alias);
    mote_stmt_bind_i64(q, 3, m->to);
    MOTE_TRY(mote_stmt_run(q, err));
    return record_move(s, m, act, err);
}

mote_status mote_registry_set_alias(mote_store *s, const char *model, const char *alias,
                                    int64_t version, const mote_registry_act *act, mote_err *err)
{
    MOTE_TRY(check_alias(alias, err));
    MOTE_TRY(check_act(act, err));
    if (strcmp(alias, MOTE_ALIAS_CHAMPION) == 0)
        return mote_fail(err, MOTE_USAGE,
                         "'champion' moves only by 'mote model promote' and "
                         "'mote model rollback'");
    move m = {.model_name = model,
              .alias = alias,
              .to = version,
              .kind = version != 0 ? "set" : "remove"};
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_need_model(s, model, &m.model, err));
    if (version != 0)
        MOTE_TRY(mote_registry_need_version(s, m.model, model, version, err));
    MOTE_TRY(alias_version(s, m.model, alias, &m.from, err));
    if (m.from != m.to)
        MOTE_TRY(apply_move(s, &m, act, err));
    return mote_store_commit(&txn, err);
}

/* The verdicts kept with a version; *out NULL: it was not judged. */
static mote_status verdicts_of(mote_store *s, int64_t model, int64_t version, mote_arena *a,
                               const char **out, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT verdicts FROM model_version WHERE model = ?1 "
                               "AND version = ?2",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_i64(q, 2, version);
    bool row = false;
    *out = NULL;
    MOTE_TRY(mote_stmt_step(q, &row, err));
    return row ? mote_rows_text(a, q, 0, out, err) : MOTE_OK;
}

/* May the version become champion without an override? Nothing that is not met or not yet known;
 * and what is not proven may not be worse than what the present champion has. */
static mote_status refuse_unmet(mote_store *s, const move *m, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 2 * VERDICTS_MAX_BYTES);
    const char *verdicts = NULL, *before = NULL;
    MOTE_TRY(verdicts_of(s, m->model, m->to, &a, &verdicts, err));
    if (verdicts == NULL)
        return mote_fail(err, MOTE_UNMET,
                         "'%s/%lld' has not been judged against the requirements: "
                         "run 'mote evaluate', or promote with an override and a reason",
                         m->model_name, (long long)m->to);
    MOTE_SCOPED_BUF why;
    mote_buf_init(&why, VERDICTS_MAX_BYTES);
    MOTE_TRY(mote_verdicts_obstacles(verdicts, &why, err));
    if (m->from != 0)
        MOTE_TRY(verdicts_of(s, m->model, m->from, &a, &before, err));
    if (before != NULL)
        MOTE_TRY(mote_verdicts_worse(verdicts, before, &why, err));
    if (why.len == 0)
        return MOTE_OK;
    return mote_fail(err, MOTE_UNMET,
                     "'%s/%lld': %.*s; promote with an override and a reason if it must be",
                     m->model_name, (long long)m->to, REASON_SHOWN, why.data);
}

mote_status mote_registry_promote(mote_store *s, const char *model, int64_t version, bool override,
                                  const mote_registry_act *act, mote_err *err)
{
    MOTE_TRY(check_act(act, err));
    move m = {.model_name = model,
              .alias = MOTE_ALIAS_CHAMPION,
              .to = version,
              .kind = override ? "override" : "promote"};
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_need_model(s, model, &m.model, err));
    MOTE_TRY(mote_registry_need_version(s, m.model, model, version, err));
    MOTE_TRY(alias_version(s, m.model, m.alias, &m.from, err));
    if (m.from != m.to) {
        if (!override)
            MOTE_TRY(refuse_unmet(s, &m, err));
        MOTE_TRY(apply_move(s, &m, act, err));
    }
    return mote_store_commit(&txn, err);
}

/* The champion before the present one. The moves are replayed on a stack: a promotion pushes, a
 * rollback pops; so each rollback goes one further back, also after promotions back and forth. */
static mote_status champion_before(mote_store *s, int64_t model, mote_arena *a, int64_t *before,
                                   mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT to_version, kind = 'rollback' FROM model_alias_move "
                               "WHERE model = ?1 AND alias = ?2 ORDER BY id",
                               &q, err));
    mote_stmt_bind_i64(q, 1, model);
    mote_stmt_bind_text(q, 2, MOTE_ALIAS_CHAMPION);
    int64_t *stack = NULL;
    size_t n = 0;
    size_t cap = 0;
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            break;
        if (mote_stmt_i64(q, 1) != 0) {
            n -= n > 0;
            continue;
        }
        MOTE_TRY(mote_rows_room(a, &stack, n, &cap, sizeof stack[0], err));
        stack[n++] = mote_stmt_i64(q, 0);
    }
    *before = n >= 2 ? stack[n - 2] : 0;
    return MOTE_OK;
}

mote_status mote_registry_rollback(mote_store *s, const char *model, const mote_registry_act *act,
                                   int64_t *version, mote_err *err)
{
    MOTE_TRY(check_act(act, err));
    move m = {.model_name = model, .alias = MOTE_ALIAS_CHAMPION, .kind = "rollback"};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, HISTORY_MAX_BYTES);
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    MOTE_TRY(mote_registry_need_model(s, model, &m.model, err));
    MOTE_TRY(alias_version(s, m.model, m.alias, &m.from, err));
    if (m.from == 0)
        return mote_fail(err, MOTE_CONFLICT, "model '%s' has no champion to roll back", model);
    MOTE_TRY(champion_before(s, m.model, &a, &m.to, err));
    if (m.to == 0)
        return mote_fail(err, MOTE_CONFLICT,
                         "'%s/%lld' is the first champion: there is nothing to "
                         "roll back to",
                         model, (long long)m.from);
    MOTE_TRY(apply_move(s, &m, act, err));
    MOTE_TRY(mote_store_commit(&txn, err));
    *version = m.to;
    return MOTE_OK;
}
