/* SPDX-License-Identifier: Apache-2.0 */
/* The interface's set-up, dispatch, and what its handlers share. */
#include "web/api_internal.h"

#include <string.h>

#define WORKER  MOTE_ROUTE_WORKER
#define CHANGES MOTE_ROUTE_CHANGES
#define LONG    MOTE_ROUTE_LONG

/* A body of more than this keeps a serving thread from its other clients for too long: four seconds
 * of sound at 16 kHz are some milliseconds, a megabyte of numbers too. */
#define LONG_SOUND_BYTES ((size_t)128 * 1024)
#define LONG_BODY_BYTES  ((size_t)1024 * 1024)

static const mote_route routes[] = {
#define ROUTE(id, method, pattern, flags) {MOTE_HTTP_##method, pattern, flags, mote_api_##id},
#include "web/routes.def"
#undef ROUTE
};

#define N_ROUTES (sizeof routes / sizeof routes[0])

static mote_status create_infers(mote_api *api, mote_err *err)
{
    const mote_api_config *cfg = &api->cfg;
    if (pthread_mutex_init(&api->lock, NULL) != 0)
        return mote_fail(err, MOTE_NOMEM, "no lock for the interface");
    if (pthread_cond_init(&api->is_free, NULL) != 0) {
        (void)pthread_mutex_destroy(&api->lock);
        return mote_fail(err, MOTE_NOMEM, "no lock for the interface");
    }
    api->has_lock = true;
    for (int32_t i = 0; i < cfg->n_threads; i++)
        MOTE_TRY(mote_infer_create(cfg->models, i, &cfg->hooks, &api->infers[i], err));
    /* Each writes counters of its own, of which there are MOTE_SERVE_MAX_THREADS. */
    while (api->n_workers < MOTE_API_WORKERS &&
           cfg->n_threads + api->n_workers < MOTE_SERVE_MAX_THREADS) {
        MOTE_TRY(mote_infer_create(cfg->models, cfg->n_threads + api->n_workers, &cfg->hooks,
                                   &api->workers[api->n_workers], err));
        api->n_workers++;
    }
    return MOTE_OK;
}

mote_status mote_api_create(const mote_api_config *cfg, mote_api **out, mote_err *err)
{
    if (cfg->n_threads < 1 || cfg->n_threads > MOTE_SERVE_MAX_THREADS)
        return mote_fail(err, MOTE_ARG, "%d serving threads: the range is 1 to %d",
                         (int)cfg->n_threads, MOTE_SERVE_MAX_THREADS);
    mote_api *api = mote_alloc_zero(1, sizeof *api);
    if (!api)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the interface");
    api->cfg = *cfg;
    if (!api->cfg.max_batch)
        api->cfg.max_batch = 256;
    if (!api->cfg.max_clip_ms)
        api->cfg.max_clip_ms = 30000;
    (void)mote_format(api->server_name, sizeof api->server_name, "%s",
                      cfg->server_name ? cfg->server_name : "mote");
    (void)mote_format(api->version, sizeof api->version, "%s", cfg->version ? cfg->version : "");
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
    for (int32_t i = 0; i < MOTE_SERVE_MAX_THREADS; i++)
        mote_infer_destroy(api->infers[i]);
    for (int32_t i = 0; i < api->n_workers; i++)
        mote_infer_destroy(api->workers[i]);
    if (api->has_lock) {
        (void)pthread_cond_destroy(&api->is_free);
        (void)pthread_mutex_destroy(&api->lock);
    }
    mote_free(api);
}

mote_infer *mote_api_take_infer(mote_api *api, const mote_http_request *rq)
{
    if (rq->thread >= 0)
        return api->infers[rq->thread];
    int32_t i = 0;
    (void)pthread_mutex_lock(&api->lock);
    for (;;) {
        for (i = 0; i < api->n_workers && api->is_busy[i]; i++)
            ;
        if (i < api->n_workers)
            break;
        (void)pthread_cond_wait(&api->is_free, &api->lock);
    }
    api->is_busy[i] = true;
    (void)pthread_mutex_unlock(&api->lock);
    return api->workers[i];
}

