/* SPDX-License-Identifier: Apache-2.0 */
/* The inference server's HTTP interface: routes.def on top of serve/.
 *
 * Depends on serve/, data/audio.h, web/http.h. Used by cli/cmd_serve.c and by tests. */
#ifndef MOTE_WEB_API_H
#define MOTE_WEB_API_H

#include "serve/infer.h"
#include "serve/models.h"
#include "serve/predlog.h"
#include "web/app.h"
#include "web/http.h"

typedef struct {
    mote_models *models;     /* borrowed */
    int32_t n_threads;       /* of the HTTP server */
    int32_t n_workers;       /* of the HTTP server; 0: MOTE_HTTP_WORKERS */
    mote_infer_hooks hooks;  /* observer and log; borrowed */
    const char *server_name; /* NULL: "mote" (some clients insist on "triton") */
    const char *version;     /* of the program; NULL: "" */
    int32_t max_batch;       /* items of one infer request; 0: 256 */
    int64_t max_clip_ms;     /* sound of one classify request; 0: 30 s */
    mote_site site;          /* other sites, and who this server is */
    /* Load or load again what is known by this name, from where it came. NULL: 403. */
    mote_status (*load)(void *arg, const char *name, mote_err *err);
    void *load_arg;
    /* More metrics, whole lines of Prometheus' text format (drift gauges). NULL: none. */
    void (*metrics)(void *arg, mote_buf *out);
    void *metrics_arg;
} mote_api_config;

typedef struct mote_api mote_api;

MOTE_MUST_USE mote_status mote_api_create(const mote_api_config *cfg, mote_api **out,
                                          mote_err *err);
void mote_api_destroy(mote_api *api); /* after the HTTP server has gone */

/* For mote_http_config: handler, on_tick, on_worker_tick and arg. */
bool mote_api_handle(void *api, const mote_http_request *rq, mote_http_reply *rp);
void mote_api_tick(void *api, int32_t thread);
void mote_api_worker_tick(void *api, int32_t worker);

/* Another app beside the inference interface, below a prefix of its own; before the server runs. */
void mote_api_add(mote_api *api, const mote_app *app);

/* Whose counters /metrics shows; before running it. Borrowed. */
void mote_api_set_http(mote_api *api, const mote_http_server *http);

#endif
