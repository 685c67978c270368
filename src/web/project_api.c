/* SPDX-License-Identifier: Apache-2.0 */
/* The app of a project: set-up, who may ask, and its routes on data and health. */
#include "web/project_api.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_pull.h"
#include "data/history.h"
#include "loop/overview.h"
#include "monitor/health.h"
#include "project/project.h"
#include "store/folders.h"
#include "web/project_internal.h"

#define OVERVIEW_MAX_BYTES ((size_t)256 << 20)

#define PREFIX  "/v1"
#define BLOCKS  MOTE_ROUTE_BLOCKS
#define CHANGES MOTE_ROUTE_CHANGES

static const mote_route routes[] = {
#define ROUTE(id, method, pattern, flags)                                                          \
    {MOTE_HTTP_##method, pattern, flags, 0, mote_project_api_##id},
#include "web/project_routes.def"
#undef ROUTE
};

mote_status mote_project_api_create(const char *dir, const char *host, mote_project_api **out,
                                    mote_err *err)
{
    mote_project_api *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the project's routes");
    p->is_local = !host || strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
                  strncmp(host, "127.", 4) == 0;
    if (!mote_format(p->dir, sizeof p->dir, "%s", dir)) {
        mote_free(p);
        return mote_fail(err, MOTE_ARG, "the project's path '%s' is too long", dir);
    }
    const mote_status st = project_judging_create(p->dir, &p->judging, err);
    if (st != MOTE_OK) {
        mote_free(p);
        return st;
    }
    *out = p;
    return MOTE_OK;
}

void mote_project_api_destroy(mote_project_api *p)
{
    if (!p)
        return;
    project_judging_destroy(p->judging);
    for (size_t i = 0; i < sizeof p->stores / sizeof p->stores[0]; i++)
        mote_store_close(p->stores[i]);
    mote_free(p);
}

static bool guard(void *context, const mote_http_request *rq, const mote_route *route,
                  mote_http_reply *rp)
{
    const mote_project_api *p = context;
    (void)route;
    if (!p->is_local)
        mote_http_reply_error(rp, 403,
                              "'%.200s' is answered only by a server that listens on this machine "
                              "alone: mote serve --host 127.0.0.1",
                              rq->path);
    return p->is_local;
}

mote_app mote_project_api_app(mote_project_api *p)
{
    return (mote_app){.prefix = PREFIX,
                      .routes = routes,
                      .n_routes = sizeof routes / sizeof routes[0],
                      .context = p,
                      .guard = guard};
}

mote_status mote_project_api_store(mote_project_api *p, const mote_http_request *rq,
                                   mote_store **out, mote_err *err)
{
    mote_store **mine = &p->stores[rq->worker];
    if (!*mine)
        MOTE_TRY(mote_store_open(p->dir, false, mine, err));
    *out = *mine;
    return MOTE_OK;
}

mote_status mote_project_api_place(const mote_project_api *p, const mote_http_request *rq,
                                   const char *path, const char **out, mote_err *err)
{
    char *whole = NULL;
    bool is_inside = *path && *path != '/';
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        is_inside = is_inside && *part != '.';
    }
    if (!is_inside)
        return mote_fail(err, MOTE_DENIED,
                         "'%.200s' is not read for a request: what is, lies in the project's "
                         "folder and is named from there; link it there, or use the command line",
                         path);
    MOTE_TRY(mote_path_join(rq->arena, p->dir, path, &whole, err));
    *out = whole;
    return MOTE_OK;
}

void mote_project_api_reply(mote_http_reply *rp, mote_status st, json_t *j, mote_err *err)
{
    if (st == MOTE_OK && (mote_json_was_refused() || !j))
        st = mote_fail(err, MOTE_NOMEM, "no memory for the result");
    if (st == MOTE_OK)
        mote_json_write(rp->body, j, false);
    else
        mote_http_reply_err(rp, err);
    json_decref(j);
}

/* ---- data ---- */

mote_status mote_project_api_open_to_write(mote_project_api *p, const mote_http_request *rq,
                                           mote_store **out, mote_lock *lock, mote_err *err)
{
    MOTE_TRY(mote_project_api_store(p, rq, out, err));
    return mote_store_write_lock(*out, lock, err);
}