void mote_api_give_infer(mote_api *api, const mote_http_request *rq, mote_infer *t)
{
    if (rq->thread >= 0)
        return;
    (void)pthread_mutex_lock(&api->lock);
    for (int32_t i = 0; i < api->n_workers; i++)
        if (api->workers[i] == t) {
            api->is_busy[i] = false;
            (void)pthread_cond_signal(&api->is_free);
        }
    (void)pthread_mutex_unlock(&api->lock);
}

void mote_api_set_http(mote_api *api, const mote_http_server *http)
{
    api->http = http;
}

void mote_api_tick(void *arg, int32_t thread)
{
    mote_api *api = arg;
    mote_infer_refresh(api->infers[thread]);
    if (thread != 0 || pthread_mutex_trylock(&api->lock) != 0)
        return;
    for (int32_t i = 0; i < api->n_workers; i++) /* idle ones must not keep old models loaded */
        if (!api->is_busy[i])
            mote_infer_refresh(api->workers[i]);
    (void)pthread_mutex_unlock(&api->lock);
}

/* Would it keep a serving thread for long? Decided before any of the work is done. */
static bool is_long(const mote_api *api, const mote_http_request *rq, const mote_route *route)
{
    const char *resample = mote_http_query_find(rq, "resample");
    bool is_sound = route->handler == mote_api_classify;
    if (api->n_workers == 0 || !(route->flags & MOTE_ROUTE_LONG))
        return false;
    return rq->body_bytes > (is_sound ? LONG_SOUND_BYTES : LONG_BODY_BYTES) ||
           (is_sound && resample && strcmp(resample, "0") != 0);
}

static void reply_no_route(const mote_http_request *rq, uint32_t allowed, mote_http_reply *rp)
{
    if (allowed == 0) {
        mote_http_reply_error(rp, 404,
                              "Not Found: there is nothing at '%.200s'; GET / lists what there is",
                              rq->path);
        return;
    }
    char allow[96];
    mote_route_allow(allowed, allow, sizeof allow);
    mote_buf_printf(rp->headers, "Allow: %s\r\n", allow);
    if (rq->method == MOTE_HTTP_OPTIONS)
        rp->code = 204;
    else
        mote_http_reply_error(rp, 405, "Method Not Allowed: '%.200s' takes %s", rq->path, allow);
}

/* A name that no text can have must not become an unknown one, nor a setting of the query that
 * cannot be read an absent one. */
static bool has_readable_target(const mote_http_request *rq, mote_http_reply *rp)
{
    const char *what = mote_http_decode(rq->arena, rq->path, strlen(rq->path)) ? NULL : "path";
    if (!what && !mote_http_decode(rq->arena, rq->query, strlen(rq->query)))
        what = "query";
    if (what)
        mote_http_reply_error(
            rp, 400, "the %s of the request is not percent-encoded UTF-8 without 0 bytes", what);
    return what == NULL;
}

bool mote_api_handle(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    mote_api *api = arg;
    mote_route_match m;
    if (!has_readable_target(rq, rp))
        return true;
    mote_route_find(routes, N_ROUTES, rq, &m);
    uint32_t flags = m.route ? m.route->flags : 0;
    if ((flags & MOTE_ROUTE_CHANGES) && !mote_api_may_change(api, rq, rp))
        return true;
    if (rq->thread >= 0 && m.route && ((flags & MOTE_ROUTE_WORKER) || is_long(api, rq, m.route)))
        return false;
    if (m.route)
        m.route->handler(api, rq, m.params, rp);
    else
        reply_no_route(rq, m.allowed, rp);
    mote_api_share(api, rq, m.allowed, rp);
    return true;
}

void mote_api_index(mote_api *api, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    (void)params;
    const char *accept = mote_http_header_find(rq, "accept");
    mote_buf_str(rp->headers, "Vary: Accept\r\n");
    if (accept && strstr(accept, "text/html")) {
        mote_api_page(api, rq, routes, N_ROUTES, rp);
        return;
    }
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "name", api->server_name);
    mote_out_str(&w, "version", api->version);
    mote_out_array(&w, "routes");
    for (size_t i = 0; i < N_ROUTES; i++)
        mote_out_format(&w, NULL, "%s %s", mote_http_method_text(routes[i].method),
                        routes[i].pattern);
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
