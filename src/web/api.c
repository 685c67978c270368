/* SPDX-License-Identifier: Apache-2.0 */
/* The interface's set-up, dispatch, and what its handlers share. */
#include "web/api_internal.h"

#include <string.h>

#define BLOCKS   MOTE_ROUTE_BLOCKS
#define CHANGES  MOTE_ROUTE_CHANGES
#define CONVERTS MOTE_ROUTE_CONVERTS

static const mote_route routes[] = {
#define ROUTE(id, method, pattern, flags, inline_bytes)                                            \
    {MOTE_HTTP_##method, pattern, flags, inline_bytes, mote_api_##id},
#include "web/routes.def"
#undef ROUTE
};

#define N_ROUTES (sizeof routes / sizeof routes[0])

static mote_status create_infers(mote_api *api, mote_err *err)
{
    const mote_api_config *cfg = &api->cfg;
    for (int32_t i = 0; i < cfg->n_threads; i++)
        MOTE_TRY(mote_infer_create(cfg->models, i, &cfg->hooks, &api->infers[i], err));
    for (int32_t i = 0; i < cfg->n_workers; i++) /* each writes counters of its own */
        MOTE_TRY(
            mote_infer_create(cfg->models, cfg->n_threads + i, &cfg->hooks, &api->workers[i], err));
    return MOTE_OK;
}

mote_status mote_api_create(const mote_api_config *cfg, mote_api **out, mote_err *err)
{
    if (cfg->n_threads < 1 || cfg->n_threads > MOTE_HTTP_MAX_THREADS || cfg->n_workers < 0 ||
        cfg->n_workers > MOTE_HTTP_MAX_THREADS)
        return mote_fail(err, MOTE_ARG, "%d serving threads and %d workers: the range is 1 to %d",
                         (int)cfg->n_threads, (int)cfg->n_workers, MOTE_HTTP_MAX_THREADS);
    mote_api *api = mote_alloc_zero(1, sizeof *api);
    if (!api)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the interface");
    api->cfg = *cfg;
    if (!api->cfg.n_workers)
        api->cfg.n_workers = MOTE_HTTP_WORKERS;
    if (!api->cfg.max_batch)
        api->cfg.max_batch = 256;
    if (!api->cfg.max_clip_ms)
        api->cfg.max_clip_ms = 30000;
    (void)mote_format(api->server_name, sizeof api->server_name, "%s",
                      cfg->server_name ? cfg->server_name : "mote");
    (void)mote_format(api->version, sizeof api->version, "%s", cfg->version ? cfg->version : "");
    api->door.site = cfg->site;
    mote_api_add(api,
                 &(mote_app){.prefix = "", .routes = routes, .n_routes = N_ROUTES, .context = api});
    mote_status st = create_infers(api, err);
    if (st != MOTE_OK) {
        mote_api_destroy(api);
        return st;
    }
    *out = api;
    return MOTE_OK;
}

void mote_api_destroy(mote_api *api)
{
    if (!api)
        return;
    for (int32_t i = 0; i < MOTE_HTTP_MAX_THREADS; i++) {
        mote_infer_destroy(api->infers[i]);
        mote_infer_destroy(api->workers[i]);
    }
    mote_free(api);
}

void mote_api_add(mote_api *api, const mote_app *app)
{
    MOTE_BUG_IF(api->door.n_apps == MOTE_MAX_APPS);
    api->door.apps[api->door.n_apps++] = *app;
}

void mote_api_set_http(mote_api *api, const mote_http_server *http)
{
    api->http = http;
}

void mote_api_tick(void *arg, int32_t thread)
{
    mote_api *api = arg;
    mote_infer_refresh(api->infers[thread]);
}

/* A worker with nothing to do must not keep old models loaded. */
void mote_api_worker_tick(void *arg, int32_t worker)
{
    mote_api *api = arg;
    mote_infer_refresh(api->workers[worker]);
}

bool mote_api_handle(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    mote_api *api = arg;
    return mote_door_handle(&api->door, rq, rp);
}

void mote_api_index(void *context, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    mote_api *api = context;
    (void)params;
    const char *accept = mote_http_header_find(rq, "accept");
    mote_buf_str(rp->headers, "Vary: Accept\r\n");
    if (accept && strstr(accept, "text/html")) {
        mote_api_page_write(api, rq, rp);
        return;
    }
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "name", api->server_name);
    mote_out_str(&w, "version", api->version);
    mote_out_array(&w, "routes");
    for (size_t i = 0; i < api->door.n_apps; i++) {
        const mote_app *app = &api->door.apps[i];
        for (size_t k = 0; k < app->n_routes; k++)
            mote_out_format(&w, NULL, "%s %s%s", mote_http_method_text(app->routes[k].method),
                            app->prefix, app->routes[k].pattern);
    }
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_finish(&w);
}

void mote_api_bad_input(mote_http_reply *rp, const mote_err *err)
{
    int32_t code = mote_status_http_code(err->status);
    if (err->status == MOTE_CORRUPT)
        code = 400;
    else if (err->status == MOTE_UNSUPPORTED)
        code = 415;
    else if (err->status == MOTE_NOMEM)
        code = 413; /* the arena of the request is full: what came is too much */
    mote_http_reply_error(rp, code, "%s", err->text);
}

#define MAX_CONSENTS 8 /* headers in one request */

mote_status mote_api_consent(const mote_http_request *rq, mote_consent *storage,
                             const mote_consent **out, mote_err *err)
{
    const char *values[MAX_CONSENTS];
    size_t n = mote_http_header_all(rq, "mote-consent", values, MAX_CONSENTS);
    bool agree = false;
    *out = NULL;
    if (n == 0)
        return MOTE_OK;
    if (n > MAX_CONSENTS)
        return mote_fail(err, MOTE_PARSE, "header Mote-Consent: given %zu times", n);
    mote_status st = mote_consent_parse_all(values, n, storage, &agree, err);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "header Mote-Consent");
    if (!agree) /* who says two things has consented to neither */
        return MOTE_OK;
    *out = storage;
    return MOTE_OK;
}
