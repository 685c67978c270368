/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the server together, and taking it apart in the right order. */
#include "web/server.h"

#include "serve/source.h"
#include "track/registry.h"
#include "web/api.h"
#include "web/project_api.h"

struct mote_server {
    mote_models *models;
    mote_source *source;
    mote_predlog *log;
    mote_api *api;
    mote_project_api *project;
    mote_http_server *http;
};

#define KEEP_VERSIONS 2 /* the one in use and the one before, for clients that name it */

/* Every registered model, by its name: its champion, or its newest version. */
static mote_status add_registered(mote_server *s, const char *project, mote_err *err)
{
    MOTE_SCOPED_STORE *store = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)16 << 20);
    mote_registered_model *models = NULL;
    size_t n = 0;
    MOTE_TRY(mote_store_open(project, false, &store, err));
    MOTE_TRY(mote_registry_models(store, &a, &models, &n, err));
    for (size_t i = 0; i < n; i++)
        if (models[i].n_versions > 0)
            MOTE_TRY(mote_source_add(s->source, models[i].name, err));
    return MOTE_OK;
}

static mote_status load_models(mote_server *s, const mote_server_config *cfg, mote_err *err)
{
    MOTE_TRY(mote_models_create(KEEP_VERSIONS, &s->models, err));
    MOTE_TRY(mote_source_create(s->models, cfg->project, cfg->poll_ms, &s->source, err));
    for (size_t i = 0; i < cfg->n_models; i++)
        MOTE_TRY(mote_source_add(s->source, cfg->models[i], err));
    if (cfg->n_models == 0 && cfg->project)
        MOTE_TRY(add_registered(s, cfg->project, err));
    if (mote_models_generation(s->models) == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         "there is no model to serve: name a file, or make one with 'mote run'");
    return MOTE_OK;
}

static mote_status assemble(mote_server *s, const mote_server_config *cfg, mote_err *err)
{
    MOTE_TRY(load_models(s, cfg, err));
    if (cfg->with_log && cfg->project) {
        mote_predlog_config log = {.project = cfg->project, .policy = cfg->policy};
        MOTE_TRY(mote_predlog_create(&log, &s->log, err));
    }
    mote_http_config http = cfg->http;
    http.handler = mote_api_handle;
    http.on_tick = mote_api_tick;
    http.on_worker_tick = mote_api_worker_tick;
    /* The interface has one inference object for each serving thread, so it needs their number,
     * and the HTTP server needs the interface: settle the number first. */
    MOTE_TRY(mote_http_settle(&http, err));
    mote_api_config api = {
        .models = s->models,
        .n_threads = http.n_threads,
        .n_workers = http.n_workers,
        .hooks = {.observer = cfg->observer, .observer_arg = cfg->observer_arg, .log = s->log},
        .server_name = cfg->server_name,
        .site = cfg->site,
        .version = cfg->version,
        .load = mote_source_load,
        .load_arg = s->source,
        .metrics = cfg->metrics,
        .metrics_arg = cfg->metrics_arg};
    MOTE_TRY(mote_api_create(&api, &s->api, err));
    if (cfg->project) {
        MOTE_TRY(mote_project_api_create(cfg->project, http.host, &s->project, err));
        mote_app app = mote_project_api_app(s->project);
        mote_api_add(s->api, &app);
    }
    http.arg = s->api;
    MOTE_TRY(mote_http_create(&http, &s->http, err));
    mote_api_set_http(s->api, s->http);
    return MOTE_OK;
}

mote_status mote_server_create(const mote_server_config *cfg, mote_server **out, mote_err *err)
{
    mote_server *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the server");
    mote_status st = assemble(s, cfg, err);
    if (st != MOTE_OK) {
        mote_server_destroy(s);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

void mote_server_destroy(mote_server *s)
{
    if (!s)
        return;
    mote_http_destroy(s->http);
    mote_source_destroy(s->source);
    mote_api_destroy(s->api);
    mote_project_api_destroy(s->project);
    mote_predlog_destroy(s->log); /* writes what is queued */
    mote_models_destroy(s->models);
    mote_free(s);
}

mote_status mote_server_run(mote_server *s, mote_err *err)
{
    MOTE_TRY(mote_source_watch(s->source, err));
    return mote_http_run(s->http, err);
}

void mote_server_stop(mote_server *s)
{
    mote_http_stop(s->http);
}

int32_t mote_server_port(const mote_server *s)
{
    return mote_http_port(s->http);
}

int32_t mote_server_threads(const mote_server *s)
{
    return mote_http_threads(s->http);
}

mote_models *mote_server_models(mote_server *s)
{
    return s->models;
}