/* One member of what is to be removed. A name that is none must not make the wish a wider one. */
static mote_status read_member(mote_json_pull *in, mote_slice key, mote_arena *a,
                               mote_remove_wish *wish, mote_remove_config *cfg, mote_err *err)
{
    if (mote_slice_is(key, "label"))
        return mote_pull_string(in, a, &wish->label, err);
    if (mote_slice_is(key, "group"))
        return mote_pull_string(in, a, &wish->group, err);
    if (mote_slice_is(key, "origin"))
        return mote_pull_string(in, a, &wish->origin, err);
    if (mote_slice_is(key, "sample"))
        return mote_pull_string(in, a, &wish->sample, err);
    if (mote_slice_is(key, "path"))
        return mote_pull_string(in, a, &wish->below, err);
    if (mote_slice_is(key, "import"))
        return mote_pull_i64(in, &wish->import, err);
    if (mote_slice_is(key, "gone"))
        return mote_pull_bool(in, &wish->gone, err);
    if (mote_slice_is(key, "dry_run"))
        return mote_pull_bool(in, &cfg->dry_run, err);
    if (mote_slice_is(key, "erase"))
        return mote_pull_bool(in, &cfg->erase, err);
    return mote_fail(err, MOTE_PARSE,
                     "'%.*s' says not what to remove: label, group, origin, import, sample, path, "
                     "gone do, and dry_run and erase how",
                     (int)(key.n < 40 ? key.n : 40), key.at);
}

static mote_status read_wish(const mote_project_api *p, const mote_http_request *rq,
                             mote_remove_wish *wish, mote_remove_config *cfg, mote_err *err)
{
    mote_json_pull in;
    mote_json_pull_init(&in, rq->body, rq->body_bytes);
    MOTE_TRY(mote_pull_object(&in, err));
    for (mote_slice key; mote_pull_member(&in, &key);)
        MOTE_TRY(read_member(&in, key, rq->arena, wish, cfg, err));
    MOTE_TRY(mote_pull_end(&in, err));
    char *path = NULL;
    if (wish->below && wish->below[0] != '/') { /* of the project, not of where the server began */
        MOTE_TRY(mote_path_join(rq->arena, p->dir, wish->below, &path, err));
        wish->below = path;
    }
    return MOTE_OK;
}

void mote_project_api_data_remove(void *context, const mote_http_request *rq,
                                  const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_store *s = NULL;
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    mote_remove_wish wish = {0};
    mote_remove_config cfg = {.who = "http", .now_ms = mote_clock_wall_ms()};
    mote_remove_report r;
    (void)mote_json_was_refused();
    mote_status st = read_wish(context, rq, &wish, &cfg, &err);
    if (st == MOTE_OK)
        st = mote_project_api_open_to_write(context, rq, &s, &lock, &err);
    if (st == MOTE_OK)
        st = mote_data_remove(s, &wish, &cfg, rq->arena, &r, &err);
    mote_project_api_reply(rp, st, st == MOTE_OK ? mote_remove_report_json(&r, &cfg) : NULL, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}

void mote_project_api_data_undo(void *context, const mote_http_request *rq,
                                const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_store *s = NULL;
    mote_err err = {0};
    mote_lock lock = {.fd = -1};
    mote_undo_report r;
    (void)mote_json_was_refused();
    mote_status st = mote_project_api_open_to_write(context, rq, &s, &lock, &err);
    if (st == MOTE_OK)
        st = mote_data_undo(s, mote_clock_wall_ms(), rq->arena, &r, &err);
    mote_project_api_reply(rp, st, st == MOTE_OK ? mote_undo_report_json(&r) : NULL, &err);
    if (lock.fd >= 0)
        mote_lock_release(&lock);
}

/* ---- health ---- */

static mote_status examine(mote_project_api *p, const mote_http_request *rq, json_t **out,
                           mote_err *err)
{
    mote_store *s = NULL;
    mote_project *project = NULL;
    mote_symptoms list = {.arena = rq->arena};
    mote_health_report r = {.n_programs = 0};
    mote_check_config cfg = {.now_ms = mote_clock_wall_ms()};
    MOTE_TRY(mote_project_api_store(p, rq, &s, err));
    MOTE_TRY(mote_project_load(p->dir, rq->arena, &project, NULL, err));
    MOTE_TRY(mote_health_check(s, project, &cfg, &list, &r, err));
    return mote_health_json(&list, &r, out, err);
}

void mote_project_api_doctor(void *context, const mote_http_request *rq, const char *const *params,
                             mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = examine(context, rq, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
}

/* ---- how it stands ---- */

static mote_status look(mote_project_api *p, const mote_http_request *rq, json_t **out,
                        mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_pipeline_config cfg = {.now_ms = mote_clock_wall_ms};
    mote_project *project = NULL;
    mote_overview o;
    mote_arena_init(&a, OVERVIEW_MAX_BYTES);
    MOTE_TRY(mote_project_api_store(p, rq, &cfg.store, err));
    MOTE_TRY(mote_project_load(p->dir, &a, &project, NULL, err));
    cfg.project = project;
    MOTE_TRY(mote_overview_of(&cfg, &a, &o, err));
    mote_status st = mote_overview_json(&o, out, err);
    mote_overview_release(&o);
    return st;
}

void mote_project_api_overview(void *context, const mote_http_request *rq,
                               const char *const *params, mote_http_reply *rp)
{
    (void)params;
    mote_err err = {0};
    json_t *document = NULL;
    (void)mote_json_was_refused();
    mote_status st = look(context, rq, &document, &err);
    mote_project_api_reply(rp, st, document, &err);
}
